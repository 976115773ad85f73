"""Tables that guard the others: the audit, second persons for identity, and key rotations."""

from __future__ import annotations

import sqlalchemy as sa

from casework.store.tables import CODE, ID, REFERENCE, metadata
from casework.store.types import Utc

# What was done to records, by whom and when; never a word of a report. Appended by casework.audit alone: triggers
# refuse every change. It outlives the case, so it has no foreign key.
audit_entry = sa.Table(
    "audit_entry", metadata,
    sa.Column("seq", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=False),
    sa.Column("at", Utc, nullable=False),
    sa.Column("who", sa.String(200), nullable=False),
    sa.Column("act", CODE, nullable=False),
    sa.Column("reference", REFERENCE, index=True),
    sa.Column("outcome", CODE, nullable=False),
    sa.Column("intent", sa.BigInteger),
    # JSON as it was hashed, so no engine may put it into an order of its own.
    sa.Column("detail", sa.String(1000), nullable=False),
    sa.Column("hash", sa.LargeBinary(32), nullable=False),
)  # fmt: skip

# A wish to see who somebody is, or to send it on, and the second person's answer to it.
identity_request = sa.Table(
    "identity_request", metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("case_reference", REFERENCE, sa.ForeignKey("case_record.reference", ondelete="CASCADE"),
              nullable=False, index=True),
    sa.Column("asked_by", sa.String(200), nullable=False),
    sa.Column("asked_at", Utc, nullable=False),
    sa.Column("reason", sa.LargeBinary, nullable=False),
    sa.Column("approved_by", sa.String(200)),
    sa.Column("approved_at", Utc),
    # ``reveal``: whoever asked sees it; ``case_system``: it is sent to the landlord's case system.
    sa.Column("purpose", CODE, nullable=False, server_default="reveal"),
)  # fmt: skip

# A key is in this table from the moment that values are sealed anew with it; ``finished_at`` when all were.
key_rotation = sa.Table(
    "key_rotation", metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("started_at", Utc, nullable=False),
    sa.Column("finished_at", Utc),
    sa.Column("resealed", sa.Integer, nullable=False),
    sa.Column("damaged", sa.Integer, nullable=False),
)  # fmt: skip
