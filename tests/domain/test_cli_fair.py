"""Fair to all at the command line: respondents, what advisors find, and suggestions that were wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest

from casework import cases
from casework.clocks import now
from casework.privacy.access import accesses
from casework.store import Store
from tests.domain.conftest import a_submission
from tests.domain.test_cli import home, installed
from tests.domain.test_cli_work import Run, reference, run, shown

__all__ = ["home", "installed", "reference", "run"]


def done(run: Run, *words: str, stdin: str = "") -> Any:
    found = run("cases", *words, "--json", stdin=stdin)
    assert (found.exit_code, found.stderr) == (0, ""), (words, found.stderr)
    return json.loads(found.stdout)


def test_a_respondent_is_heard_helped_and_confirmed(run: Run, reference: str, installed: Store) -> None:
    key = done(run, "respondent", "add", reference, stdin="Kyle Brennan\n")["respondent"]
    done(run, "respondent", "change", reference, key[:8], "account", stdin="they knocked first")
    done(run, "respondent", "change", reference, key, "support", "--text", "mediation")
    done(run, "respondent", "confirm", reference, key[:8], "--how", "the tenancy")
    (found,) = done(run, "respondent", "list", reference)
    assert (found["account"], found["support"]) == ("they knocked first", "mediation") and found["confirmed_by"]
    hidden = run("cases", "respondent", "list", reference).stdout + run("cases", "show", reference).stdout
    assert "they knocked first" in hidden and "Brennan" not in hidden
    told = ("list", reference, "--reveal", "--reason", "to visit him")
    assert "Kyle Brennan" in run("cases", "respondent", *told).stdout
    assert "Kyle Brennan" in run("cases", "show", reference, *told[2:]).stdout
    with installed.read() as db:
        acts = [(one["act"], one["reason"]) for one in accesses(db, reference)]
    assert ("reveal_identity", "to visit him") in acts and ("read_account", None) in acts
    with installed.begin() as db:
        other = cases.create_case(db, a_submission(), now(installed.settings)).reference
    done(run, "respondent", "add", other, "--name", "kyle BRENNAN")
    told = ("respondent", "apart", reference, key[:8], other.lower(), "--reason", "flat 4 and flat 40")
    assert done(run, *told)["another_person"] and done(run, "respondent", "list", other)[0]["namesakes"] == [reference]
    assert other in run("cases", "respondent", "list", reference).stdout
    assert not done(run, *told, "--together")["another_person"]
    done(run, "respondent", "doubt", reference, key, "--reason", "his brother")
    done(run, "respondent", "remove", reference, key, "--reason", "was away")
    assert done(run, "respondent", "list", reference) == []


def test_staff_safety_is_seen_before_a_visit_and_first_of_all(run: Run, reference: str, installed: Store) -> None:
    done(run, "staff-safety", reference, "risk", stdin="two dogs, go in pairs\n")
    done(run, "malicious", reference, "yes", "--why", "third report in a week")
    noted = run("cases", "note", reference, "--about", "visit", "--text", "on Monday")
    assert noted.exit_code == 0 and "RISK" in noted.stderr and "go in pairs" in noted.stderr
    first, second, *_ = run("cases", "show", reference).stdout.splitlines()
    assert "two dogs" in first and "third report in a week" in second
    assert shown(run, reference)["staff_safety"]["value"] == "risk"
    with installed.read() as db:
        assert "read_staff_safety" in {one["act"] for one in accesses(db, reference)}


def test_a_suggestion_is_declined(run: Run, reference: str, installed: Store) -> None:
    with installed.begin() as db:
        other = cases.create_case(db, a_submission(), now(installed.settings)).reference
    assert done(run, "decline", other.lower(), reference, "--reason", "another flat")["declined"] == reference
    assert shown(run, other)["timeline"][-1]["reason"] == "another flat"


def test_what_cannot_be_done_is_said(run: Run, reference: str) -> None:
    for words, status, says in (
        (("respondent", "add", "REF"), 2, "who it is"),
        (("respondent", "change", "REF", "12345678", "colour", "--text", "x"), 2, "outcome"),
        (("respondent", "change", "REF", "12345678", "needs", "--text", "x"), 1, "no such respondent"),
        (("respondent", "confirm", "REF", "12345678", "--how", "x"), 1, "no such respondent"),
        (("respondent", "apart", "REF", "12345678", "REF", "--reason", "x"), 1, "no such respondent"),
        (("respondent", "list", "REF", "--reveal"), 2, "reason"),
        (("respondent", "list", "LR-0000-0000"), 1, "no case"),
        (("respondent", "add", "LR-0000-0000", "--name", "x"), 1, "no case"),
        (("safeguarding", "REF", "taken_up", "--why", "x"), 2, "--decided-by"),
        (("safeguarding", "REF", "perhaps", "--why", "x"), 2, "not_referred"),
        (("staff-safety", "REF", "risk"), 2, "why"),
        (("malicious", "REF", "perhaps", "--why", "x"), 2, "yes, no"),
        (("decline", "REF", "LR-0000-0000", "--reason", "x"), 1, "no case"),
        (("decline", "REF", "REF", "--reason", "x"), 1, "itself"),
    ):
        found = run("cases", *(reference if word == "REF" else word for word in words))
        assert (found.exit_code, found.stdout) == (status, ""), words
        assert says.lower() in found.stderr.lower(), words


def test_names_of_respondents_wait_for_a_second_person_too(
    run: Run, reference: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    done(run, "respondent", "add", reference, "--name", "Kyle Brennan")
    monkeypatch.setenv("REPORTING_REVEAL_SECOND_PERSON", "yes")
    found = run("cases", "respondent", "list", reference, "--reveal", "--reason", "visit")
    assert found.exit_code == 1 and "second person" in found.stderr and "Kyle" not in found.stdout
