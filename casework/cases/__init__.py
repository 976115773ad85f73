"""Cases: what a sent report becomes, who answers for it, and what is promised about it."""

from casework.cases.contact import Contact, ContactError, Wish, become_anonymous, change_contact, contact_of
from casework.cases.create import CaseReceipt, create_case, words_in_stub
from casework.cases.listing import listed
from casework.cases.reading import ReasonNeeded, as_json
from casework.cases.stubs import Stub, forget_identity, raise_stub, tell_before_leaving
from casework.cases.submission import Labels, Reason, Submission
from casework.cases.thread import EmptyMessage, NoCase, add_message, code_replaced, mark_read, thread
from casework.cases.withdrawal import ask_to_withdraw, concerns_safety, take_back_withdrawal, withdrawal_asked
from casework.cases.words import add_words

__all__ = [
    "CaseReceipt", "Contact", "ContactError", "EmptyMessage", "Labels", "NoCase", "Reason", "ReasonNeeded", "Stub",
    "Submission", "Wish", "add_message", "add_words", "as_json", "ask_to_withdraw", "become_anonymous",
    "change_contact", "code_replaced", "concerns_safety", "contact_of", "create_case", "forget_identity", "listed",
    "mark_read", "raise_stub", "take_back_withdrawal", "tell_before_leaving", "thread", "withdrawal_asked",
    "words_in_stub",
]  # fmt: skip
