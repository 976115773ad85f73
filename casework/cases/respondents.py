"""The person complained about: their account, what they need, the support offered and the outcome (case-record.md,
"Fair to all"; AP 2.7, HP 1.3: support goes beside enforcement).

Whoever is named by a report is not yet known to be who did it. Nothing is counted against a person until an advisor has
confirmed who they are, and that is taken back where it was wrong. Who they are stands apart from what they told.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from casework.audit import Act, note
from casework.cases import records
from casework.cases.progress import NotAllowed
from casework.cases.thread import NoCase
from casework.related.confirmed import names_of
from casework.related.indexes import renew
from casework.store.fair_tables import respondent, respondent_identity
from casework.store.tables import report

if TYPE_CHECKING:
    from casework.store.store import Db

WHO = ("name", "contact")
TOLD = ("account", "needs", "support", "outcome")
FIELDS = (*WHO, *TOLD)
# Cases in which somebody else of the same full name is complained about, as an advisor found.
APART = "apart"
_SHORTEST_ID = 8


def add_respondent(db: Db, reference: str, name: str, by: str, at: datetime) -> str:
    """Somebody who is complained about, by name or by what is known of them; the id. They are not confirmed. An advisor
    whom it names has the case no longer. Raises ``NoCase``, ``NotAllowed``."""
    if not name.strip():
        raise NotAllowed("Say who it is, or what is known of them.")
    _locked(db, reference)
    key = secrets.token_hex(16)
    db.execute(respondent.insert(), {
        "id": key, "case_reference": reference, "at": at, "by": by, "confirmed_at": None, "confirmed_by": None,
        "told": records.seal(db, f"respondent|told|{key}", {}),
    })  # fmt: skip
    _put_details(db, reference, key, {"name": name.strip()})
    _done(db, reference, key, "added", by, at)
    _never_their_own(db, reference, at)
    return key


def change_respondent(db: Db, reference: str, key: str, field: str, text: str, by: str, at: datetime) -> None:
    """Put ``text`` in place of a field; what stood there is kept beside it, sealed. Who they are is not confirmed any
    more where their name or contact changes. Raises ``NoCase``, ``NotAllowed``."""
    if field not in FIELDS:
        raise NotAllowed(f"Of a respondent these are kept: {', '.join(FIELDS)}.")
    if field == "name" and not text.strip():
        raise NotAllowed("Say who it is, or what is known of them.")
    row = _row(db, reference, key)
    held = details_of(db, key) if field in WHO else records.unseal(db, f"respondent|told|{key}", row.told)
    was, right = held.pop(field, ""), text.strip()
    if was == right:
        return
    if right:
        held[field] = right
    if was:
        held.setdefault("earlier", {}).setdefault(field, []).append({"at": at.isoformat(), "was": was})
    if field in WHO:
        _put_details(db, reference, key, held)
        _set(db, key, confirmed_at=None, confirmed_by=None)
        _index(db, reference)
    else:
        _set(db, key, told=records.seal(db, f"respondent|told|{key}", held))
    _done(db, reference, key, "changed", by, at, field=field)
    if field in WHO:
        _never_their_own(db, reference, at)


def confirm_respondent(db: Db, reference: str, key: str, by: str, at: datetime, how: str) -> None:
    """An advisor knows who this is, and ``how``: from now on it counts. Raises ``NoCase``, ``NotAllowed``."""
    row = _row(db, reference, key)
    if not how.strip():
        raise NotAllowed("Say how you know who it is.")
    if row.confirmed_by is not None:
        raise NotAllowed("Who this is was confirmed already.")
    if not details_of(db, key):
        raise NotAllowed("Who this is was erased.")
    _set(db, key, confirmed_at=at, confirmed_by=by)
    _index(db, reference)
    _done(db, reference, key, "confirmed", by, at, how)


def doubt_respondent(db: Db, reference: str, key: str, by: str, at: datetime, reason: str) -> None:
    """It was somebody else, or is not known after all: nothing counts against them any more. Raises ``NoCase``,
    ``NotAllowed``."""
    row = _row(db, reference, key)
    if not reason.strip():
        raise NotAllowed("Say why it is in doubt who it is.")
    if row.confirmed_by is None:
        raise NotAllowed("Who this is was not confirmed.")
    _set(db, key, confirmed_at=None, confirmed_by=None)
    _index(db, reference)
    _done(db, reference, key, "doubted", by, at, reason)


def remove_respondent(db: Db, reference: str, key: str, by: str, at: datetime, reason: str) -> None:
    """They have nothing to do with it: nothing of them is kept in the case. Raises ``NoCase``, ``NotAllowed``."""
    _row(db, reference, key)
    if not reason.strip():
        raise NotAllowed("Taking somebody out of a case needs a reason.")
    db.execute(respondent.delete().where(respondent.c.id == key))
    _index(db, reference)
    _done(db, reference, key, "removed", by, at, reason)


def tell_apart(
    db: Db, reference: str, key: str, other: str, by: str, at: datetime, reason: str, together: bool = False
) -> None:
    """Whoever has the same full name in the case ``other`` is another person: neither counts against the other. With
    ``together`` that is taken back. Kept with who they are, on both sides. Raises ``NoCase``, ``NotAllowed``."""
    from casework.related.links import joined_reports, joined_to

    for case in sorted({reference, other}):
        _locked(db, case)
    if (joined_to(db, reference) or reference) == (joined_to(db, other) or other):
        raise NotAllowed("This is one case; its respondents count once.")
    if not reason.strip():
        raise NotAllowed("Say how you know whether they are one person.")
    own = details_of(db, _row(db, reference, key).id)
    group = [other, *(one["reference"] for one in joined_reports(db, other))]
    theirs = [(case, row.id, details_of(db, row.id)) for case in group for row in _rows(db, case)]
    namesakes = [one for one in theirs if names_of(one[2]) & names_of(own)]
    if not namesakes:
        raise NotAllowed(f"Nobody complained about in {other} has the same full name.")
    if (other in own.get(APART, [])) != together:
        raise NotAllowed("They were not told apart." if together else "They were told apart already.")
    for case, one, details, from_case in [(reference, key, own, other), *((*each, reference) for each in namesakes)]:
        apart = {*details.get(APART, [])} - {from_case} if together else {*details.get(APART, []), from_case}
        _put_details(db, case, one, {**details, APART: sorted(apart)})
        _done(db, case, one, "told_together" if together else "told_apart", by, at, reason, other=from_case)


def respondents_of(db: Db, reference: str, with_identity: bool = False) -> list[dict[str, Any]]:
    """Everybody complained about in a case, oldest first; who they are only ``with_identity``. ``cases`` are the others
    in which the same person was confirmed: none while they are not confirmed here. ``namesakes``: those in which
    somebody else of that name is meant, as an advisor found."""
    from casework.related.confirmed import cases_against

    found = []
    for row in _rows(db, reference):
        details = details_of(db, row.id)
        shown: dict[str, Any] = {
            "id": row.id, "at": row.at.isoformat(), "by": row.by, "confirmed_by": row.confirmed_by,
            "confirmed_at": None if row.confirmed_at is None else row.confirmed_at.isoformat(),
            "cases": cases_against(db, reference, row.id) if row.confirmed_by else [],
            **({"namesakes": details[APART]} if details.get(APART) else {}),
            **records.unseal(db, f"respondent|told|{row.id}", row.told),
        }  # fmt: skip
        if with_identity:
            shown["identity_details"] = {name: text for name, text in details.items() if name != APART}
        found.append(shown)
    return found


def named_as_respondents(db: Db, reference: str) -> list[dict[str, str]]:
    """Names and contacts of everybody complained about, confirmed or not, as an answer would name them: the case goes
    to nobody whom they name."""
    found = []
    for row in _rows(db, reference):
        details = details_of(db, row.id)
        named = {"person_responsible": details.get("name", ""), "contact": details.get("contact", "")}
        found.append({name: text for name, text in named.items() if text})
    return found


def details_of(db: Db, key: str) -> dict[str, Any]:
    """Who one respondent is; nothing where that was erased."""
    sealed = db.scalar(sa.select(respondent_identity.c.details).where(respondent_identity.c.respondent_id == key))
    found: dict[str, Any] = {} if sealed is None else records.unseal(db, _place(key), sealed)
    return found


def id_of(db: Db, reference: str, beginning: str) -> str:
    """The id of a respondent of this case that begins so. Raises ``NoCase``; ``NotAllowed`` where there is not one."""
    _locked(db, reference)
    start = beginning.strip().lower()
    if not start:
        raise NotAllowed("Say which respondent, by their id; `reporting cases respondent list` shows them.")
    found = [row.id for row in _rows(db, reference) if len(start) >= _SHORTEST_ID and row.id.startswith(start)]
    if len(found) != 1:
        raise NotAllowed("There is no such respondent in this case; `reporting cases respondent list` shows them.")
    return str(found[0])


def _put_details(db: Db, reference: str, key: str, details: dict[str, Any]) -> None:
    db.execute(respondent_identity.delete().where(respondent_identity.c.respondent_id == key))
    sealed = records.seal(db, _place(key), details)
    row = {"respondent_id": key, "case_reference": reference, "details": sealed}
    db.execute(respondent_identity.insert(), row)


def _never_their_own(db: Db, reference: str, at: datetime) -> None:
    """Somebody else answers for the case where a respondent's name is its advisor's."""
    from casework.advisors.transfer import owner_after_words

    owner_after_words(db, reference, at)


def _index(db: Db, reference: str) -> None:
    """By what the reports of the case are found follows: confirmed respondents are part of it."""
    for key in db.execute(sa.select(report.c.id).where(report.c.case_reference == reference)).scalars().all():
        renew(db, reference, key)


def _rows(db: Db, reference: str) -> list[Any]:
    mine = sa.select(respondent).where(respondent.c.case_reference == reference)
    return list(db.execute(mine.order_by(respondent.c.at, respondent.c.id)))


def _row(db: Db, reference: str, key: str) -> Any:
    _locked(db, reference)
    row = db.execute(
        sa.select(respondent).where(respondent.c.id == key, respondent.c.case_reference == reference)
    ).first()
    if row is None:
        raise NotAllowed("There is no such respondent in this case.")
    return row


def _locked(db: Db, reference: str) -> None:
    if records.locked(db, reference) is None:
        raise NoCase(reference)


def _set(db: Db, key: str, **values: Any) -> None:
    db.execute(respondent.update().where(respondent.c.id == key).values(**values))


def _done(
    db: Db, reference: str, key: str, what: str, by: str, at: datetime, reason: str | None = None, **more: str
) -> None:
    """Written into the audit and the timeline: that it was done, never what was said."""
    detail = {"respondent": key[:_SHORTEST_ID], "what": what, **more}
    note(db, Act.RESPONDENT, by, at, reference, detail)
    records.event(db, reference, "respondent", at, by, detail, reason)


def _place(key: str) -> str:
    return f"respondent_identity|details|{key}"
