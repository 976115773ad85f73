"""Backups: the whole database in one sealed file, and back. The keys are never in it."""

from casework.backup.backing import BackedUp, BackupError, back_up
from casework.backup.restoring import Restored, restore

__all__ = ["BackedUp", "BackupError", "Restored", "back_up", "restore"]
