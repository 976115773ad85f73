"""The tables. Words, answers and identity are sealed bytes; what has to be searched is plain: reference,
labels, dates, status and postcode district (case-record.md, "Identity apart").

The migrations and these definitions are compared by a test, so a change here needs a migration.
"""

from __future__ import annotations

import sqlalchemy as sa

from casework.store.types import Utc

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
ID = sa.String(32)
CODE = sa.String(40)
REFERENCE = sa.String(16)


def _case_key(primary: bool = False) -> sa.Column[str]:
    return sa.Column(
        "case_reference", REFERENCE, sa.ForeignKey("case_record.reference", ondelete="CASCADE"),
        nullable=False, primary_key=primary,
    )  # fmt: skip


# What is being told and not sent yet. The state is opaque here: the conversation's own JSON, sealed.
draft = sa.Table(
    "draft", metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("session_mac", sa.LargeBinary(32), nullable=False, unique=True),
    sa.Column("channel", CODE, nullable=False),
    sa.Column("created_at", Utc, nullable=False),
    sa.Column("touched_at", Utc, nullable=False),
    sa.Column("expires_at", Utc, nullable=False, index=True),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("open_question", CODE),
    sa.Column("ended", sa.Boolean, nullable=False),
    sa.Column("case_reference", REFERENCE),
    sa.Column("state", sa.LargeBinary, nullable=False),
)  # fmt: skip

# One row a message: what it did, so that the same message again does nothing twice.
turn = sa.Table(
    "turn", metadata,
    sa.Column("draft_id", ID, sa.ForeignKey("draft.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("message_id", sa.String(64), primary_key=True),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("at", Utc, nullable=False),
    sa.Column("body_mac", sa.LargeBinary(32), nullable=False),
    sa.Column("said", sa.LargeBinary),
    sa.Column("outcome", sa.LargeBinary, nullable=False),
    sa.Index("uq_turn_draft_id_seq", "draft_id", "seq", unique=True),
)  # fmt: skip

advisor = sa.Table(
    "advisor", metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("email", sa.String(320), nullable=False, unique=True),
    sa.Column("trained", sa.Boolean, nullable=False),
    sa.Column("duty_manager", sa.Boolean, nullable=False),
    sa.Column("areas", sa.JSON, nullable=False),
    sa.Column("languages", sa.JSON, nullable=False),
    sa.Column("absences", sa.JSON, nullable=False),
    # When somebody works: weekdays (``mon`` to ``sun``), each with hours (``mon 09:00-17:00``) or the office's; null:
    # Monday to Friday.
    sa.Column("works", sa.JSON(none_as_null=True)),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("demo", sa.Boolean, nullable=False),
    # Kept by casework.advisors.assign alone, so that finding the smallest load costs nothing.
    sa.Column("open_cases", sa.Integer, nullable=False),
    sa.Column("assigned_at", Utc),
)  # fmt: skip

# Who is on duty when, weekends and nights too: emergencies go to them.
duty_shift = sa.Table(
    "duty_shift", metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("advisor_id", ID, sa.ForeignKey("advisor.id"), nullable=False, index=True),
    sa.Column("starts_at", Utc, nullable=False),
    sa.Column("ends_at", Utc, nullable=False, index=True),
)  # fmt: skip

case_record = sa.Table(
    "case_record", metadata,
    sa.Column("reference", REFERENCE, primary_key=True),
    sa.Column("submission_id", ID, nullable=False, unique=True),
    sa.Column("complete", sa.Boolean, nullable=False),
    sa.Column("status", CODE, nullable=False),
    sa.Column("created_at", Utc, nullable=False),
    sa.Column("sent_at", Utc),
    sa.Column("closed_at", Utc),
    sa.Column("held", sa.Boolean, nullable=False),
    sa.Column("channel", CODE, nullable=False),
    sa.Column("category", CODE, nullable=False),
    sa.Column("hate_kind", CODE),
    sa.Column("strands", sa.JSON, nullable=False),
    sa.Column("regulator_hate", sa.Boolean, nullable=False),
    sa.Column("asb_types", sa.JSON, nullable=False),
    sa.Column("risk_flags", sa.JSON, nullable=False),
    sa.Column("urgency", CODE, nullable=False),
    sa.Column("priority", CODE, nullable=False),
    sa.Column("reasons", sa.JSON, nullable=False),
    # What typed words raised before sending: it never falls (conversation.md, "Danger first").
    sa.Column("typed_flags", sa.JSON, nullable=False),
    sa.Column("typed_urgency", CODE, nullable=False),
    sa.Column("labels_confirmed_by", sa.String(200)),
    sa.Column("reporter_role", CODE),
    sa.Column("identity", CODE),
    sa.Column("affected_consent", CODE),
    # A representative learns nothing about the case before an advisor has checked that the person agrees.
    sa.Column("consent_confirmed_by", sa.String(200)),
    sa.Column("safeguarding_basis", sa.Boolean, nullable=False),
    sa.Column("information_only", sa.Boolean, nullable=False),
    sa.Column("under_18", sa.Boolean, nullable=False),
    sa.Column("wants_person", sa.Boolean, nullable=False),
    sa.Column("needs_interpreter", sa.Boolean, nullable=False),
    sa.Column("postcode_district", sa.String(8), index=True),
    sa.Column("advisor_id", ID, sa.ForeignKey("advisor.id"), nullable=False),
    sa.Column("satisfaction", sa.Integer),
    sa.Column("closing", sa.LargeBinary),
)  # fmt: skip
# In the order of the lists, newest first: a list of the newest hundred reads a hundred rows, however many there are.
_NEWEST_FIRST = (case_record.c.created_at.desc(), case_record.c.reference)
sa.Index("ix_case_record_created_at", *_NEWEST_FIRST)
for _filter in ("status", "category", "priority", "advisor_id"):
    sa.Index(f"ix_case_record_{_filter}", case_record.c[_filter], *_NEWEST_FIRST)
# All that a list can be filtered by, so that any mixture is found without reading a case. With PostgreSQL, which has
# no index of JSON, a list is found in the table.
LISTED_BY = (
    "status", "category", "priority", "advisor_id", "urgency", "postcode_district", "risk_flags", "strands",
    "asb_types",
)  # fmt: skip
sa.Index(
    "ix_case_record_labels", *_NEWEST_FIRST, *(case_record.c[name] for name in LISTED_BY), info={"dialect": "sqlite"}
).ddl_if(dialect="sqlite")

# Each report is kept whole; a case has one or more.
report = sa.Table(
    "report", metadata,
    sa.Column("id", ID, primary_key=True),
    _case_key(),
    sa.Column("received_at", Utc, nullable=False),
    sa.Column("channel", CODE, nullable=False),
    sa.Column("answers", sa.LargeBinary, nullable=False),
    sa.Index("ix_report_case_reference", "case_reference"),
)  # fmt: skip

# Names and ways to reach people, apart from what they told.
identity_details = sa.Table(
    "identity_details", metadata,
    sa.Column("report_id", ID, sa.ForeignKey("report.id", ondelete="CASCADE"), primary_key=True),
    _case_key(),
    sa.Column("details", sa.LargeBinary, nullable=False),
    sa.Index("ix_identity_details_case_reference", "case_reference"),
)  # fmt: skip

# Words that came after sending, and messages between advisor and reporter.
message = sa.Table(
    "message", metadata,
    sa.Column("id", ID, primary_key=True),
    _case_key(),
    sa.Column("message_id", sa.String(64), nullable=False),
    sa.Column("at", Utc, nullable=False),
    sa.Column("author", CODE, nullable=False),
    sa.Column("kind", CODE, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    # When the other side read it first: the advisor a reporter's, the reporter an advisor's.
    sa.Column("read_at", Utc),
    sa.Index("uq_message_case_reference_message_id", "case_reference", "message_id", unique=True),
)  # fmt: skip

clock = sa.Table(
    "clock", metadata,
    sa.Column("id", ID, primary_key=True),
    _case_key(),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("name", CODE, nullable=False),
    sa.Column("started_at", Utc, nullable=False),
    sa.Column("due_at", Utc, nullable=False, index=True),
    sa.Column("met_at", Utc),
    sa.Column("met_by", sa.String(200)),
    # Set by the program: the owner was reminded; it ran out and the duty manager was told; nobody waits for it any
    # more because the case was closed.
    sa.Column("reminded_at", Utc),
    sa.Column("missed_at", Utc),
    sa.Column("stopped_at", Utc),
    sa.Index("uq_clock_case_reference_seq", "case_reference", "seq", unique=True),
)  # fmt: skip

timeline = sa.Table(
    "timeline", metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    _case_key(),
    sa.Column("at", Utc, nullable=False),
    sa.Column("by", sa.String(200), nullable=False),
    sa.Column("event", CODE, nullable=False),
    sa.Column("detail", sa.JSON),
    sa.Column("reason", sa.LargeBinary),
    sa.Index("ix_timeline_case_reference", "case_reference"),
)  # fmt: skip

enforcement_action = sa.Table(
    "enforcement_action", metadata,
    sa.Column("id", ID, primary_key=True),
    _case_key(),
    sa.Column("at", Utc, nullable=False, index=True),
    sa.Column("by", sa.String(200), nullable=False),
    sa.Column("kind", CODE, nullable=False),
    sa.Column("legal", sa.Boolean, nullable=False),
    sa.Index("ix_enforcement_action_case_reference", "case_reference"),
)  # fmt: skip

receipt = sa.Table(
    "receipt", metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("code_hash", sa.LargeBinary(32), nullable=False, unique=True),
    sa.Column("kind", CODE, nullable=False),
    sa.Column("case_reference", REFERENCE, sa.ForeignKey("case_record.reference", ondelete="CASCADE"),
              index=True),
    sa.Column("draft_id", ID, sa.ForeignKey("draft.id", ondelete="CASCADE"), index=True),
    sa.Column("created_at", Utc, nullable=False),
    sa.Column("expires_at", Utc),
)  # fmt: skip

# What has to reach others: no words, no names, only which case and to whom in the house.
_ALERT = sa.text("kind = 'alert'")
outbox = sa.Table(
    "outbox", metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("idempotency_key", sa.String(120), nullable=False, unique=True),
    sa.Column("kind", CODE, nullable=False),
    sa.Column("case_reference", REFERENCE, sa.ForeignKey("case_record.reference", ondelete="CASCADE"),
              nullable=False),
    sa.Column("advisor_id", ID, sa.ForeignKey("advisor.id")),
    sa.Column("way", CODE, nullable=False, server_default="mail"),
    sa.Column("state", CODE, nullable=False),
    sa.Column("created_at", Utc, nullable=False),
    sa.Column("next_at", Utc, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("deliveries", sa.Integer, nullable=False),
    sa.Column("delivered_at", Utc),
    sa.Column("last_error", CODE),
    # Who is sending it now, and until when nobody else may.
    sa.Column("claimed_by", ID),
    sa.Column("claimed_until", Utc),
    sa.Column("tried_at", Utc),
    # What a system is sent, sealed, from the first attempt until it is delivered or dead.
    sa.Column("body", sa.LargeBinary),
    sa.Index("ix_outbox_case", "case_reference", "way", "state"),
    sa.Index("ix_outbox_due", "state", "way", "next_at", "id"),
    sa.Index("ix_outbox_alerts", "state", "way", "next_at", "id", sqlite_where=_ALERT, postgresql_where=_ALERT),
)  # fmt: skip

# Who read what, when and why. It outlives the case, so it has no foreign key.
access_log = sa.Table(
    "access_log", metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("at", Utc, nullable=False),
    sa.Column("who", sa.String(200), nullable=False),
    sa.Column("act", CODE, nullable=False),
    sa.Column("case_reference", REFERENCE, nullable=False, index=True),
    sa.Column("reason", sa.LargeBinary),
)  # fmt: skip
