"""How a reporter can be reached: changed with the receipt code, or forgotten for good.

Ways that were not said to be safe are unsafe. Becoming anonymous erases name and contact wherever the report
holds them (conversation.md, "No anonymous report asks 15 and 16").
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from casework.cases import records
from casework.cases.apart import NAMED_ONLY, said_apart
from casework.catalogues import ENGLISH, language
from casework.outbox.rows import put
from casework.related.links import told_of
from casework.store.rights_tables import correction
from casework.store.tables import case_record

if TYPE_CHECKING:
    from casework.store.store import Db

METHODS = ("phone", "text", "email", "letter", "none")
SAFE_WAYS = ("phone_ok", "voicemail_ok", "text_ok", "email_ok", "letter_ok", "nothing_safe")


class ContactError(ValueError):
    """The wish cannot be kept as it is. ``code``: ``method``, ``value`` or ``safe``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Wish:
    """How the reporter wants to be reached. An empty ``value`` or ``name`` leaves what is held.

    ``alert``: send an e-mail without content when there is something to read; needs e-mail as a safe way.
    """

    method: str
    value: str = field(default="", repr=False)
    safe: tuple[str, ...] = ()
    note: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    alert: bool = False


@dataclass(frozen=True, slots=True)
class Contact:
    """What a page may say of it to whoever has the code: the way, never the number, address or name.

    ``language``: that of the page on which the alert was asked for.
    """

    named: bool
    method: str | None
    safe: tuple[str, ...]
    alert: bool
    language: str = ENGLISH


def contact_of(db: Db, reference: str) -> Contact:
    """How the reporter of this case is reached now."""
    told = records.told_of(db, records.first_report(db, reference))
    held = told["contact"]
    if held is None:
        return Contact(False, None, (), False)
    alert, spoken = bool(held.get("alert")), held.get("alert_language", ENGLISH)
    return Contact(True, held.get("method"), tuple(held.get("safe", ())), alert, spoken)


def change_contact(db: Db, case: Any, wish: Wish, now: datetime) -> None:
    """Put this wish in place of what was held; the advisor is told. Raises ``ContactError``."""
    if wish.method not in METHODS:
        raise ContactError("method")
    if not set(wish.safe) <= set(SAFE_WAYS):
        raise ContactError("safe")
    key = records.first_report(db, case.reference)
    told, identity = records.told_of(db, key), records.identity_of_report(db, key)
    before = (told["contact"] or {}).get("method")
    kept = identity.get("contact_value", "") if before == wish.method else ""
    value = wish.value.strip() or kept
    if wish.method != "none" and not value:
        raise ContactError("value")
    safe = ["nothing_safe"] if "nothing_safe" in wish.safe else [way for way in SAFE_WAYS if way in wish.safe]
    if wish.method == "none":
        value, safe = "", []
    alert = wish.alert and wish.method == "email" and "email_ok" in safe
    answers = _without(told["answers"])
    answers |= {"identity": "named", "contact_method": wish.method}
    if safe:
        answers["contact_safety"] = safe
    identity |= {"contact_value": value, "contact_safety": wish.note.strip()}
    if wish.name.strip():
        identity["reporter_name"] = wish.name.strip()
    contact: dict[str, Any] = {"method": wish.method, "safe": safe}
    if alert:
        contact["alert"] = True
        if language() != ENGLISH:
            contact["alert_language"] = language()
    records.put_told(db, key, {**told, "answers": answers, "contact": contact})
    records.put_identity(db, case.reference, key, {name: text for name, text in identity.items() if text})
    _changed(db, case, now, identity="named")


def become_anonymous(db: Db, case: Any, now: datetime) -> None:
    """Erase the reporter's name and contact, wherever the report holds them; the advisor is told."""
    key = records.first_report(db, case.reference)
    told, identity = records.told_of(db, key), records.identity_of_report(db, key)
    answers = {**_without(told["answers"]), "identity": "anonymous"}
    identity = {name: text for name, text in identity.items() if name not in NAMED_ONLY}
    records.put_told(db, key, {**told, "answers": answers, "contact": None})
    records.put_identity(db, case.reference, key, identity)
    # What stood there before it was corrected goes too.
    db.execute(correction.delete().where(correction.c.case_reference == case.reference,
                                         correction.c.name.in_(NAMED_ONLY)))  # fmt: skip
    _changed(db, case, now, identity="anonymous")


def _without(answers: dict[str, Any]) -> dict[str, Any]:
    """The answers without anything said at the questions about the reporter's name and contact."""
    kept = {name: value for name, value in answers.items() if name not in NAMED_ONLY}
    if "notes" in kept:
        kept["notes"] = {name: note for name, note in kept["notes"].items() if name not in NAMED_ONLY}
    if "also_said" in kept:
        kept["also_said"] = said_apart(kept["also_said"])
    return {name: value for name, value in kept.items() if name not in ("notes", "also_said") or value}


def _changed(db: Db, case: Any, now: datetime, **values: Any) -> None:
    db.execute(case_record.update().where(case_record.c.reference == case.reference).values(**values))
    records.event(db, case.reference, "contact_changed", now, by="reporter")
    put(db, "contact_changed", case.reference, now, advisor_id=told_of(db, case), key=now.isoformat())
