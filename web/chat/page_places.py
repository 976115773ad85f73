"""Where else people can turn, and where Exit leads. Numbers come from the one checked file of helplines."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import Any

from casework.questions.wording import helplines

EXIT_URL = "https://www.bbc.co.uk/weather"
# On every page, in this order; the rest of the checked numbers is on the page of other ways.
FIRST = ("emergency", "police")


@dataclass(frozen=True)
class Place:
    """A service that people can ring: its name, its number as shown, perhaps its hours."""

    name: str
    number: str
    hours: str = ""

    @property
    def dialled(self) -> bool:
        """Whether this is a number long enough to be known among other words."""
        return self.number.replace(" ", "").isdigit() and len(self.number) > 3

    @property
    def href(self) -> str:
        """A link that rings, or writes to, the number."""
        digits = "".join(re.findall(r"\d", self.number))
        return f"sms:{digits}" if self.number.startswith("text ") else f"tel:{digits}"


def places() -> dict[str, Place]:
    """Every verified service, by key."""
    return {key: Place(line["name"], line["number"], line.get("hours", "")) for key, line in helplines().items()}


def landlord_place(settings: Any) -> Place | None:
    """The landlord's own line, where one is configured."""
    phone = str(getattr(settings, "landlord_phone", "") or "")
    return Place(landlord_name(settings), phone) if phone else None


def landlord_name(settings: Any) -> str:
    return str(getattr(settings, "landlord_name", "") or "Livv Housing Group")


def exit_url(settings: Any) -> str:
    """The neutral page that Exit opens: `REPORTING_EXIT_URL`, an https address, or the weather.

    Raises ValueError for anything else: a mistake here would take away somebody's way out.
    """
    url = str(getattr(settings, "exit_url", "") or os.environ.get("REPORTING_EXIT_URL", "") or EXIT_URL)
    if not re.fullmatch(r"https://[^\s\"'<>\\]+", url):
        raise ValueError("REPORTING_EXIT_URL has a value that cannot be used: expected an https address.")
    return url
