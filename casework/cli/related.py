"""``reporting cases join`` and ``part``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from casework.cli.output import complain, open_store, print_json, say, who

if TYPE_CHECKING:
    from datetime import datetime

    from casework.store import Db


def join(reference: str, to: str, reason: str, as_json: bool) -> int:
    """The report belongs to an open case, as an advisor sees it."""
    from casework.cases.references import tidy_reference
    from casework.related.joining import join_report

    own, other = tidy_reference(reference), tidy_reference(to)
    if not _done(lambda db, now: join_report(db, own, other, who(), now, reason)):
        return 1
    if as_json:
        print_json({"reference": own, "joined_to": other})
    else:
        say(f"{own} belongs to {other} now, which starts acknowledge and risk_assess again.")
    return 0


def part(reference: str, reason: str, as_json: bool) -> int:
    """The report is a case of its own after all."""
    from casework.cases.references import tidy_reference
    from casework.related.joining import part_report

    own = tidy_reference(reference)
    if not _done(lambda db, now: part_report(db, own, who(), now, reason)):
        return 1
    if as_json:
        print_json({"reference": own, "joined_to": None})
    else:
        say(f"{own} is a case of its own again.")
    return 0


def _done(act: Callable[[Db, datetime], None]) -> bool:
    """Whether ``act`` was done, in one transaction; a sentence where it was not."""
    from casework.cases import NoCase
    from casework.cases.progress import NotAllowed
    from casework.clocks import now

    try:
        with open_store() as store, store.begin() as db:
            act(db, now(store.settings))
    except NoCase:
        complain("There is no case of this reference.")
        return False
    except NotAllowed as refused:
        complain(str(refused))
        return False
    return True
