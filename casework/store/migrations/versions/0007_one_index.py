"""Reporters are found by the blind indexes alone, which are rotated with the keys."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_case_record_reporter_mac", table_name="case_record")
    op.drop_column("case_record", "reporter_mac")


def downgrade() -> None:
    op.add_column("case_record", sa.Column("reporter_mac", sa.LargeBinary(length=32), nullable=True))
    op.create_index("ix_case_record_reporter_mac", "case_record", ["reporter_mac"], unique=False)
