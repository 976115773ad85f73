"""Keeping nothing longer than was said (case-record.md, "Retention"), and proving that a purge left
nothing."""

from casework.retention.holds import hold_case, holds, release_hold
from casework.retention.proof import RetentionError
from casework.retention.purge import Purged, run, tell_broken_off

__all__ = ["Purged", "RetentionError", "hold_case", "holds", "release_hold", "run", "tell_broken_off"]
