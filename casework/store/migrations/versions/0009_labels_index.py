"""Lists of cases by their labels, urgency and area are found in an index too (SQLite)."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

COLUMNS = (
    "status", "category", "priority", "advisor_id", "urgency", "postcode_district", "risk_flags", "strands",
    "asb_types",
)  # fmt: skip


def upgrade() -> None:
    # PostgreSQL has no index of JSON.
    if op.get_bind().dialect.name == "sqlite":
        newest = [sa.text("created_at DESC"), "reference"]
        op.create_index("ix_case_record_labels", "case_record", [*newest, *COLUMNS])


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.drop_index("ix_case_record_labels", table_name="case_record")
