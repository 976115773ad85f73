"""``reporting cases messages``, ``answer`` and ``confirm-consent``: what advisors need until they have a desk."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from casework.cli.output import complain, here, open_store, print_json, say, text_of, typed, who

if TYPE_CHECKING:
    from datetime import datetime

    from casework.store import Db

_KINDS = {
    "addition": "added to the report", "words": "added to the report",
    "withdrawal_asked": "asks to withdraw", "withdrawal_taken_back": "wants to go on after all",
}  # fmt: skip


def show(reference: str, as_json: bool) -> int:
    """The thread of a case, oldest first. Reading it is logged, and what was new is not any more."""
    from casework import cases
    from casework.privacy.access import log_access

    def read(db: Db, key: str, now: datetime) -> list[dict[str, Any]]:
        found = cases.thread(db, key, "advisor")
        log_access(db, who(), "read_messages", key, now)
        cases.mark_read(db, key, "advisor", now)
        return found

    found = _with_case(reference, read)
    if found is None:
        return 1
    if as_json:
        print_json(found)
        return 0
    for line in found:
        kind = f", {_KINDS[line['kind']]}" if line["kind"] in _KINDS else ""
        new = " (new)" if line["new"] else ""
        say(f"{here(line['at'])}  {line['author']}{kind}{new}")
        if line["text"]:
            say(text_of(line["text"]))
        say("")
    if not found:
        say("There are no messages.")
    return 0


def answer(reference: str, text: str, as_json: bool) -> int:
    """Write to the reporter. Without ``--text`` the message is read from standard input."""
    from casework import cases

    words = typed(text, "Your message")
    try:
        key = _with_case(reference, lambda db, case, now: cases.add_message(db, case, words, who(), now))
    except cases.EmptyMessage:
        complain("There is nothing in the message.")
        return 2
    if key is None:
        return 1
    if as_json:
        print_json({"id": key})
    else:
        say("Kept. The reporter can read it with their receipt code.")
    return 0


def confirm_consent(reference: str, as_json: bool) -> int:
    """Whoever reported for somebody else may learn how the case stands."""
    from casework.cases.progress import NotAllowed
    from casework.cases.progress import confirm_consent as confirm

    def act(db: Db, key: str, now: datetime) -> bool:
        confirm(db, key, who(), now)
        return True

    try:
        done = _with_case(reference, act)
    except NotAllowed as refused:
        complain(str(refused))
        return 1
    if not done:
        return 1
    if as_json:
        print_json({"consent_confirmed_by": who()})
    else:
        say("Noted. The person who reported may now learn how the case stands.")
    return 0


def _with_case(reference: str, act: Callable[[Db, str, datetime], Any]) -> Any:
    """What ``act`` gives in one transaction; None, with a sentence, where there is no such case."""
    from casework.cases import NoCase
    from casework.cases.references import tidy_reference
    from casework.clocks import now

    try:
        with open_store() as store, store.begin() as db:
            return act(db, tidy_reference(reference), now(store.settings))
    except NoCase:
        complain("There is no case of this reference.")
        return None
