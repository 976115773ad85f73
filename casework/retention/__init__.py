"""Keeping nothing longer than was said (case-record.md, "Retention"), and proving that a purge left
nothing."""

from casework.retention.purge import Purged, RetentionError, run, tell_broken_off

__all__ = ["Purged", "RetentionError", "run", "tell_broken_off"]
