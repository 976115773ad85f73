"""Keeping nothing longer than was said (case-record.md, "Retention"), and proving that a purge left
nothing."""

from casework.retention.holds import hold_case, holds, is_held, release_hold
from casework.retention.proof import RetentionError, prove_bytes
from casework.retention.purge import Purged, run, tell_broken_off

__all__ = [
    "Purged", "RetentionError", "hold_case", "holds", "is_held", "prove_bytes", "release_hold", "run",
    "tell_broken_off",
]  # fmt: skip
