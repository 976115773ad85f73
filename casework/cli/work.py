"""``reporting cases status``, ``close``, ``reopen``, ``confirm-labels``, ``label``, ``note`` and ``enforcement``.

Exit status 1 where there is no such case or it cannot be done, 2 where a word was wrong or missing.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any

from casework.cli.output import complain, open_store, print_json, say, typed, who

if TYPE_CHECKING:
    from datetime import datetime

    from casework.store import Db

_TO_CLOSE = {
    "review_with_reporter": '--review-with-reporter "how you went through it with the reporter"',
    "support_signposted": '--support-signposted "which support you named to them"',
    "learning": '--learning "what to learn from it"',
    "satisfaction_not_asked": '--satisfaction 1 to 5, or --satisfaction-not-asked "why"',
    "safeguarding": "first, `reporting cases safeguarding`: the MASH decision, by whom and why",
}


def status(reference: str, to: str, reason: str, as_json: bool) -> int:
    """Move a case on."""
    from casework.cases import progress
    from casework.cases.codes import ENDED_STATUSES, STATUSES

    if to == "closed":
        complain("A case is closed with its review: `reporting cases close`.")
        return 2
    if to == "withdrawn":
        complain("What the reporter withdraws: `reporting rights withdraw`.")
        return 2
    if not known(to, [one for one in STATUSES if one not in ENDED_STATUSES], "A status"):
        return 2
    done = acted(reference, lambda db, key, now: progress.change_status(db, key, to, who(), now, reason))
    said = f"{done} is {to} now. No clock is met by that: `reporting clocks meet`."
    return told(done, as_json, {"reference": done, "status": to}, said)


def close(reference: str, given: Mapping[str, str], satisfaction: int | None, as_json: bool) -> int:
    """Close a case. Exit status 2 where the closing review lacks something."""
    from casework.cases import progress

    closing = {name: words for name, words in given.items() if words.strip()}
    try:
        done = acted(reference, lambda db, key, now: progress.close(db, key, who(), now, closing, satisfaction))
    except progress.NotClosed as refused:
        complain("To close the case, say also:")
        for name in refused.missing:
            complain(f"  {_TO_CLOSE[name]}")
        return 2
    return told(done, as_json, {"reference": done, "status": "closed"}, f"{done} is closed.")


def reopen(reference: str, reason: str, as_json: bool) -> int:
    """Go on with a closed or withdrawn case."""
    from casework.cases import progress

    done = acted(reference, lambda db, key, now: progress.reopen(db, key, who(), now, reason))
    return told(done, as_json, {"reference": done, "status": "in_progress"}, f"{done} is in progress again.")


def confirm_labels(reference: str, as_json: bool) -> int:
    """The labels are right."""
    from casework.cases import relabel

    done = acted(reference, lambda db, key, now: relabel.confirm_labels(db, key, who(), now))
    return told(done, as_json, {"reference": done, "labels_confirmed_by": who()}, "The labels are confirmed.")


def label(reference: str, name: str, value: str, reason: str, as_json: bool) -> int:
    """Change a label."""
    from casework.cases import relabel

    codes = {**relabel.ONE_OF, **relabel.SEVERAL_OF}
    if not known(name, list(codes), "A label"):
        return 2
    chosen = [value] if name in relabel.ONE_OF else [one.strip() for one in value.split(",") if one.strip()]
    if not all(known(one, codes[name], name) for one in chosen):
        return 2
    done = acted(reference, lambda db, key, now: relabel.change_label(db, key, name, value, who(), now, reason))
    return told(
        done,
        as_json,
        {"reference": done, "label": name, "value": value},
        f"Changed: {name} {', '.join(chosen) or 'none'}.",
    )


def note(reference: str, about: str, text: str, as_json: bool) -> int:
    """Write something down. Without ``--text`` it is read from standard input."""
    from casework.cases import codes, progress

    if not known(about, codes.NOTES, "A note"):
        return 2
    words = typed(text, "Your note")
    if not words:
        complain("There is nothing in the note.")
        return 2
    done = acted(reference, lambda db, key, now: progress.add_note(db, key, words, who(), now, about))
    said = "Kept, sealed. `cases show` shows it."
    if done and about == "visit":
        from casework.cli.fair import staff_safety

        # Whoever goes there has to know it, whoever they may not know.
        print(staff_safety(done), file=sys.stderr)
    return told(done, as_json, {"reference": done, "about": about}, said)


def enforcement(reference: str, kind: str, reason: str, as_json: bool) -> int:
    """Enforcement was taken."""
    from casework.cases import codes
    from casework.cases.enforcement import record_enforcement

    if not known(kind, list(codes.ENFORCEMENT), "Enforcement"):
        return 2
    done = acted(reference, lambda db, key, now: record_enforcement(db, key, kind, who(), now, reason))
    return told(done, as_json, {"reference": done, "kind": kind}, "Written down; the figures count it.")


def known(value: str, of: Collection[str], what: str) -> bool:
    """Whether this is one of the codes; a sentence where it is not."""
    if value in of:
        return True
    complain(f"{what} is one of {', '.join(of)}.")
    return False


def acted(reference: str, act: Callable[[Db, str, datetime], Any]) -> str:
    """The reference, where ``act`` was done in one transaction; nothing, with a sentence, where it was not. Raises
    ``NotClosed``."""
    from casework.cases import NoCase
    from casework.cases.progress import NotAllowed, NotClosed
    from casework.cases.references import tidy_reference
    from casework.clocks import now

    key = tidy_reference(reference)
    try:
        with open_store() as store, store.begin() as db:
            act(db, key, now(store.settings))
    except NoCase:
        complain("There is no case of this reference.")
        return ""
    except NotClosed:
        raise
    except NotAllowed as refused:
        complain(str(refused))
        return ""
    return key


def told(done: str | bool, as_json: bool, value: dict[str, Any], said: str) -> int:
    if not done:
        return 1
    if as_json:
        print_json(value)
    else:
        say(said)
    return 0
