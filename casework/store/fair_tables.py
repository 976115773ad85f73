"""Tables of what advisors keep so that a case is fair to all (case-record.md, "Fair to all")."""

from __future__ import annotations

import sqlalchemy as sa

from casework.store.tables import CODE, ID, REFERENCE, metadata
from casework.store.types import Utc


def _of_case() -> sa.Column[str]:
    return sa.Column("case_reference", REFERENCE, sa.ForeignKey("case_record.reference", ondelete="CASCADE"),
                     nullable=False, index=True)  # fmt: skip


# A person complained about. ``told`` holds, sealed, their account, their needs, the support offered and the outcome.
# Nothing is counted against them before ``confirmed_by``, an advisor, knows who they are.
respondent = sa.Table(
    "respondent", metadata,
    sa.Column("id", ID, primary_key=True),
    _of_case(),
    sa.Column("at", Utc, nullable=False),
    sa.Column("by", sa.String(200), nullable=False),
    sa.Column("confirmed_at", Utc),
    sa.Column("confirmed_by", sa.String(200)),
    sa.Column("told", sa.LargeBinary, nullable=False),
)  # fmt: skip

# Who they are and how they can be reached, apart from what they told.
respondent_identity = sa.Table(
    "respondent_identity", metadata,
    sa.Column("respondent_id", ID, sa.ForeignKey("respondent.id", ondelete="CASCADE"), primary_key=True),
    _of_case(),
    sa.Column("details", sa.LargeBinary, nullable=False),
)  # fmt: skip

# What an advisor found: ``possible_malicious``, ``staff_safety`` or ``safeguarding``. The newest of a field holds,
# those before it stay to be read. ``body`` holds, sealed, what was found, why, and for safeguarding who decided it.
finding = sa.Table(
    "finding", metadata,
    sa.Column("id", ID, primary_key=True),
    _of_case(),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("at", Utc, nullable=False),
    sa.Column("by", sa.String(200), nullable=False),
    sa.Column("field", CODE, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
)  # fmt: skip

# Two cases that an advisor found not to belong together, the earlier reference first: never suggested again. Why
# stands, sealed, in their timelines.
declined_join = sa.Table(
    "declined_join", metadata,
    sa.Column("case_reference", REFERENCE, sa.ForeignKey("case_record.reference", ondelete="CASCADE"),
              primary_key=True),
    sa.Column("other_reference", REFERENCE, sa.ForeignKey("case_record.reference", ondelete="CASCADE"),
              primary_key=True, index=True),
    sa.Column("at", Utc, nullable=False),
    sa.Column("by", sa.String(200), nullable=False),
)  # fmt: skip
