"""Tables by which reports on the same people and places find each other, and are joined."""

from __future__ import annotations

import sqlalchemy as sa

from casework.store.tables import CODE, ID, REFERENCE, metadata
from casework.store.types import Utc


def _of_report() -> sa.Column[str]:
    return sa.Column("report_id", ID, sa.ForeignKey("report.id", ondelete="CASCADE"), primary_key=True)


def _of_case() -> sa.Column[str]:
    return sa.Column("case_reference", REFERENCE, sa.ForeignKey("case_record.reference", ondelete="CASCADE"),
                     nullable=False, index=True)  # fmt: skip


# Keyed hashes of normalised names, numbers and addresses: equal for equal values of one kind, and nothing else can
# be read from them. Written by casework.related.indexes alone.
blind_index = sa.Table(
    "blind_index", metadata,
    _of_report(),
    sa.Column("subject", CODE, primary_key=True),
    sa.Column("kind", CODE, primary_key=True),
    sa.Column("mac", sa.LargeBinary(32), primary_key=True, index=True),
    _of_case(),
)  # fmt: skip

# With which key a report was indexed, also where it holds nothing to be found by. A report without a row here, or
# with another number than the newest, is waiting to be indexed anew.
indexed_report = sa.Table(
    "indexed_report", metadata,
    _of_report(),
    _of_case(),
    sa.Column("key_number", sa.Integer, nullable=False, index=True),
)  # fmt: skip

# A case that an advisor found to belong to another. It keeps its report, its thread and its receipt, and is counted
# and promised about no more: the other one is.
joined_report = sa.Table(
    "joined_report", metadata,
    sa.Column("case_reference", REFERENCE, sa.ForeignKey("case_record.reference", ondelete="CASCADE"),
              nullable=False, primary_key=True),
    sa.Column("joined_to", REFERENCE, sa.ForeignKey("case_record.reference", ondelete="CASCADE"),
              nullable=False, index=True),
    sa.Column("at", Utc, nullable=False),
    sa.Column("by", sa.String(200), nullable=False),
)  # fmt: skip
