"""Tables of what people and the law ask of records: holds and corrections."""

from __future__ import annotations

import sqlalchemy as sa

from casework.store.tables import CODE, ID, REFERENCE, metadata
from casework.store.types import Utc

# A case that is not purged before a day. Why stands, sealed, in its timeline.
case_hold = sa.Table(
    "case_hold", metadata,
    sa.Column("case_reference", REFERENCE, sa.ForeignKey("case_record.reference", ondelete="CASCADE"),
              nullable=False, primary_key=True),
    sa.Column("at", Utc, nullable=False),
    sa.Column("by", sa.String(200), nullable=False),
    sa.Column("until", Utc, nullable=False),
)  # fmt: skip

# What somebody had corrected. ``body`` holds, sealed, what stood there, what stands there now, and why.
correction = sa.Table(
    "correction", metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("case_reference", REFERENCE, sa.ForeignKey("case_record.reference", ondelete="CASCADE"),
              nullable=False, index=True),
    sa.Column("report_id", ID, sa.ForeignKey("report.id", ondelete="CASCADE"), nullable=False),
    sa.Column("at", Utc, nullable=False),
    sa.Column("by", sa.String(200), nullable=False),
    sa.Column("name", CODE, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
)  # fmt: skip
