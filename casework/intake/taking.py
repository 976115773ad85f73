"""An alarm becomes the stub of its submission, or words of a case that was sent already."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from casework.cases.stubs import Stub, Told, raise_stub
from casework.cases.submission import Labels
from casework.intake.alarm import Alarm

if TYPE_CHECKING:
    from casework.store.store import Db


def read(alarm: Alarm) -> Labels | None:
    """What triage says of the words; None where an option was chosen. Slow: to be done before anything is written."""
    from casework.triage import triage

    return triage(alarm.words) if alarm.words else None


def take_in(db: Db, alarm: Alarm, labels: Labels | None, at: datetime, told: Told | None = None) -> Stub:
    """In the caller's transaction, with what ``read`` gave; the same message again adds nothing."""
    flags = {*alarm.flags, *(labels.risk_flags if labels else ())}
    return raise_stub(
        db, alarm.submission_id, at, flags=flags, urgency=alarm.urgency, words=alarm.words,
        message_id=alarm.message_id, question=alarm.question, typed=alarm.typed, labels=labels, told=told,
        channel=alarm.channel,
    )  # fmt: skip
