"""Working patterns and a duty roster; clocks know that somebody was reminded, that they ran out, and that they
were stopped."""

import sqlalchemy as sa
from alembic import op

from casework.store.types import Utc

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("advisor", sa.Column("works", sa.JSON(none_as_null=True), nullable=True))
    for column in ("reminded_at", "missed_at", "stopped_at"):
        op.add_column("clock", sa.Column(column, Utc(), nullable=True))
    # Clocks of cases that are closed already: nobody waits for them, but for the follow-up.
    op.execute(
        "UPDATE clock SET stopped_at = (SELECT closed_at FROM case_record WHERE reference = clock.case_reference) "
        "WHERE met_at IS NULL AND name <> 'follow_up' AND case_reference IN "
        "(SELECT reference FROM case_record WHERE status = 'closed')"
    )
    op.create_table(
        "duty_shift",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("advisor_id", sa.String(length=32), nullable=False),
        sa.Column("starts_at", Utc(), nullable=False),
        sa.Column("ends_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["advisor_id"], ["advisor.id"], name=op.f("fk_duty_shift_advisor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_shift")),
    )
    op.create_index("ix_duty_shift_advisor_id", "duty_shift", ["advisor_id"], unique=False)
    op.create_index("ix_duty_shift_ends_at", "duty_shift", ["ends_at"], unique=False)


def downgrade() -> None:
    op.drop_table("duty_shift")
    for column in ("stopped_at", "missed_at", "reminded_at"):
        op.drop_column("clock", column)
    op.drop_column("advisor", "works")
