"""What counts against a person: only cases in which an advisor has confirmed who they are (case-record.md, "Fair to
all"). A report's own words about who did it make suggestions for an advisor, and count nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from casework.related.tokens import Token, tokens_of_person
from casework.store.fair_tables import respondent
from casework.store.relation_tables import blind_index, joined_report
from casework.store.tables import case_record

if TYPE_CHECKING:
    from casework.store.store import Db

CONFIRMED = "respondent"
# Of a number or an address a household has one; two people of one name are told apart by the advisor who looks.
COUNTED_BY = "full_name"


def confirmed_tokens(db: Db, reference: str) -> set[Token]:
    """By what the confirmed respondents of a case are found."""
    from casework.cases.respondents import details_of

    mine = sa.select(respondent.c.id).where(
        respondent.c.case_reference == reference, respondent.c.confirmed_by.is_not(None)
    )
    return {token for key in db.execute(mine).scalars().all() for token in _tokens_of(details_of(db, key))}


def names_of(details: Mapping[str, Any]) -> set[str]:
    """The full names of a respondent, as they are compared; none of half a name."""
    return {token.value for token in _tokens_of(details) if token.kind == COUNTED_BY}


def cases_against(db: Db, reference: str, key: str) -> list[str]:
    """The other cases of hate or anti-social behaviour, oldest first, in which a respondent of the same name was
    confirmed too and nobody found that it is another person; what an advisor holds to be possibly malicious counts
    against nobody. Cases, not reports, are
    counted. The caller knows that this respondent is confirmed."""
    from casework.cases.findings import MALICIOUS, current
    from casework.cases.respondents import APART, details_of
    from casework.related.indexes import macs_of

    details = details_of(db, key)
    macs = macs_of(db.keys, [token for token in _tokens_of(details) if token.kind == COUNTED_BY])
    if not macs:
        return []
    found = set(db.execute(
        sa.select(blind_index.c.case_reference).where(
            blind_index.c.mac.in_(sorted({mac for _, mac in macs})), blind_index.c.subject == CONFIRMED,
            blind_index.c.kind == COUNTED_BY)
    ).scalars()).difference(details.get(APART, []))  # fmt: skip
    whole = {row.case_reference: row.joined_to for row in db.execute(
        sa.select(joined_report.c.case_reference, joined_report.c.joined_to).where(
            joined_report.c.case_reference.in_([*found, reference])))}  # fmt: skip
    others = {whole.get(one, one) for one in found} - {reference, whole.get(reference), *details.get(APART, [])}
    rows = db.execute(
        sa.select(case_record.c.reference, case_record.c.created_at).where(
            case_record.c.reference.in_(sorted(others)), case_record.c.complete,
            case_record.c.category.in_(("asb", "hate")))
        .order_by(case_record.c.created_at, case_record.c.reference)
    ).all()  # fmt: skip
    return [row.reference for row in rows if (current(db, row.reference, MALICIOUS) or {}).get("value") != "yes"]


def _tokens_of(details: Mapping[str, Any]) -> set[Token]:
    return tokens_of_person(CONFIRMED, details.get("name", ""), details.get("contact", ""))
