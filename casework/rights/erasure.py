"""Erasing who somebody is, on their request (UK GDPR article 17), as far as the law lets one.

What happened stays, with labels, dates and what was done: policy and regulator need it, and nothing of it says any more
who told it. The right does not reach what is kept to protect somebody, or for a claim or a court (article 17(3)): so a
case that is open, held or about somebody's safety is refused. Why it is erased all the same may be given for the first
and the last; a hold is released first.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from casework.audit import Act, note
from casework.cases import records
from casework.cases.parts import ABOUT_AFFECTED, NAMED_ONLY, postcode_district
from casework.cases.progress import NotAllowed
from casework.cases.respondents import details_of, id_of
from casework.cases.thread import NoCase
from casework.cases.withdrawal import concerns_safety
from casework.privacy.places import Place, places
from casework.related.tokens import names_in
from casework.retention.holds import is_held
from casework.retention.proof import RetentionError
from casework.rights.masking import Mask
from casework.store.fair_tables import respondent_identity
from casework.store.guard_tables import identity_request
from casework.store.rights_tables import correction
from casework.store.tables import access_log, case_record, identity_details, outbox, report, turn
from casework.store.tables import draft as draft_table

if TYPE_CHECKING:
    from casework.store.store import Db

RESPONDENT = "respondent"
PERSONS = ("reporter", "affected", RESPONDENT)
_NAMES = {"reporter": "reporter_name", "affected": "affected_name"}
_QUESTIONS = {"reporter": NAMED_ONLY, "affected": ABOUT_AFFECTED}
# Words that are text and no JSON: they were sealed as they were written.
_PLAIN = frozenset({"access_log", "identity_request", "outbox"})
# A description of somebody is longer than a name.
_LONGEST_NAME = 4
_Key = tuple[Any, ...]
# So many bytes of a sealed value are like no other's.
_TRACE = 32


@dataclass(frozen=True, slots=True)
class Erased:
    """``traces`` are the beginnings of what was overwritten, to be looked for in the database's files. ``told_others``:
    the landlord's case system was sent who it is, and has to be told (article 19)."""

    traces: frozenset[bytes]
    told_others: bool


def erase(
    db: Db, reference: str, person: str, by: str, at: datetime, reason: str, override: str = "", respondent: str = ""
) -> Erased:
    """Erase who the ``reporter``, the ``affected`` person or one ``respondent`` (how their id begins) of a case is,
    wherever the case holds it, and prove it.

    Raises ``NoCase``, ``NotAllowed``; ``RetentionError`` where something would be left: then nothing was erased.
    """
    case = records.locked(db, reference)
    if case is None:
        raise NoCase(reference)
    if person == RESPONDENT:
        respondent = id_of(db, reference, respondent)
    _check(db, case, person, at, reason, override, respondent)
    note(db, Act.ERASE_IDENTITY, by, at, reference, {"person": person, "override": bool(override.strip())})
    before = {key: place_row[1][place_row[0].column.name] for key, place_row in _keyed(db, reference)}
    mask = _mask_of_respondent(db, respondent) if person == RESPONDENT else _mask(db, case, person)
    reports = list(db.execute(sa.select(report.c.id).where(report.c.case_reference == reference)).scalars())
    _forget_beside(db, reference, person)
    if person == RESPONDENT:
        db.execute(respondent_identity.delete().where(respondent_identity.c.respondent_id == respondent))
    else:
        for key in reports:
            _forget_in_report(db, case, key, person)
    _cover_words(db, reference, person, mask)
    for key in reports:
        # By what the report is found follows what it holds.
        identity = {name: mask.text(text) if name == "contact_safety" else text
                    for name, text in records.identity_of_report(db, key).items()}  # fmt: skip
        records.put_identity(db, reference, key, identity)
    if person == "reporter":
        values = case_record.update().where(case_record.c.reference == reference)
        db.execute(values.values(identity="anonymous"))
    records.event(db, reference, "identity_erased", at, by, {"person": person}, mask.text(reason))
    if override.strip():
        records.event(db, reference, "erasure_overridden", at, by, reason=mask.text(override))
    after = _prove_rows(db, reference, person, mask, respondent)
    gone = {value for key, value in before.items() if after.get(key) != value}
    return Erased(frozenset(value[:_TRACE] for value in gone), _was_sent(db, reference))


def _check(db: Db, case: Any, person: str, at: datetime, reason: str, override: str, respondent: str) -> None:
    """Raises ``NotAllowed``."""
    if person not in PERSONS:
        raise NotAllowed(
            "Who the reporter, the affected person or a respondent is can be erased; other requests a person answers."
        )
    if person == RESPONDENT and not details_of(db, respondent):
        raise NotAllowed("Who this respondent is was erased already.")
    if not reason.strip():
        raise NotAllowed("Erasing needs a reason: who asked, and how you know that it is them.")
    if person == "affected" and case.reporter_role == "self":
        raise NotAllowed("The reporter is the affected person: erase the reporter.")
    if is_held(db, case.reference, at):
        raise NotAllowed("The case is held; what a court or a claim needs is not erased. Release the hold first.")
    if override.strip():
        return
    if concerns_safety(case):
        raise NotAllowed('Somebody may be at risk, and who it is may protect them. Say why not: --override "…".')
    if case.status not in ("closed", "withdrawn"):
        raise NotAllowed('The case is open; who it is may be needed to work on it. Say why not: --override "…".')


def _mask(db: Db, case: Any, person: str) -> Mask:
    """Who is to be covered: their names, and numbers and addresses that are theirs."""
    names: list[str] = []
    contacts: list[str] = []
    for row in db.execute(sa.select(report.c.id, report.c.answers).where(report.c.case_reference == case.reference)):
        identity = records.identity_of_report(db, row.id)
        names.append(identity.get(_NAMES[person], ""))
        if person == "reporter":
            contacts.append(identity.get("contact_value", ""))
        if _is_home(case, person):
            place = records.told(db, row.id, row.answers)["answers"].get("where_postcode")
            contacts.append(place if isinstance(place, str) else "")
    for row in db.execute(sa.select(correction).where(correction.c.case_reference == case.reference)):
        if row.name in (_NAMES[person], *(("contact_value",) if person == "reporter" else ())):
            body = records.unseal(db, f"correction|body|{row.id}", row.body)
            for text in (body["from"], body["to"]):
                (names if row.name == _NAMES[person] else contacts).append(text or "")
    return Mask(tuple(name for name in names if name), tuple(contacts))


def _mask_of_respondent(db: Db, key: str) -> Mask:
    """What is known of a respondent, and what was: names that a person would know them by, and contacts."""
    details = details_of(db, key)
    earlier = details.get("earlier", {})
    names, contacts = (
        [details.get(field, ""), *(one["was"] for one in earlier.get(field, []))] for field in ("name", "contact")
    )
    # "Kyle Brennan, the lad at no. 14" names one person, whose name is two words of it.
    known = [" ".join(words) for name in names for words in names_in(name)]
    return Mask((*(name for name in names if name and len(name.split()) <= _LONGEST_NAME), *known), contacts)


def _is_home(case: Any, person: str) -> bool:
    """Whether the place of the report is this person's home."""
    return person == "affected" or case.reporter_role == "self"


def _forget_beside(db: Db, reference: str, person: str) -> None:
    """What stands beside the reports: corrections of the person's own answers, requests to see who it is, transcripts,
    and notices that are made anew when they are sent."""
    own = (_NAMES[person], *_QUESTIONS[person]) if person in _NAMES else ()
    mine = correction.c.case_reference == reference
    db.execute(correction.delete().where(mine, correction.c.name.in_(own)))
    db.execute(identity_request.delete().where(identity_request.c.case_reference == reference))
    drafts_of = sa.select(draft_table.c.id).where(draft_table.c.case_reference == reference)
    db.execute(turn.delete().where(turn.c.draft_id.in_(drafts_of)))
    db.execute(outbox.update().where(outbox.c.case_reference == reference).values(body=None))
    # Who read it stays known; why they did may say who it is about.
    db.execute(access_log.update().where(access_log.c.case_reference == reference).values(reason=None))


def _forget_in_report(db: Db, case: Any, key: str, person: str) -> None:
    told, identity = records.told_of(db, key), records.identity_of_report(db, key)
    asked = _QUESTIONS[person]
    answers = {name: value for name, value in told["answers"].items() if name not in asked}
    for name in ("notes", "also_said"):
        if name in answers:
            answers[name] = _without(answers[name], asked)
    if person == "reporter":
        answers["identity"] = "anonymous"
    if _is_home(case, person) and isinstance(place := answers.pop("where_postcode", None), str):
        district = postcode_district(place)
        answers |= {"where_postcode": district} if district else {}
    contact = None if person == "reporter" else told["contact"]
    records.put_told(db, key, {**told, "answers": answers, "contact": contact})
    kept = {name: text for name, text in identity.items() if name not in asked}
    db.execute(identity_details.delete().where(identity_details.c.report_id == key))
    if kept:
        records.put_identity(db, case.reference, key, kept)


def _without(said: Any, asked: tuple[str, ...]) -> Any:
    if isinstance(said, Mapping):
        return {name: text for name, text in said.items() if name not in asked}
    return [entry for entry in said if entry.get("question") not in asked]


def _covered(place: Place, text: Any, person: str, mask: Mask) -> Any:
    """The words of a place with the person covered in them. Respondents of one family share its name, and each has a
    right to their own."""
    if place.table.name in _PLAIN:
        return mask.text(text)
    found = mask.value(text)
    if place.table is respondent_identity and person != RESPONDENT:
        return {**found, "name": mask.text(text["name"])}
    return found


def _cover_words(db: Db, reference: str, person: str, mask: Mask) -> None:
    """Seal every text of the case anew, with the person covered in it."""
    for place, row in _rows(db, reference):
        if place.table is identity_details:
            continue
        text = _read(db, place, row)
        covered = _covered(place, text, person, mask)
        if covered != text:
            words = covered if place.table.name in _PLAIN else json.dumps(covered, ensure_ascii=False)
            sealed = db.keys.seal(words.encode("utf-8", "surrogatepass"), context=place.context(row))
            mine = sa.and_(*(column == row[column.name] for column in place.key))
            db.execute(place.table.update().where(mine).values({place.column.name: sealed}))


def _prove_rows(db: Db, reference: str, person: str, mask: Mask, respondent: str) -> dict[_Key, bytes]:
    """What is sealed now, by its place. Raises ``RetentionError`` where a value of the case still says who the person
    is."""
    left, held = set(), {}
    for key, (place, row) in _keyed(db, reference):
        held[key] = row[place.column.name]
        text = _read(db, place, row)
        if place.table is respondent_identity and row["respondent_id"] == respondent:
            found = {place.column.name}
        elif place.table is identity_details:
            found = set(text) & {_NAMES[person], *_QUESTIONS[person]} if person in _NAMES else set()
        else:
            found = set() if _covered(place, text, person, mask) == text else {place.column.name}
        if found:
            left.add(place.table.name)
    if left:
        raise RetentionError(f"Erasing left something in {', '.join(sorted(left))}.")
    return held


def _keyed(db: Db, reference: str) -> Iterator[tuple[_Key, tuple[Place, dict[str, Any]]]]:
    for place, row in _rows(db, reference):
        yield (place.table.name, place.column.name, *(row[one.name] for one in place.key)), (place, row)


def _rows(db: Db, reference: str) -> Iterator[tuple[Place, dict[str, Any]]]:
    """Every sealed value of the case, with its row."""
    for place in places():
        column = place.table.c.reference if place.table is case_record else place.table.c.get("case_reference")
        if column is None or place.table is draft_table:
            continue
        mine = sa.select(place.table).where(column == reference, place.column.is_not(None))
        for row in db.execute(mine).mappings().all():
            yield place, dict(row)


def _read(db: Db, place: Place, row: dict[str, Any]) -> Any:
    text = db.keys.open(row[place.column.name], context=place.context(row)).decode("utf-8", "surrogatepass")
    return text if place.table.name in _PLAIN else json.loads(text)


def _was_sent(db: Db, reference: str) -> bool:
    sent = sa.select(access_log.c.id).where(
        access_log.c.case_reference == reference, access_log.c.act.in_(("send_identity", "send_account"))
    )
    return db.scalar(sent.limit(1)) is not None
