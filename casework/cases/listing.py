"""Lists of cases: without any of their words, so nothing is opened and nothing has to be logged; a page at a time.

A page is found first, in an index, and only its rows are read: a list costs what it shows, however many cases
there are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from casework.cases.thread import NoCase
from casework.store.relation_tables import joined_report
from casework.store.tables import advisor, case_record, clock

if TYPE_CHECKING:
    from casework.store.store import Db

# The largest page, and the one that is shown unless a smaller one is asked for.
LONGEST_PAGE = 1000
# Each of these has an index in the order of the lists.
_INDEXED = ("status", "category", "priority", "advisor_id")
_PLAIN = (*_INDEXED, "urgency", "postcode_district")
# Lists of codes, in JSON; a code stands in it between quotation marks.
_AMONG = {"strand": "strands", "flag": "risk_flags", "asb_type": "asb_types"}
FILTERS = (*_PLAIN, *_AMONG)
_SHOWN = tuple(
    case_record.c[name] for name in (
        "reference", "complete", "status", "created_at", "channel", "category", "hate_kind", "strands", "asb_types",
        "risk_flags", "urgency", "priority", "postcode_district",
    )
)  # fmt: skip
_NEWEST_FIRST = (case_record.c.created_at.desc(), case_record.c.reference)
_PAGE = (
    sa.select(*_SHOWN, advisor.c.name, advisor.c.email, joined_report.c.joined_to)
    .join(advisor, advisor.c.id == case_record.c.advisor_id)
    .outerjoin(joined_report, joined_report.c.case_reference == case_record.c.reference)
    .where(case_record.c.reference.in_(sa.bindparam("page", expanding=True)))
    .order_by(*_NEWEST_FIRST)
)
_RUNNING = (
    sa.select(
        clock.c.case_reference, clock.c.name, clock.c.due_at,
        sa.func.row_number()
        .over(partition_by=clock.c.case_reference, order_by=(clock.c.due_at, clock.c.seq)).label("place"),
    )
    .where(
        clock.c.case_reference.in_(sa.bindparam("page", expanding=True)),
        clock.c.met_at.is_(None), clock.c.stopped_at.is_(None),
    )
    .subquery()
)  # fmt: skip
# Of each case the clock that runs out first.
_NEXT = sa.select(_RUNNING.c.case_reference, _RUNNING.c.name, _RUNNING.c.due_at).where(_RUNNING.c.place == 1)
_AT_ONCE = 500


def listed(
    db: Db,
    *,
    limit: int = LONGEST_PAGE,
    after: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    **wanted: str,
) -> list[dict[str, Any]]:
    """Cases, newest first: those that came ``since`` a moment and before ``until``, and of which each of ``wanted``
    (``FILTERS``) holds. ``after``: the last case of the page before. Raises ``NoCase`` where that is gone, and
    ``ValueError`` for a page that is too long."""
    if not 1 <= limit <= LONGEST_PAGE:
        raise ValueError(f"a page has 1 to {LONGEST_PAGE} cases")
    statement = _narrowed({name: value for name, value in wanted.items() if value})
    if since is not None:
        statement = statement.where(case_record.c.created_at >= since)
    if until is not None:
        statement = statement.where(case_record.c.created_at < until)
    if after:
        came = db.scalar(sa.select(case_record.c.created_at).where(case_record.c.reference == after))
        if came is None:
            raise NoCase(after)
        later = sa.or_(case_record.c.created_at < came, case_record.c.reference > after)
        statement = statement.where(case_record.c.created_at <= came, later)
    keys = db.execute(statement.order_by(*_NEWEST_FIRST).limit(limit)).scalars().all()
    shown = []
    for start in range(0, len(keys), _AT_ONCE):
        shown += _page(db, keys[start : start + _AT_ONCE])
    return shown


def _narrowed(wanted: Mapping[str, str]) -> sa.Select[Any]:
    """The references of the cases that are wanted."""
    statement = sa.select(case_record.c.reference)
    # One index holds all that a list can be filtered by (``tables.LISTED_BY``), so any mixture is found without reading
    # a case. SQLite would take the index of one column instead and read every case that it names.
    one_column = len(wanted) == 1 and wanted.keys() <= {*_INDEXED}
    for name, value in wanted.items():
        if name in _AMONG:
            codes = sa.cast(case_record.c[_AMONG[name]], sa.String)
            statement = statement.where(codes.contains(f'"{value}"', autoescape=True))
        elif name in _PLAIN:
            column = case_record.c[name]
            statement = statement.where((column if one_column else column.concat("")) == value)
        else:
            raise ValueError(f"cases are not listed by {name}")
    return statement


def _page(db: Db, keys: Sequence[str]) -> list[dict[str, Any]]:
    page = {"page": keys}
    due = {row.case_reference: {"name": row.name, "due_at": row.due_at.isoformat()} for row in db.execute(_NEXT, page)}
    names = [column.name for column in _SHOWN]
    shown = []
    for row in db.execute(_PAGE, page):
        *values, name, email, joined = tuple(row)
        case = dict(zip(names, values, strict=True))
        case["created_at"] = case["created_at"].isoformat()
        advisor_shown = {"name": name, "email": email}
        shown.append({
            **case, "advisor": advisor_shown, "next_clock": due.get(case["reference"]), "joined_to": joined,
        })  # fmt: skip
    return shown
