"""A second person may be asked to send identity to the case system, beside letting somebody see it."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "identity_request", sa.Column("purpose", sa.String(length=40), nullable=False, server_default="reveal")
    )


def downgrade() -> None:
    op.drop_column("identity_request", "purpose")
