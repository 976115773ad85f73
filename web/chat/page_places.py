"""Where else people can turn. Numbers come from the one checked file of helplines."""

from __future__ import annotations

import re
from dataclasses import dataclass

from casework.questions.wording import helplines, in_words
from casework.settings import Settings

# On every page, in this order; the rest of the checked numbers is on the page of other ways.
FIRST = ("emergency", "police")


@dataclass(frozen=True)
class Place:
    """A service that people can ring: its name, its number, perhaps its hours, as they are written (in English)."""

    name: str
    number: str
    hours: str = ""

    @property
    def dialled(self) -> bool:
        """Whether this is a number long enough to be known among other words."""
        return self.number.replace(" ", "").isdigit() and len(self.number) > 3

    @property
    def line(self) -> str:
        """Its number as it is shown, in the language of the page."""
        return in_words(self.number)

    @property
    def href(self) -> str:
        """A link that rings, or writes to, the number."""
        digits = "".join(re.findall(r"\d", self.number))
        return f"sms:{digits}" if self.number.startswith("text ") else f"tel:{digits}"


def places() -> dict[str, Place]:
    """Every verified service, by key."""
    return {key: Place(line["name"], line["number"], line.get("hours", "")) for key, line in helplines().items()}


def landlord_place(settings: Settings) -> Place | None:
    """The landlord's own line, where one is configured."""
    return Place(settings.landlord_name, settings.landlord_phone) if settings.landlord_phone else None
