"""Lists of cases are read in the order of an index: the newest of a hundred thousand are not sorted out first."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

COLUMNS = ("created_at", "status", "category", "priority", "advisor_id")


def upgrade() -> None:
    for column in COLUMNS:
        op.drop_index(f"ix_case_record_{column}", table_name="case_record")
        first = [] if column == "created_at" else [column]
        op.create_index(f"ix_case_record_{column}", "case_record", [*first, sa.text("created_at DESC"), "reference"])


def downgrade() -> None:
    for column in COLUMNS:
        op.drop_index(f"ix_case_record_{column}", table_name="case_record")
        op.create_index(f"ix_case_record_{column}", "case_record", [column])
