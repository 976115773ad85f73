"""Working on a case at the command line: a case from its first moment to its closing, and what is refused how."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner, Result

from casework import cases
from casework.cli.app import app
from casework.clocks import now
from casework.store import Store, tables
from tests.domain.conftest import a_submission, labels
from tests.domain.test_cli import home, installed

__all__ = ["home", "installed"]

Run = Callable[..., Result]
CLOSE = (
    "--review-with-reporter", "rang them", "--support-signposted", "law centre", "--learning", "ring sooner",
    "--satisfaction", "4",
)  # fmt: skip


@pytest.fixture
def run(home: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A command in this process, as the terminal gives it."""
    monkeypatch.setenv("REPORTING_HOME", str(home))
    monkeypatch.setenv("REPORTING_ENV", "test")
    runner = CliRunner()
    return lambda *words, stdin="": runner.invoke(app, list(words), input=stdin, catch_exceptions=False)


@pytest.fixture
def reference(installed: Store) -> str:
    with installed.begin() as db:
        told = a_submission(labels=labels("asb", "child_at_risk"))
        return cases.create_case(db, told, now(installed.settings)).reference


def shown(run: Run, reference: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run("cases", "show", reference, "--json").stdout)
    return found


def test_a_case_from_its_first_moment_to_its_closing(run: Run, reference: str) -> None:
    for words in (
        ("clocks", "meet", reference, "contact"),
        ("cases", "label", reference, "asb_types", "noise", "--reason", "drums"),
        ("cases", "confirm-labels", reference),
        ("cases", "status", reference.lower(), "in_progress", "--reason", "we met"),
        ("cases", "enforcement", reference, "warning", "--reason", "a letter to him"),
        ("cases", "safeguarding", reference, "no_further_action", "--decided-by", "MASH", "--why", "school helps"),
        ("cases", "close", reference, *CLOSE),
    ):
        done = run(*words)
        assert (done.exit_code, done.stderr) == (0, ""), (words, done.stderr)
    noted = run("cases", "note", reference, "--about", "visit", stdin="nobody in\n")
    assert (noted.exit_code, "nobody has looked" in noted.stderr) == (0, True)
    case = shown(run, reference)
    assert (case["status"], case["closing"]["satisfaction"], case["asb_types"]) == ("closed", 4, ["noise"])
    assert case["labels_confirmed_by"] and case["timeline"][-1]["reason"] == "nobody in"
    told = run("cases", "show", reference).stdout
    said = ("school helps", "nobody in", "about: visit", "ring sooner", "a letter to him")
    assert all(words in told for words in said)
    done = run("cases", "reopen", reference, "--reason", "it began again", "--json")
    assert json.loads(done.stdout) == {"reference": reference, "status": "in_progress"}


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (("cases", "close", "REF", "--learning", "none"), 2, "--review-with-reporter"),
        (("cases", "close", "REF", *CLOSE), 2, "cases safeguarding"),
        (("cases", "close", "REF", *CLOSE[:-1], "6"), 2, "satisfaction"),
        (("cases", "status", "REF", "closed"), 2, "cases close"),
        (("cases", "status", "REF", "withdrawn"), 2, "rights withdraw"),
        (("cases", "status", "REF", "lost"), 2, "acknowledged"),
        (("cases", "status", "REF", "new"), 1, "cannot become new"),
        (("cases", "reopen", "REF", "--reason", "x"), 1, "is open"),
        (("cases", "label", "REF", "colour", "red", "--reason", "x"), 2, "category"),
        (("cases", "label", "REF", "risk_flags", "weapon,cats", "--reason", "x"), 2, "arson_fire"),
        (("cases", "label", "REF", "category", "hate"), 1, "reason"),
        (("cases", "note", "REF"), 2, "nothing"),
        (("cases", "note", "REF", "--about", "cats", "--text", "x"), 2, "referral"),
        (("cases", "enforcement", "REF", "stocks", "--reason", "x"), 2, "injunction"),
        (("clocks", "meet", "REF", "acknowledge"), 1, "contact, risk_assess"),
        (("clocks", "meet", "LR-0000-0000", "contact"), 1, "no case"),
        (("cases", "note", "LR-0000-0000", "--text", "x"), 1, "no case"),
        (("cases", "label", "REF", "risk_flags", "", "--reason", "x"), 1, "which flags"),
        (("cases", "list", "--until", "9999-12-31"), 2, "2026-04-01"),
        (("kpis", "--until", "9999-12-31"), 2, "2026-04-01"),
        (("retention", "hold", "REF", "--until", "9999-12-31", "--reason", "x"), 2, "2030-12-24"),
        (("cases", "respondent", "remove", "LR-0000-0000", "12345678", "--reason", "x"), 1, "no case"),
        (("rights", "erase", "REF", "--person", "respondent", "--reason", "x"), 1, "which respondent"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    words: tuple[str, ...], status: int, says: str, run: Run, reference: str
) -> None:
    done = run(*(reference if word == "REF" else word for word in words))
    assert done.exit_code == status and says in done.stderr and done.stdout == ""
    assert "Traceback" not in done.stderr
    assert shown(run, reference)["status"] == "new"


def test_what_is_no_text_is_refused_and_what_came_so_is_shown(run: Run, installed: Store) -> None:
    with installed.begin() as db:
        told = a_submission(answers={"account": "half \ud800 a letter"})
        reference = cases.create_case(db, told, now(installed.settings)).reference
    refused = run("cases", "note", reference, stdin=b"caf\xe9")
    assert (refused.exit_code, refused.stdout) == (2, "") and "UTF-8" in refused.stderr
    assert shown(run, reference)["answers"]["account"] == "half \ud800 a letter"
    assert [line["event"] for line in shown(run, reference)["timeline"]] == ["created"]
    assert "a letter" in run("cases", "show", reference).stdout


def test_people_are_shown_london_time_and_programs_utc(run: Run, installed: Store) -> None:
    with installed.begin() as db:
        told = a_submission(labels=labels("hate", strands=("age",)))
        reference = cases.create_case(db, told, datetime(2026, 7, 1, 23, 30, tzinfo=UTC)).reference
    assert "2026-07-02 00:30" in run("cases", "list").stdout
    shown_case = run("cases", "show", reference).stdout
    assert "2026-07-03 17:00" in shown_case and "+00:00" not in shown_case
    assert shown(run, reference)["clocks"][0]["due_at"] == "2026-07-03T16:00:00+00:00"


def test_a_count_that_drifted_is_found_and_put_right(run: Run, installed: Store, reference: str) -> None:
    assert "advisors recount" not in run("doctor").stdout
    with installed.begin() as db:
        db.execute(tables.advisor.update().where(tables.advisor.c.open_cases == 1).values(open_cases=5))
    assert "advisors recount" in " ".join(run("doctor").stdout.split())
    (found,) = json.loads(run("advisors", "recount", "--json").stdout)
    assert (found["counted"], found["cases"]) == (5, 1)
    assert "right" in run("advisors", "recount").stdout
    with installed.read() as db:
        assert db.scalar(sa.select(sa.func.max(tables.advisor.c.open_cases))) == 1
