"""The outbox is read in the order of an index: with thousands of messages waiting the next one is found at once."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ORDER = ["state", "way", "next_at", "id"]


def upgrade() -> None:
    alert = sa.text("kind = 'alert'")
    op.drop_index("ix_outbox_case_reference", table_name="outbox")
    op.drop_index("ix_outbox_state_next_at", table_name="outbox")
    op.create_index("ix_outbox_case", "outbox", ["case_reference", "way", "state"])
    op.create_index("ix_outbox_due", "outbox", ORDER)
    op.create_index("ix_outbox_alerts", "outbox", ORDER, sqlite_where=alert, postgresql_where=alert)


def downgrade() -> None:
    for name in ("ix_outbox_alerts", "ix_outbox_due", "ix_outbox_case"):
        op.drop_index(name, table_name="outbox")
    op.create_index("ix_outbox_state_next_at", "outbox", ["state", "next_at"])
    op.create_index("ix_outbox_case_reference", "outbox", ["case_reference"])
