"""What is sent: a reference and a link. No words of a report, no names but the advisor's own, a neutral
subject."""

from __future__ import annotations

from dataclasses import dataclass

from casework.settings import Settings

_SUBJECTS = {
    "alert": "Please open this case now",
    "new_case": "A case is waiting for you",
    "case_completed": "A case has changed",
    "words_added": "A case has changed",
    "withdrawal_asked": "A case has changed",
}


@dataclass(frozen=True, slots=True)
class Letter:
    """One message as a transport gets it. ``key`` stays the same over all retries of it."""

    key: str
    kind: str
    reference: str
    to: str
    subject: str
    text: str


def compose(settings: Settings, key: str, kind: str, reference: str, to: str) -> Letter:
    """The message to an advisor."""
    link = f"{settings.address}/desk/cases/{reference}"
    text = f"Reference: {reference}\n\nOpen it here: {link}\n\nThis message holds no details on purpose.\n"
    return Letter(key, kind, reference, to, _SUBJECTS.get(kind, "A case has changed"), text)
