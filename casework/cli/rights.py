"""``reporting rights …`` and ``reporting retention hold``, ``release`` and ``holds``."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from casework.cli.output import complain, open_store, print_json, table, typed, who
from casework.cli.work import told

if TYPE_CHECKING:
    from casework.store import Db


def export(
    references: Sequence[str], person: str, respondent: str, reason: str, as_text: bool, out: Path | None
) -> int:
    """One person's data, to standard output or to a new file that only its owner can read."""
    from casework.cases.references import tidy_reference
    from casework.rights.export import export_data
    from casework.rights.text import as_text as in_words

    keys = [tidy_reference(reference) for reference in references]
    done, found = _act(lambda db, now: export_data(db, keys, person, who(), now, reason, respondent))
    if not done:
        return 1
    import json

    text = in_words(found.document) if as_text else json.dumps(found.document, ensure_ascii=False, indent=2) + "\n"
    if out is None:
        sys.stdout.write(text)
    else:
        try:
            with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            complain(f"The file could not be written ({error.strerror}).")
            return 1
    print(
        "Read it through before it leaves: only names that are known or look like names were left out.", file=sys.stderr
    )
    if found.doubts:
        print(f"Could be names: {', '.join(found.doubts)}", file=sys.stderr)
    return 0


def correct(reference: str, name: str, value: str | None, reason: str, as_json: bool) -> int:
    """Correct one answer; without ``--value`` it is read from standard input."""
    from casework.cases.references import tidy_reference
    from casework.rights.correction import correct as put_right

    right = typed("", "What is right") if value is None else value
    key = tidy_reference(reference)
    done, _ = _act(lambda db, now: put_right(db, key, name, right, who(), now, reason))
    return told(done, as_json, {"reference": key, "corrected": name}, "Corrected; what stood there is kept beside it.")


def erase(reference: str, person: str, respondent: str, reason: str, override: str, as_json: bool) -> int:
    """Erase who somebody is, and look in the rows and in the database's files that nothing is left. Exit status 1 where
    it is refused, or where something is left."""
    from casework.cases import NoCase
    from casework.cases.progress import NotAllowed
    from casework.cases.references import tidy_reference
    from casework.clocks import now
    from casework.retention import RetentionError, prove_bytes
    from casework.rights.erasure import erase as forget

    key = tidy_reference(reference)
    try:
        with open_store() as store:
            with store.begin() as db:
                done = forget(db, key, person, who(), now(store.settings), reason, override, respondent)
            prove_bytes(store, done.traces)
    except NoCase:
        complain("There is no case of this reference.")
        return 1
    except (NotAllowed, RetentionError) as refused:
        complain(str(refused))
        return 1
    if done.told_others:
        print("The case system was sent words or names of this case: erase them there too.", file=sys.stderr)
    value = {"reference": key, "erased": person, "rows_left": 0, "files_left": 0, "told_others": done.told_others}
    said = "Erased; no row and no file of the database holds it. Backups go by their own age."
    return told(True, as_json, value, said)


def withdraw(reference: str, how: str, confirm_only: bool, as_json: bool) -> int:
    """The reporter withdraws, as an advisor heard it in a safe way."""
    from casework.cases.references import tidy_reference
    from casework.rights.withdrawal import confirm_withdrawal, withdraw_for

    key = tidy_reference(reference)
    act = confirm_withdrawal if confirm_only else withdraw_for
    done, ended = _act(lambda db, now: act(db, key, who(), now, how))
    said = "Noted. The work goes on all the same: somebody may be at risk."
    if ended:
        said = "Withdrawn. Close it with its review now: `reporting cases close`."
    return told(done, as_json, {"reference": key, "withdrawn": bool(ended)}, said)


def go_on(reference: str, reason: str, as_json: bool) -> int:
    """The reporter does not withdraw after all."""
    from casework.cases.references import tidy_reference
    from casework.rights.withdrawal import go_on_after_all

    key = tidy_reference(reference)
    done, _ = _act(lambda db, now: go_on_after_all(db, key, who(), now, reason))
    return told(done, as_json, {"reference": key, "withdrawn": False}, "Noted. The case stands where it stood.")


def hold(reference: str, until: str, reason: str, as_json: bool) -> int:
    """Keep a case beyond its time, to the end of a day in London."""
    from casework.cases.references import tidy_reference
    from casework.clocks.working import LONDON
    from casework.retention import hold_case

    try:
        day = date.fromisoformat(until)
        end = datetime(day.year, day.month, day.day, tzinfo=LONDON) + timedelta(days=1)
    except (ValueError, OverflowError):
        complain("The day is written 2030-12-24.")
        return 2
    key = tidy_reference(reference)
    done, _ = _act(lambda db, now: hold_case(db, key, end, who(), now, reason))
    return told(done, as_json, {"reference": key, "until": until}, f"Held until {until}.")


def release(reference: str, reason: str, as_json: bool) -> int:
    """Let a held case go when its time comes."""
    from casework.cases.references import tidy_reference
    from casework.retention import release_hold

    key = tidy_reference(reference)
    done, _ = _act(lambda db, now: release_hold(db, key, who(), now, reason))
    return told(done, as_json, {"reference": key, "until": None}, "No longer held.")


def holds(as_json: bool) -> None:
    """All holds, with why, by whom and until when."""
    from casework.clocks import now
    from casework.retention import holds as all_holds

    with open_store() as store, store.read() as db:
        found = all_holds(db, now(store.settings))
    if as_json:
        print_json(found)
        return
    table("Holds", ("Reference", "Until", "Over", "By", "Why"),
          [(one["reference"], one["last_day"], one["over"], one["by"], one["reason"]) for one in found])  # fmt: skip


def _act(act: Callable[[Db, datetime], Any]) -> tuple[bool, Any]:
    """Whether ``act`` was done, in one transaction, and what it gave; a sentence where it was not."""
    from casework.cases import NoCase, ReasonNeeded
    from casework.cases.progress import NotAllowed
    from casework.clocks import now
    from casework.privacy.reveal import SecondPersonNeeded

    try:
        with open_store() as store, store.begin() as db:
            return True, act(db, now(store.settings))
    except NoCase:
        complain("There is no case of this reference.")
    except (NotAllowed, ReasonNeeded, SecondPersonNeeded) as refused:
        complain(str(refused))
    return False, None
