"""Which other cases are about the same people or place, and why; and whether a report seems to belong to one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from casework.related.accounts import names_told
from casework.related.confirmed import CONFIRMED, COUNTED_BY
from casework.related.indexes import macs_of, read_tokens
from casework.related.tokens import SURE, Token
from casework.store.relation_tables import blind_index, joined_report
from casework.store.tables import case_record, report

if TYPE_CHECKING:
    from casework.store.store import Db

# A block of flats shares a postcode: so many are enough to see a pattern.
MOST = 50
_COMPLAINANTS = frozenset({"reporter", "affected"})
_OF_A_PERSON = frozenset({"full_name", "phone", "email"})
# Own subject, their subject → what the two cases have in common. Not among them: a reporter's address and a place,
# which could tell who an anonymous reporter is.
_COMMON = {
    ("responsible", "responsible"): "same_person_responsible",
    ("place", "place"): "same_place",
    ("reporter", "reporter"): "same_reporter",
    ("affected", "affected"): "same_affected_person",
    ("reporter", "affected"): "reporter_was_affected",
    ("affected", "reporter"): "affected_person_reported",
    ("responsible", "place"): "place_of_person_responsible",
    ("place", "responsible"): "place_of_person_responsible",
    ("account", "responsible"): "person_responsible_in_account",
}
# Whoever is named in an account may be anybody in it.
_NEVER_SURE = frozenset({"person_responsible_in_account"})
_ORDER = tuple(dict.fromkeys(_COMMON.values()))
Agreement = tuple[str, str, str]  # own subject, their subject, kind of value


@dataclass(frozen=True, slots=True)
class Because:
    """One thing that two cases have in common: which, by which kinds of value, and whether it is more than a maybe."""

    what: str
    kinds: tuple[str, ...]
    sure: bool
    # Of a person responsible: whether an advisor has confirmed in both cases that it is they. Nothing else counts.
    confirmed: bool = False

    def to_json(self) -> dict[str, Any]:
        return {"because": self.what, "by": list(self.kinds), "sure": self.sure, "confirmed": self.confirmed}


@dataclass(frozen=True, slots=True)
class Related:
    """Another case with something in common. ``suggested``: this case seems to belong to the other
    (``belongs_to``), or the other to this one (``takes_in``); ``joined`` says the same of what an advisor did;
    ``declined``: an advisor found that they do not belong together, so it is not suggested.
    ``roles_reversed``: who complains in the one is complained about in the other, so they stay apart."""

    reference: str
    status: str
    created_at: datetime
    category: str
    because: tuple[Because, ...]
    roles_reversed: bool
    suggested: str | None
    joined: str | None
    declined: bool = False

    def to_json(self) -> dict[str, Any]:
        return {
            "reference": self.reference, "status": self.status, "created_at": self.created_at.isoformat(),
            "category": self.category, "why": [one.to_json() for one in self.because],
            "roles_reversed": self.roles_reversed, "suggested": self.suggested, "joined": self.joined,
            "declined": self.declined,
        }  # fmt: skip


def related(db: Db, reference: str) -> list[Related]:
    """Cases about the same person responsible, place, reporter or affected person: joined ones first, then
    suggested ones, then those with most in common, newer ones before older."""
    from casework.related.declining import declined_with
    from casework.related.namesakes import told_apart, without

    tokens = tokens_of_case(db, reference)
    hits, others_named = _hits(db, reference, tokens), told_apart(db, reference)
    for other in others_named.keys() & hits.keys():
        hits[other] = _hits(db, reference, without(tokens, others_named[other]), only=other).get(other, set())
    links = _links(db, {reference, *hits})
    others = {*hits, *(other for pair in links.items() if reference in pair for other in pair)} - {reference}
    rows = {row.reference: row for row in _rows(db, {reference, *others})}
    known = _with_person_responsible(db, others)
    if any(token.subject in ("responsible", CONFIRMED) for token in tokens):
        known.add(reference)
    named, declined = _named_in_account(db, reference), declined_with(db, reference)
    found = []
    for other in others & set(rows):
        agreements = hits.get(other, set())
        if other in named and other not in others_named and _may_be_meant(rows[other], agreements):
            agreements |= named[other]
        joined = _joined(links, reference, other)
        whole = {other, *(one for one, to in links.items() if to == other)}
        reversed_ = any(are_reversed(hits.get(one, ())) for one in whole)
        apart = reversed_ or joined or reference in links or other in links or other in declined
        row = rows[other]
        suggested = None if apart else _suggested(rows[reference], row, agreements, {reference, other} <= known)
        found.append(Related(
            other, row.status, row.created_at, row.category, _because(agreements), reversed_, suggested, joined,
            other in declined,
        ))  # fmt: skip
    found = [one for one in found if one.because or one.roles_reversed or one.joined]
    found.sort(key=lambda one: (one.created_at, one.reference), reverse=True)
    found.sort(key=_weight, reverse=True)
    return found[:MOST]


def agreements_of(db: Db, reference: str, other: str) -> set[Agreement]:
    """What agrees between two cases."""
    return _hits(db, reference, tokens_of_case(db, reference), only=other).get(other, set())


def are_reversed(agreements: Collection[Agreement]) -> bool:
    """Whether who complains in one of two cases is complained about in the other, by name or by door."""
    sure = {(own, theirs) for own, theirs, kind in agreements if kind in _OF_A_PERSON}
    if _same_complainant(sure) and _holds(agreements, "responsible", "responsible"):
        return False  # father and son of one name; the parties are the same
    heard = {(own, theirs) for own, theirs, kind in agreements if kind == "name_sound"}
    if _crossed(sure) or (_crossed(heard) and not _same_complainant(sure)):
        return True
    doors = {(own, theirs) for own, theirs, kind in agreements if kind == "address"}
    return {("place", "responsible"), ("responsible", "place")} <= doors and not (
        {("place", "place"), ("responsible", "responsible")} & doors
    )


def tokens_of_case(db: Db, reference: str, with_joined: bool = True) -> set[Token]:
    """What the report of a case is found by, and those that were joined to it."""
    wanted = report.c.case_reference == reference
    if with_joined:
        joined = sa.select(joined_report.c.case_reference).where(joined_report.c.joined_to == reference)
        wanted |= report.c.case_reference.in_(joined)
    ids = db.execute(sa.select(report.c.id).where(wanted)).scalars().all()
    return {token for key in ids for token in read_tokens(db, key)}


def _hits(db: Db, reference: str, tokens: set[Token], only: str = "") -> dict[str, set[Agreement]]:
    """Other cases by reference, with what agrees."""
    macs = macs_of(db.keys, tokens)
    wanted = sorted({mac for _, mac in macs})
    found: dict[str, set[Agreement]] = defaultdict(set)
    for start in range(0, len(wanted), 300):
        statement = sa.select(
            blind_index.c.case_reference, blind_index.c.subject, blind_index.c.kind, blind_index.c.mac
        ).where(blind_index.c.mac.in_(wanted[start : start + 300]), blind_index.c.case_reference != reference)
        if only:
            statement = statement.where(blind_index.c.case_reference == only)
        for row in db.execute(statement):
            for subject in macs.get((row.kind, bytes(row.mac)), ()):
                found[row.case_reference].add((_role(subject), _role(row.subject), row.kind))
                if subject == row.subject == CONFIRMED:
                    found[row.case_reference].add((CONFIRMED, CONFIRMED, row.kind))
    return found


def _role(subject: str) -> str:
    """A confirmed respondent is a person responsible, whatever else it says of them."""
    return "responsible" if subject == CONFIRMED else subject


def _named_in_account(db: Db, reference: str) -> dict[str, set[Agreement]]:
    """Cases whose person responsible has a name that stands in the account of this one."""
    hits = _hits(db, reference, names_told(db, reference))
    return {
        other: kept for other, found in hits.items() if (kept := {one for one in found if one[:2] in _COMMON})
    }  # fmt: skip


def _may_be_meant(other: Any, agreements: Collection[Agreement]) -> bool:
    """Whether a name in an account is worth showing: only beside an open case on the same place, where the answers do
    not say it already and nobody's roles are reversed."""
    from casework.cases.codes import ENDED_STATUSES

    return (
        other.status not in ENDED_STATUSES
        and _holds(agreements, "place", "place")
        and not _holds(agreements, "responsible", "responsible")
        and not are_reversed(agreements)
    )


def _because(agreements: Collection[Agreement]) -> tuple[Because, ...]:
    kinds: dict[str, set[str]] = defaultdict(set)
    for own, theirs, kind in agreements:
        if (what := _COMMON.get((own, theirs))) and not (what == "place_of_person_responsible" and kind != "address"):
            kinds[what].add(kind)
    return tuple(
        Because(
            what, tuple(sorted(kinds[what])), bool(kinds[what] & set(SURE)) and what not in _NEVER_SURE,
            what == "same_person_responsible" and (CONFIRMED, CONFIRMED, COUNTED_BY) in agreements,
        )
        for what in _ORDER if what in kinds
    )  # fmt: skip


def _suggested(own: Any, other: Any, agreements: Collection[Agreement], both_name_somebody: bool) -> str | None:
    """Whether the later of two cases seems to belong to the earlier one, which has to be open still."""
    from casework.cases.codes import ENDED_STATUSES

    later = (own.created_at, own.reference) > (other.created_at, other.reference)
    earlier = other if later else own
    if earlier.status in ENDED_STATUSES or (own if later else other).status in ENDED_STATUSES:
        return None
    sure = {(mine, theirs) for mine, theirs, kind in agreements if kind in SURE}
    complainant, place = _same_complainant(sure), _holds(agreements, "place", "place")
    if ("responsible", "responsible") in sure:
        same = complainant or place
    elif _holds(agreements, "responsible", "responsible"):
        same = complainant or ("place", "place") in sure
    else:
        # Told again by or about the same person, and who did it is not said on one side.
        same = complainant and place and not both_name_somebody
    if not same:
        return None
    return "belongs_to" if later else "takes_in"


def _crossed(pairs: Collection[tuple[str, str]]) -> bool:
    return any("responsible" in pair and _COMPLAINANTS & set(pair) for pair in pairs)


def _same_complainant(pairs: Collection[tuple[str, str]]) -> bool:
    return any(own in _COMPLAINANTS and theirs in _COMPLAINANTS for own, theirs in pairs)


def _holds(agreements: Iterable[Agreement], own: str, theirs: str) -> bool:
    return any((mine, others) == (own, theirs) for mine, others, _ in agreements)


def _weight(one: Related) -> tuple[bool, bool, int, int]:
    sure = sum(because.sure for because in one.because)
    return one.joined is not None, one.suggested is not None, sure, len(one.because)


def _rows(db: Db, references: Collection[str]) -> list[Any]:
    columns = (case_record.c.reference, case_record.c.status, case_record.c.created_at, case_record.c.category)
    keys = sorted(references)
    return [
        row for start in range(0, len(keys), 500)
        for row in db.execute(sa.select(*columns).where(case_record.c.reference.in_(keys[start : start + 500])))
    ]  # fmt: skip


def _with_person_responsible(db: Db, references: Collection[str]) -> set[str]:
    """Which of these cases say who did it."""
    keys = sorted(references)
    return {
        found for start in range(0, len(keys), 500)
        for found in db.execute(
            sa.select(blind_index.c.case_reference).distinct().where(
                blind_index.c.case_reference.in_(keys[start : start + 500]),
                blind_index.c.subject.in_(("responsible", CONFIRMED)))
        ).scalars()
    }  # fmt: skip


def _links(db: Db, references: Collection[str]) -> dict[str, str]:
    """Which of these cases were joined to which, and what was joined to them."""
    keys = sorted(references)
    found: dict[str, str] = {}
    for start in range(0, len(keys), 400):
        some = keys[start : start + 400]
        wanted = joined_report.c.case_reference.in_(some) | joined_report.c.joined_to.in_(some)
        found |= {row.case_reference: row.joined_to for row in db.execute(sa.select(joined_report).where(wanted))}
    return found


def _joined(links: dict[str, str], reference: str, other: str) -> str | None:
    if links.get(reference) == other:
        return "belongs_to"
    return "takes_in" if links.get(other) == reference else None
