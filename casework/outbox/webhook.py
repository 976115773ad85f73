"""The webhook: any other program is told that something happened to a case, signed and without contents."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from casework.outbox import http
from casework.outbox.deadline import Deadline
from casework.outbox.letters import Letter, link
from casework.outbox.signing import signed

if TYPE_CHECKING:
    from casework.settings import Settings
    from casework.store.store import Db


def compose(db: Db, row: Any, key: str, at: datetime) -> Letter:
    """A reference, a link, what happened and when."""
    body = {
        "id": key, "event": row.kind, "at": row.created_at.isoformat(), "reference": row.case_reference,
        "link": link(db.settings, row.case_reference),
    }  # fmt: skip
    return Letter(key, row.kind, row.case_reference, text=json.dumps(body, separators=(",", ":")))


def send(settings: Settings, letter: Letter, deadline: Deadline) -> None:
    """Raises ``NotDelivered``."""
    body = letter.text.encode("ascii")
    headers = {
        "Content-Type": "application/json",
        "Idempotency-Key": letter.key,
        **signed(settings.webhook_key.get_secret_value(), letter.key, body),
    }
    with http.open_session(settings, deadline) as session:
        http.send(session, deadline, "POST", settings.webhook_url.get_secret_value(), headers=headers, body=body)
