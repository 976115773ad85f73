"""The first tables: drafts, cases and all that belongs to them."""

import sqlalchemy as sa
from alembic import op

from casework.store.types import Utc

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "access_log",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("who", sa.String(length=200), nullable=False),
        sa.Column("act", sa.String(length=40), nullable=False),
        sa.Column("case_reference", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_log")),
    )
    op.create_index("ix_access_log_case_reference", "access_log", ["case_reference"], unique=False)
    op.create_table(
        "advisor",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("trained", sa.Boolean(), nullable=False),
        sa.Column("duty_manager", sa.Boolean(), nullable=False),
        sa.Column("areas", sa.JSON(), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("absences", sa.JSON(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("open_cases", sa.Integer(), nullable=False),
        sa.Column("assigned_at", Utc(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_advisor")),
        sa.UniqueConstraint("email", name=op.f("uq_advisor_email")),
    )
    op.create_table(
        "draft",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("session_mac", sa.LargeBinary(length=32), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("touched_at", Utc(), nullable=False),
        sa.Column("expires_at", Utc(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("open_question", sa.String(length=40), nullable=True),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.Column("case_reference", sa.String(length=16), nullable=True),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
        sa.UniqueConstraint("session_mac", name=op.f("uq_draft_session_mac")),
    )
    op.create_index("ix_draft_expires_at", "draft", ["expires_at"], unique=False)
    op.create_table(
        "case_record",
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("submission_id", sa.String(length=32), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("sent_at", Utc(), nullable=True),
        sa.Column("closed_at", Utc(), nullable=True),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("hate_kind", sa.String(length=40), nullable=True),
        sa.Column("strands", sa.JSON(), nullable=False),
        sa.Column("regulator_hate", sa.Boolean(), nullable=False),
        sa.Column("asb_types", sa.JSON(), nullable=False),
        sa.Column("risk_flags", sa.JSON(), nullable=False),
        sa.Column("urgency", sa.String(length=40), nullable=False),
        sa.Column("priority", sa.String(length=40), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("typed_flags", sa.JSON(), nullable=False),
        sa.Column("typed_urgency", sa.String(length=40), nullable=False),
        sa.Column("labels_confirmed_by", sa.String(length=200), nullable=True),
        sa.Column("reporter_role", sa.String(length=40), nullable=True),
        sa.Column("identity", sa.String(length=40), nullable=True),
        sa.Column("affected_consent", sa.String(length=40), nullable=True),
        sa.Column("safeguarding_basis", sa.Boolean(), nullable=False),
        sa.Column("information_only", sa.Boolean(), nullable=False),
        sa.Column("under_18", sa.Boolean(), nullable=False),
        sa.Column("wants_person", sa.Boolean(), nullable=False),
        sa.Column("needs_interpreter", sa.Boolean(), nullable=False),
        sa.Column("postcode_district", sa.String(length=8), nullable=True),
        sa.Column("reporter_mac", sa.LargeBinary(length=32), nullable=True),
        sa.Column("advisor_id", sa.String(length=32), nullable=False),
        sa.Column("satisfaction", sa.Integer(), nullable=True),
        sa.Column("closing", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["advisor_id"], ["advisor.id"], name=op.f("fk_case_record_advisor_id")),
        sa.PrimaryKeyConstraint("reference", name=op.f("pk_case_record")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_case_record_submission_id")),
    )
    op.create_index("ix_case_record_advisor_id", "case_record", ["advisor_id"], unique=False)
    op.create_index("ix_case_record_category", "case_record", ["category"], unique=False)
    op.create_index("ix_case_record_created_at", "case_record", ["created_at"], unique=False)
    op.create_index("ix_case_record_postcode_district", "case_record", ["postcode_district"], unique=False)
    op.create_index("ix_case_record_priority", "case_record", ["priority"], unique=False)
    op.create_index("ix_case_record_reporter_mac", "case_record", ["reporter_mac"], unique=False)
    op.create_index("ix_case_record_status", "case_record", ["status"], unique=False)
    op.create_table(
        "turn",
        sa.Column("draft_id", sa.String(length=32), nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("body_mac", sa.LargeBinary(length=32), nullable=False),
        sa.Column("said", sa.LargeBinary(), nullable=True),
        sa.Column("outcome", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"], name=op.f("fk_turn_draft_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("draft_id", "message_id", name=op.f("pk_turn")),
    )
    op.create_index("uq_turn_draft_id_seq", "turn", ["draft_id", "seq"], unique=True)
    op.create_table(
        "clock",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_reference", sa.String(length=16), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("started_at", Utc(), nullable=False),
        sa.Column("due_at", Utc(), nullable=False),
        sa.Column("met_at", Utc(), nullable=True),
        sa.Column("met_by", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_reference"],
            ["case_record.reference"],
            name=op.f("fk_clock_case_reference"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock")),
    )
    op.create_index("ix_clock_due_at", "clock", ["due_at"], unique=False)
    op.create_index("uq_clock_case_reference_seq", "clock", ["case_reference", "seq"], unique=True)
    op.create_table(
        "enforcement_action",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_reference", sa.String(length=16), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("legal", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_reference"],
            ["case_record.reference"],
            name=op.f("fk_enforcement_action_case_reference"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enforcement_action")),
    )
    op.create_index("ix_enforcement_action_at", "enforcement_action", ["at"], unique=False)
    op.create_index("ix_enforcement_action_case_reference", "enforcement_action", ["case_reference"], unique=False)
    op.create_table(
        "message",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_reference", sa.String(length=16), nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("author", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_reference"],
            ["case_record.reference"],
            name=op.f("fk_message_case_reference"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
    )
    op.create_index("uq_message_case_reference_message_id", "message", ["case_reference", "message_id"], unique=True)
    op.create_table(
        "outbox",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("idempotency_key", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("case_reference", sa.String(length=16), nullable=False),
        sa.Column("advisor_id", sa.String(length=32), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("next_at", Utc(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("deliveries", sa.Integer(), nullable=False),
        sa.Column("delivered_at", Utc(), nullable=True),
        sa.Column("last_error", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["advisor_id"], ["advisor.id"], name=op.f("fk_outbox_advisor_id")),
        sa.ForeignKeyConstraint(
            ["case_reference"],
            ["case_record.reference"],
            name=op.f("fk_outbox_case_reference"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_outbox_idempotency_key")),
    )
    op.create_index("ix_outbox_case_reference", "outbox", ["case_reference"], unique=False)
    op.create_index("ix_outbox_state_next_at", "outbox", ["state", "next_at"], unique=False)
    op.create_table(
        "receipt",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("case_reference", sa.String(length=16), nullable=True),
        sa.Column("draft_id", sa.String(length=32), nullable=True),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("expires_at", Utc(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_reference"],
            ["case_record.reference"],
            name=op.f("fk_receipt_case_reference"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"], name=op.f("fk_receipt_draft_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_receipt_code_hash")),
    )
    op.create_index("ix_receipt_case_reference", "receipt", ["case_reference"], unique=False)
    op.create_index("ix_receipt_draft_id", "receipt", ["draft_id"], unique=False)
    op.create_table(
        "report",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_reference", sa.String(length=16), nullable=False),
        sa.Column("received_at", Utc(), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("answers", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_reference"],
            ["case_record.reference"],
            name=op.f("fk_report_case_reference"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
    )
    op.create_index("ix_report_case_reference", "report", ["case_reference"], unique=False)
    op.create_table(
        "timeline",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("case_reference", sa.String(length=16), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("event", sa.String(length=40), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_reference"],
            ["case_record.reference"],
            name=op.f("fk_timeline_case_reference"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timeline")),
    )
    op.create_index("ix_timeline_case_reference", "timeline", ["case_reference"], unique=False)
    op.create_table(
        "identity_details",
        sa.Column("report_id", sa.String(length=32), nullable=False),
        sa.Column("case_reference", sa.String(length=16), nullable=False),
        sa.Column("details", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_reference"],
            ["case_record.reference"],
            name=op.f("fk_identity_details_case_reference"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_identity_details_report_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("report_id", name=op.f("pk_identity_details")),
    )
    op.create_index("ix_identity_details_case_reference", "identity_details", ["case_reference"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_identity_details_case_reference", table_name="identity_details")
    op.drop_table("identity_details")
    op.drop_index("ix_timeline_case_reference", table_name="timeline")
    op.drop_table("timeline")
    op.drop_index("ix_report_case_reference", table_name="report")
    op.drop_table("report")
    op.drop_index("ix_receipt_draft_id", table_name="receipt")
    op.drop_index("ix_receipt_case_reference", table_name="receipt")
    op.drop_table("receipt")
    op.drop_index("ix_outbox_state_next_at", table_name="outbox")
    op.drop_index("ix_outbox_case_reference", table_name="outbox")
    op.drop_table("outbox")
    op.drop_index("uq_message_case_reference_message_id", table_name="message")
    op.drop_table("message")
    op.drop_index("ix_enforcement_action_case_reference", table_name="enforcement_action")
    op.drop_index("ix_enforcement_action_at", table_name="enforcement_action")
    op.drop_table("enforcement_action")
    op.drop_index("uq_clock_case_reference_seq", table_name="clock")
    op.drop_index("ix_clock_due_at", table_name="clock")
    op.drop_table("clock")
    op.drop_index("uq_turn_draft_id_seq", table_name="turn")
    op.drop_table("turn")
    op.drop_index("ix_case_record_status", table_name="case_record")
    op.drop_index("ix_case_record_reporter_mac", table_name="case_record")
    op.drop_index("ix_case_record_priority", table_name="case_record")
    op.drop_index("ix_case_record_postcode_district", table_name="case_record")
    op.drop_index("ix_case_record_created_at", table_name="case_record")
    op.drop_index("ix_case_record_category", table_name="case_record")
    op.drop_index("ix_case_record_advisor_id", table_name="case_record")
    op.drop_table("case_record")
    op.drop_index("ix_draft_expires_at", table_name="draft")
    op.drop_table("draft")
    op.drop_table("advisor")
    op.drop_index("ix_access_log_case_reference", table_name="access_log")
    op.drop_table("access_log")
