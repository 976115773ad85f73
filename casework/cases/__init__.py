"""Cases: what a sent report becomes, who answers for it, and what is promised about it."""

from casework.cases.create import CaseReceipt, create_case
from casework.cases.reading import ReasonNeeded, as_json, listed
from casework.cases.stubs import Stub, forget_identity, raise_stub, tell_before_leaving
from casework.cases.submission import Labels, Reason, Submission
from casework.cases.words import NoCase, add_message, add_words, ask_to_withdraw, thread

__all__ = [
    "CaseReceipt", "Labels", "NoCase", "Reason", "ReasonNeeded", "Stub", "Submission", "add_message",
    "add_words", "as_json", "ask_to_withdraw", "create_case", "forget_identity", "listed", "raise_stub",
    "tell_before_leaving", "thread",
]  # fmt: skip
