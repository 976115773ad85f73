"""Keeping words unreadable to all but those who may read them: keys, sealing, and a log of each reading."""

from casework.privacy.keys import Keys, KeysError, SealError

__all__ = ["Keys", "KeysError", "SealError"]
