"""Words that come after sending: kept, labelled, and able to raise a case, never to lower it. Also the
thread between reporter and advisor that the receipt code opens."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from casework.cases import records
from casework.cases.codes import PRIORITIES, higher
from casework.cases.labels import Settled, from_labels, of_row, raised
from casework.cases.priority import Facts, priority
from casework.cases.submission import Labels
from casework.clocks.keeping import start_clocks
from casework.clocks.promises import starting
from casework.outbox.rows import alert, put
from casework.store.tables import case_record, message

if TYPE_CHECKING:
    from casework.store.store import Db

AUTHORS = ("reporter", "advisor")


class NoCase(LookupError):
    """There is no case of this reference."""


def add_words(
    db: Db, reference: str, words: str, labels: Labels | None, now: datetime, *, message_id: str = "",
    flags: Collection[str] = (), urgency: str = "standard", kind: str = "words",
) -> bool:  # fmt: skip
    """Add what the reporter says after sending; danger in it raises the case again and alerts. Raises
    ``NoCase``.

    False where this message was added before.
    """
    case = db.execute(sa.select(case_record).where(case_record.c.reference == reference)).first()
    if case is None:
        raise NoCase(reference)
    key = message_id or secrets.token_hex(16)
    if not _keep(db, reference, key, "reporter", kind, words, now):
        return False
    # Small talk after sending is no second report: only what is more than the case holds changes it.
    new = from_labels(labels)
    new = replace(new, reasons=[dict(reason, **{"from": "words_after"}) for reason in new.reasons])
    settled = raised(raised(of_row(case), new), Settled("other", None, [], [], list(flags), urgency, []))
    level, why = priority(Facts(settled, case.affected_consent, case.under_18))
    level = higher(case.priority, level, PRIORITIES)
    if level != case.priority:
        settled.reasons.extend(why)
    db.execute(case_record.update().where(case_record.c.reference == reference).values(
        category=settled.category, hate_kind=settled.hate_kind, strands=settled.strands,
        regulator_hate=settled.regulator_hate, asb_types=settled.asb_types, risk_flags=settled.risk_flags,
        urgency=settled.urgency, priority=level, reasons=settled.reasons))  # fmt: skip
    records.event(db, reference, "words_added", now, by="reporter")
    if level != case.priority:
        records.event(db, reference, "raised", now, detail={"from": case.priority, "to": level})
    start_clocks(db, reference, starting(level, settled.risk_flags, now, db.settings, case.under_18), now)
    put(db, "words_added", reference, now, advisor_id=case.advisor_id, key=key)
    if "emergency" in (urgency, new.urgency):
        _alert_again(db, reference, case.advisor_id, now, key)
    return True


def add_message(db: Db, reference: str, body: str, by: str, now: datetime) -> str:
    """A message of the advisor to the reporter. Returns its id."""
    key = secrets.token_hex(16)
    _keep(db, reference, key, "advisor", "message", body, now)
    records.event(db, reference, "message_sent", now, by=by)
    return key


def ask_to_withdraw(db: Db, reference: str, words: str, now: datetime, message_id: str = "") -> bool:
    """A request to withdraw: an advisor confirms it in a safe way; it ends no safeguarding concern."""
    case = db.execute(sa.select(case_record.c.advisor_id).where(case_record.c.reference == reference)).first()
    if case is None:
        raise NoCase(reference)
    key = message_id or secrets.token_hex(16)
    if not _keep(db, reference, key, "reporter", "withdrawal_asked", words, now):
        return False
    records.event(db, reference, "withdrawal_asked", now, by="reporter")
    put(db, "withdrawal_asked", reference, now, advisor_id=case.advisor_id, key=key)
    return True


def thread(db: Db, reference: str) -> list[dict[str, Any]]:
    """What was written on both sides since the report was sent, in order: at, author, kind, text."""
    rows = db.execute(
        sa.select(message).where(message.c.case_reference == reference).order_by(message.c.at, message.c.id)
    )
    return [
        {"at": row.at.isoformat(), "author": row.author, "kind": row.kind,
         "text": records.unseal(db, f"message|body|{row.id}", row.body)}
        for row in rows
    ]  # fmt: skip


def _alert_again(db: Db, reference: str, advisor_id: str, now: datetime, key: str) -> None:
    """Danger in later words alerts again, also where an earlier alert was acknowledged."""
    from casework.clocks.promises import Deadline

    start_clocks(db, reference, [Deadline("alert", now)], now, again=True)
    alert(db, reference, advisor_id, now, key=f"{key}:")


def _keep(db: Db, reference: str, message_id: str, author: str, kind: str, body: str, now: datetime) -> bool:
    known = sa.select(message.c.id).where(message.c.case_reference == reference, message.c.message_id == message_id)
    if db.scalar(known) is not None:
        return False
    key = secrets.token_hex(16)
    db.execute(message.insert(), {
        "id": key, "case_reference": reference, "message_id": message_id, "at": now, "author": author,
        "kind": kind, "body": records.seal(db, f"message|body|{key}", body),
    })  # fmt: skip
    return True
