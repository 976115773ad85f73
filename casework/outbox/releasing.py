"""Whether who somebody is may leave for the landlord's case system. It is held to the rule of seeing it
(``casework.privacy.reveal``): named in the setting, recorded each time, and with a second person where one is needed.

Beside that the report has to say yes: the reporter gave their name, and whoever it happened to agrees that they told
us. Nothing leaves of an anonymous report, of one that is kept as information only, or where consent was refused.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from casework.audit import Act, note
from casework.privacy import reveal

if TYPE_CHECKING:
    from casework.store.store import Db

BY = "case_system"


def withheld(db: Db, case: Any, at: datetime) -> str:
    """Why identity stays here, as a code; empty where it may leave."""
    if case.identity != "named":
        return "anonymous"
    if case.information_only or case.affected_consent == "no":
        return "consent_refused"
    asked = case.reporter_role == "self" or case.affected_consent == "yes" or case.consent_confirmed_by is not None
    if db.settings.connector_identity_consent and not asked:
        return "no_consent"
    if db.settings.reveal_second_person and not reveal.is_released(db, case.reference, at):
        return "no_second_person"
    return ""


def note_withheld(db: Db, reference: str, at: datetime, because: str) -> None:
    """A notice went without the identity that the map names."""
    note(db, Act.WITHHOLD_IDENTITY, BY, at, reference, {"because": because})
