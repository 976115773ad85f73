"""The alert to a reporter who asked for one: an e-mail of one sentence that says nothing to anybody else.

Nothing else is ever pushed out of the house to a reporter. The outbox row holds no address: it is looked up
when the letter leaves, so a changed wish counts at once.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING

import sqlalchemy as sa

from casework.cases import records
from casework.cases.contact import contact_of
from casework.catalogues import N_, gettext, spoken
from casework.outbox.letters import Letter
from casework.outbox.rows import put
from casework.store.tables import outbox

if TYPE_CHECKING:
    from casework.store.store import Db

KIND = "reporter_alert"
SUBJECT = N_("There is something for you.")
USE_IT = N_("Use your code.")


def alert_reporter(db: Db, reference: str, now: datetime, key: str) -> None:
    """Alert the reporter of this case where they asked for it; one alert that waits is enough."""
    waiting = sa.select(outbox.c.id).where(
        outbox.c.case_reference == reference, outbox.c.kind == KIND, outbox.c.state == "pending"
    )
    if contact_of(db, reference).alert and db.scalar(waiting.limit(1)) is None:
        put(db, KIND, reference, now, key=key)


def alert_letter(db: Db, reference: str, key: str) -> Letter | None:
    """The letter for a row of ``KIND``; None where the reporter does not want it any more.

    No reference, no link and no name of ours, also not in what becomes its headers.
    """
    wish = contact_of(db, reference)
    if not wish.alert:
        return None
    identity = records.identity_of_report(db, records.first_report(db, reference))
    to = identity.get("contact_value", "")
    if not to:
        return None
    with spoken(wish.language):
        subject, more = gettext(SUBJECT), gettext(USE_IT)
    return Letter(sha256(key.encode()).hexdigest()[:32], "alert", "", to, subject, f"{subject} {more}\n")
