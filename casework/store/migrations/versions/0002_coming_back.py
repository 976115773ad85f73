"""Coming back: messages know when the other side read them, cases who confirmed the consent of the affected
person, and what a reporter added after sending is called an addition."""

import sqlalchemy as sa
from alembic import op

from casework.store.types import Utc

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("message", sa.Column("read_at", Utc(), nullable=True))
    op.add_column("case_record", sa.Column("consent_confirmed_by", sa.String(length=200), nullable=True))
    op.execute("UPDATE message SET kind = 'addition' WHERE kind = 'words'")


def downgrade() -> None:
    op.execute("UPDATE message SET kind = 'words' WHERE kind = 'addition'")
    op.drop_column("case_record", "consent_confirmed_by")
    op.drop_column("message", "read_at")
