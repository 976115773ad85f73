"""The audit: what was done to records, by whom and when, in a chain that shows every later change.

It holds no word of any report. One entry an act, in the act's own transaction; where that is rolled back the
entry is written all the same. Acts of many transactions (a rotation, a backup) leave an intent before and an
outcome after.
"""

from casework.audit.acts import Act, Entry, codes_in, note
from casework.audit.keeping import acting, entries
from casework.audit.verify import Verified, verify

__all__ = ["Act", "Entry", "Verified", "acting", "codes_in", "entries", "note", "verify"]
