"""Respondents, advisors' findings and declined suggestions. What was said of safeguarding when a case was closed
becomes the decision that it is."""

import json
import secrets

import sqlalchemy as sa
from alembic import context, op

from casework.store.types import Utc

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# As they were called when this was written.
SAFEGUARDING_FLAGS = ("suicide_self_harm", "child_at_risk", "adult_at_risk", "sexual_offence", "exploitation")
AS_CLOSED = "as_closed"
case_record = sa.table(
    "case_record", sa.column("reference", sa.String), sa.column("created_at", Utc()), sa.column("closed_at", Utc()),
    sa.column("risk_flags", sa.JSON), sa.column("closing", sa.LargeBinary),
)  # fmt: skip
timeline = sa.table(
    "timeline", sa.column("id", sa.Integer), sa.column("case_reference", sa.String), sa.column("by", sa.String),
    sa.column("event", sa.String), sa.column("detail", sa.JSON),
)  # fmt: skip
finding = sa.table(
    "finding", sa.column("id", sa.String), sa.column("case_reference", sa.String), sa.column("seq", sa.Integer),
    sa.column("at", Utc()), sa.column("by", sa.String), sa.column("field", sa.String),
    sa.column("body", sa.LargeBinary),
)  # fmt: skip


def _case_column(name: str = "case_reference") -> sa.Column:
    return sa.Column(name, sa.String(length=16), nullable=False)


def _cascade(table: str, column: str, target: str = "case_record.reference") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"), ondelete="CASCADE")


def upgrade() -> None:
    op.create_table(
        "respondent",
        sa.Column("id", sa.String(length=32), nullable=False),
        _case_column(),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("confirmed_at", Utc(), nullable=True),
        sa.Column("confirmed_by", sa.String(length=200), nullable=True),
        sa.Column("told", sa.LargeBinary(), nullable=False),
        _cascade("respondent", "case_reference"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_respondent")),
    )
    op.create_index("ix_respondent_case_reference", "respondent", ["case_reference"], unique=False)
    op.create_table(
        "respondent_identity",
        sa.Column("respondent_id", sa.String(length=32), nullable=False),
        _case_column(),
        sa.Column("details", sa.LargeBinary(), nullable=False),
        _cascade("respondent_identity", "respondent_id", "respondent.id"),
        _cascade("respondent_identity", "case_reference"),
        sa.PrimaryKeyConstraint("respondent_id", name=op.f("pk_respondent_identity")),
    )
    op.create_index("ix_respondent_identity_case_reference", "respondent_identity", ["case_reference"], unique=False)
    op.create_table(
        "finding",
        sa.Column("id", sa.String(length=32), nullable=False),
        _case_column(),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        _cascade("finding", "case_reference"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
    )
    op.create_index("ix_finding_case_reference", "finding", ["case_reference"], unique=False)
    op.create_table(
        "declined_join",
        _case_column(),
        _case_column("other_reference"),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        _cascade("declined_join", "case_reference"),
        _cascade("declined_join", "other_reference"),
        sa.PrimaryKeyConstraint("case_reference", "other_reference", name=op.f("pk_declined_join")),
    )
    op.create_index("ix_declined_join_other_reference", "declined_join", ["other_reference"], unique=False)
    _move_decisions(op.get_bind())


def downgrade() -> None:
    _move_back(op.get_bind())
    for table in ("declined_join", "finding", "respondent_identity", "respondent"):
        op.drop_table(table)


def _move_decisions(connection: sa.Connection) -> None:
    """What was said of safeguarding at closing, out of the closing into a finding. A closing that does not open stays
    as it is."""
    for row in _closed(connection):
        closing = _open(f"case_record|closing|{row.reference}", row.closing)
        if not closing or not str(closing.get("safeguarding", "")).strip():
            continue
        key = secrets.token_hex(16)
        flags = [flag for flag in row.risk_flags if flag in SAFEGUARDING_FLAGS]
        body = {"kind": AS_CLOSED, "why": closing["safeguarding"], "decided_by": "", "flags": flags}
        connection.execute(finding.insert().values(
            id=key, case_reference=row.reference, seq=1, at=row.closed_at or row.created_at,
            by=_closed_by(connection, row.reference), field="safeguarding", body=_seal(f"finding|body|{key}", body),
        ))  # fmt: skip
        _put_closing(connection, row.reference, {**closing, "safeguarding": AS_CLOSED})


def _move_back(connection: sa.Connection) -> None:
    for row in _closed(connection):
        closing = _open(f"case_record|closing|{row.reference}", row.closing)
        mine = (finding.c.case_reference == row.reference, finding.c.field == "safeguarding")
        last = connection.execute(sa.select(finding).where(*mine).order_by(finding.c.seq.desc())).first()
        found = None if last is None else _open(f"finding|body|{last.id}", last.body)
        if closing and found:
            _put_closing(connection, row.reference, {**closing, "safeguarding": found["why"]})


def _closed(connection: sa.Connection) -> list[sa.Row]:
    return list(connection.execute(sa.select(case_record).where(case_record.c.closing.is_not(None))))


def _closed_by(connection: sa.Connection, reference: str) -> str:
    moves = sa.select(timeline).where(timeline.c.case_reference == reference, timeline.c.event == "status")
    for row in connection.execute(moves.order_by(timeline.c.id.desc())):
        if row.detail and row.detail.get("to") == "closed":
            return row.by
    return "program"


def _put_closing(connection: sa.Connection, reference: str, closing: dict) -> None:
    sealed = _seal(f"case_record|closing|{reference}", closing)
    connection.execute(case_record.update().where(case_record.c.reference == reference).values(closing=sealed))


def _seal(place: str, value: dict) -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return context.config.attributes["keys"].seal(text.encode("utf-8", "surrogatepass"), context=place)


def _open(place: str, sealed: bytes) -> dict | None:
    from casework.privacy import SealError

    try:
        text = context.config.attributes["keys"].open(sealed, context=place)
    except SealError:
        return None
    return json.loads(text.decode("utf-8", "surrogatepass"))
