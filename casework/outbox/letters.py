"""What leaves: a letter to an advisor, or a notice to another program. No words of a report, no names but
the advisor's own, a neutral subject."""

from __future__ import annotations

from dataclasses import dataclass, field

from casework.settings import Settings

_SUBJECTS = {
    "alert": "Please open this case now",
    "new_case": "A case is waiting for you",
}
_CHANGED = "A case has changed"


@dataclass(frozen=True, slots=True)
class Letter:
    """One message as a way gets it. ``key`` is random, stays the same over all retries of it, and tells a
    receiver that it has it already. ``to`` and ``subject`` are of mail only; ``text`` is the mail's text,
    or the JSON (ASCII) of a notice."""

    key: str
    kind: str
    reference: str
    to: str = field(default="", repr=False)
    subject: str = ""
    text: str = field(default="", repr=False)


class NotDelivered(RuntimeError):
    """This attempt failed. ``code`` (at most 40 ASCII letters) is kept with the message and says nothing
    about anybody. ``permanent``: the receiver will never take it as it is. ``retry_after``: seconds for
    which the receiver asked."""

    def __init__(self, code: str, *, permanent: bool = False, retry_after: float = 0.0) -> None:
        super().__init__(code)
        self.code = code
        self.permanent = permanent
        self.retry_after = retry_after


def link(settings: Settings, reference: str) -> str:
    """Where the case is opened, after signing in."""
    return f"{settings.address}/desk/cases/{reference}"


def to_advisor(settings: Settings, key: str, kind: str, reference: str, to: str) -> Letter:
    """The letter to an advisor: a reference and a link."""
    text = (
        f"Reference: {reference}\n\nOpen it here: {link(settings, reference)}\n\n"
        "This message holds no details on purpose.\n"
    )
    return Letter(key, kind, reference, to, _SUBJECTS.get(kind, _CHANGED), text)
