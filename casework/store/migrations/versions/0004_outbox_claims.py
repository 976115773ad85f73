"""The outbox: several ways out, claims with a lease, and what a system is sent."""

import sqlalchemy as sa
from alembic import op

from casework.store.types import Utc

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outbox", sa.Column("way", sa.String(length=40), server_default="mail", nullable=False))
    op.add_column("outbox", sa.Column("claimed_by", sa.String(length=32), nullable=True))
    op.add_column("outbox", sa.Column("claimed_until", Utc(), nullable=True))
    op.add_column("outbox", sa.Column("tried_at", Utc(), nullable=True))
    op.add_column("outbox", sa.Column("body", sa.LargeBinary(), nullable=True))
    # What waited for the webhook still goes there, as the event it was.
    op.execute(
        "UPDATE outbox SET way = 'webhook', kind = CASE WHEN idempotency_key LIKE '%completed' "
        "THEN 'case_completed' ELSE 'new_case' END WHERE kind = 'case_system'"
    )


def downgrade() -> None:
    op.execute("DELETE FROM outbox WHERE way = 'case_system'")
    op.execute("UPDATE outbox SET kind = 'case_system' WHERE way = 'webhook'")
    for column in ("body", "tried_at", "claimed_until", "claimed_by", "way"):
        op.drop_column("outbox", column)
