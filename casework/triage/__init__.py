"""Triage of accounts in everyday words: danger screening, labels, answers already given.

Deterministic and table-driven: the word families are in ``concepts/``, the rules in ``rules/`` and ``danger/``.
Advice only: an advisor confirms every label.
"""

from casework.triage.decide import reads_as_account, triage
from casework.triage.labels import Labels, Reason, Screen
from casework.triage.languages import foreign
from casework.triage.screening import screen
from casework.triage.telling import mentions_damage, reads_as_report, ready, told

__all__ = [
    "Labels",
    "Reason",
    "Screen",
    "foreign",
    "mentions_damage",
    "reads_as_account",
    "reads_as_report",
    "ready",
    "screen",
    "told",
    "triage",
]
