"""Whether an advisor fits a case, and what speaks against it (HP 2.10, AP 2.4; case-record.md, "A named
advisor, always")."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from casework.advisors.naming import Spoken, names_advisor
from casework.advisors.pattern import is_absent, is_there_before
from casework.clocks.working import LONDON, within_working_days

if TYPE_CHECKING:
    from casework.settings import Settings

# By when somebody has to look at a case, in working days: the first clocks of each priority.
_FIRST_LOOK = {"emergency": 0, "urgent": 1, "standard": 3, "review": 3}


@dataclass(frozen=True, slots=True)
class Needs:
    """What a case needs of its advisor. ``texts`` are all words of the report, to see whom it names;
    ``responsible`` is the answer who did it."""

    trained: bool = False
    district: str | None = None
    language: str | None = None
    texts: Sequence[str] = field(default=(), repr=False)
    about_staff: bool = False
    responsible: str = field(default="", repr=False)
    priority: str = "urgent"

    @property
    def emergency(self) -> bool:
        return self.priority == "emergency"

    def spoken(self) -> Spoken:
        return Spoken.of(self.texts, self.responsible)


def unfit(row: Any, needs: Needs, said: Spoken, at: datetime, settings: Settings) -> list[str]:
    """What speaks against giving a case to the advisor of this row, as codes; empty where they fit.

    ``inactive``; ``named`` by the report; ``untrained`` though the case needs it; ``absent`` today; ``away``: by
    their working pattern and absences not there before somebody has to look at it.
    """
    found = [] if row.active else ["inactive"]
    if is_named(row, needs, said):
        found.append("named")
    if needs.trained and not row.trained:
        found.append("untrained")
    if is_absent(row.absences, at.astimezone(LONDON).date()):
        found.append("absent")
    elif not is_there_before(row.works, row.absences, at, _first_look(needs, at, settings), settings):
        found.append("away")
    return found


def is_named(row: Any, needs: Needs, said: Spoken) -> bool:
    """Whether the report names the advisor of this row; never the duty desk, which is a role."""
    return not is_desk(row) and names_advisor(row.name, row.email, said, needs.about_staff)


def desk_id(email: str) -> str:
    """The id of the duty desk with this address."""
    return uuid.uuid5(uuid.NAMESPACE_DNS, f"duty-desk:{email}").hex


def is_desk(row: Any) -> bool:
    """Whether this row stands for the duty desk of the settings, and not for a person who was imported."""
    return not row.active and bool(row.id == desk_id(row.email))


def _first_look(needs: Needs, at: datetime, settings: Settings) -> datetime:
    return within_working_days(at, _FIRST_LOOK[needs.priority], settings)
