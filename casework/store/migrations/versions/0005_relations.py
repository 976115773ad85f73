"""Blind indexes of people and places, joined reports, holds and corrections."""

import sqlalchemy as sa
from alembic import op

from casework.store.types import Utc

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def _cascade(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"), ondelete="CASCADE")


def upgrade() -> None:
    op.create_table(
        "blind_index",
        sa.Column("report_id", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("mac", sa.LargeBinary(length=32), nullable=False),
        sa.Column("case_reference", sa.String(length=16), nullable=False),
        _cascade("blind_index", "report_id", "report.id"),
        _cascade("blind_index", "case_reference", "case_record.reference"),
        sa.PrimaryKeyConstraint("report_id", "subject", "kind", "mac", name=op.f("pk_blind_index")),
    )
    op.create_index("ix_blind_index_mac", "blind_index", ["mac"], unique=False)
    op.create_index("ix_blind_index_case_reference", "blind_index", ["case_reference"], unique=False)
    op.create_table(
        "indexed_report",
        sa.Column("report_id", sa.String(length=32), nullable=False),
        sa.Column("case_reference", sa.String(length=16), nullable=False),
        sa.Column("key_number", sa.Integer(), nullable=False),
        _cascade("indexed_report", "report_id", "report.id"),
        _cascade("indexed_report", "case_reference", "case_record.reference"),
        sa.PrimaryKeyConstraint("report_id", name=op.f("pk_indexed_report")),
    )
    op.create_index("ix_indexed_report_case_reference", "indexed_report", ["case_reference"], unique=False)
    op.create_index("ix_indexed_report_key_number", "indexed_report", ["key_number"], unique=False)
    op.create_table(
        "joined_report",
        sa.Column("case_reference", sa.String(length=16), nullable=False),
        sa.Column("joined_to", sa.String(length=16), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        _cascade("joined_report", "case_reference", "case_record.reference"),
        _cascade("joined_report", "joined_to", "case_record.reference"),
        sa.PrimaryKeyConstraint("case_reference", name=op.f("pk_joined_report")),
    )
    op.create_index("ix_joined_report_joined_to", "joined_report", ["joined_to"], unique=False)
    op.create_table(
        "case_hold",
        sa.Column("case_reference", sa.String(length=16), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("until", Utc(), nullable=False),
        _cascade("case_hold", "case_reference", "case_record.reference"),
        sa.PrimaryKeyConstraint("case_reference", name=op.f("pk_case_hold")),
    )
    op.create_table(
        "correction",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_reference", sa.String(length=16), nullable=False),
        sa.Column("report_id", sa.String(length=32), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        _cascade("correction", "case_reference", "case_record.reference"),
        _cascade("correction", "report_id", "report.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
    )
    op.create_index("ix_correction_case_reference", "correction", ["case_reference"], unique=False)


def downgrade() -> None:
    for table in ("correction", "case_hold", "joined_report", "indexed_report", "blind_index"):
        op.drop_table(table)
