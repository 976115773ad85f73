"""What a field map may name: facts of a case that leave freely, and words and identity that leave only where
a setting allows each of them by name (case-record.md, "Identity apart")."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from casework.outbox.letters import link
from casework.store.tables import advisor, case_record

if TYPE_CHECKING:
    from casework.store.store import Db

_OF_CASE = (
    "reference", "status", "complete", "created_at", "sent_at", "closed_at", "channel", "category", "hate_kind",
    "strands", "regulator_hate", "asb_types", "risk_flags", "urgency", "priority", "reporter_role", "identity",
    "affected_consent", "safeguarding_basis", "information_only", "under_18", "wants_person", "needs_interpreter",
    "postcode_district",
)  # fmt: skip
FREE = frozenset({*_OF_CASE, "event", "event_at", "link", "advisor.name", "advisor.email"})
IDENTITY = tuple(
    f"identity_details.{name}" for name in ("reporter_name", "contact_value", "affected_name", "contact_safety")
)
CONTACT = ("contact.method", "contact.safe")
_ANSWERS = "answers."
# In answers, and no question of the plan.
_MORE_ANSWERS = ("notes", "also_said")


def guarded() -> frozenset[str]:
    """Sources that need the setting's permission: every answer, contact, identity."""
    from casework.questions.plan import plan

    kept_apart = {source.partition(".")[2] for source in IDENTITY} - {"contact_safety"}
    answers = {question.name for question in plan().questions} | {*_MORE_ANSWERS}
    return frozenset({*IDENTITY, *CONTACT, *(f"{_ANSWERS}{name}" for name in answers - kept_apart)})


def codes_of(source: str) -> tuple[str, ...] | None:
    """The codes a source may have, or None where it is no closed list."""
    from casework.cases import codes

    lists: Mapping[str, Sequence[str]] = {
        "category": codes.CATEGORIES, "priority": codes.PRIORITIES, "urgency": codes.URGENCIES,
        "status": codes.STATUSES, "strands": codes.STRANDS, "asb_types": codes.ASB_TYPES,
        "risk_flags": codes.RISK_FLAGS, "channel": codes.CHANNELS,
    }  # fmt: skip
    return tuple(lists[source]) if source in lists else None


def facts(
    db: Db, reference: str, event: str, event_at: datetime, wanted: frozenset[str], at: datetime
) -> dict[str, Any]:
    """The wanted sources of one case, by name. Words and identity that leave are written to the access log."""
    case = db.execute(
        sa.select(case_record, advisor.c.name.label("advisor_name"), advisor.c.email.label("advisor_email"))
        .join(advisor, advisor.c.id == case_record.c.advisor_id)
        .where(case_record.c.reference == reference)
    ).one()
    found: dict[str, Any] = {name: _plain(getattr(case, name)) for name in _OF_CASE}
    found |= {
        "event": event, "event_at": _plain(event_at), "link": link(db.settings, reference),
        "advisor.name": case.advisor_name, "advisor.email": case.advisor_email,
    }  # fmt: skip
    if any(source.startswith((_ANSWERS, "contact.")) for source in wanted):
        found |= _told(db, reference, anonymous=case.identity == "anonymous")
        _log(db, "send_account", reference, at)
    if wanted & {*IDENTITY}:
        from casework.outbox.releasing import note_withheld, withheld

        if because := withheld(db, case, at):
            note_withheld(db, reference, at, because)
        else:
            found |= _identity(db, reference)
            _log(db, "send_identity", reference, at)
    return {source: found.get(source) for source in wanted}


def _told(db: Db, reference: str, anonymous: bool) -> dict[str, Any]:
    from casework.cases import records

    told = records.first_told(db, reference)
    contact = {} if anonymous else told.get("contact") or {}
    return {
        **{f"{_ANSWERS}{name}": value for name, value in told["answers"].items()},
        **{f"contact.{name}": value for name, value in contact.items()},
    }


def _identity(db: Db, reference: str) -> dict[str, str | None]:
    from casework.cases.reading import identity_of

    details = identity_of(db, reference)
    return {source: details.get(source.partition(".")[2]) for source in IDENTITY}


def _log(db: Db, act: str, reference: str, at: datetime) -> None:
    from casework.privacy.access import log_access

    log_access(db, "case_system", act, reference, at, "named in the field map")


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
