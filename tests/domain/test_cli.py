"""The ``reporting`` command: shapes of its JSON, exit status, sentences instead of tracebacks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from casework import cases, setup
from casework.cli.triage import label_lines
from casework.privacy import Keys
from casework.privacy.access import accesses
from casework.settings import Settings, load_settings
from casework.store import Store, drafts
from tests.domain.conftest import CHRISTMAS_EVE, a_submission, labels

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    setup.prepare(load_settings(_env_file=None, home=tmp_path / "home", env="test"))
    return tmp_path / "home"


@pytest.fixture
def installed(home: Path) -> Store:
    settings = load_settings(_env_file=None, home=home, env="test")
    return Store(settings, Keys.load(home))


SIGN_IN = ("sh", "-c", 'echo "$0" > /proc/self/loginuid && exec "$@"')


def reporting(
    *arguments: str, home: Path, stdin: str = "", signed_in: str = "", **more: str
) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("REPORTING_")}
    environment |= {
        "REPORTING_HOME": str(home),
        "REPORTING_ENV": "test",
        "PYTHONPATH": str(REPOSITORY),
        **more,
    }
    person = [*SIGN_IN, signed_in] if signed_in else []
    done = subprocess.run(
        [*person, sys.executable, "-m", "casework.cli", *arguments],
        input=stdin, capture_output=True, text=True, env=environment, cwd=home.parent, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr + done.stdout
    return done


def answer(done: subprocess.CompletedProcess[str]) -> Any:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


# -- triage ------------------------------------------------------------------------------------------------


def test_triage_labels_line_by_line_and_goes_on_after_a_bad_one(tmp_path: Path) -> None:
    lines = [
        '{"id": "a", "text": "He shouted racist names at me", "motive": ["race_ethnicity"]}',
        "{broken",
        "",
        '{"id": 7, "text": 5}',
        '["list"]',
        '{"text": "no id"}',
        '{"id": "b", "text": "x", "motive": ["cats"]}',
        '{"id": "z", "text": "My tap drips"}',
    ]
    done = reporting("triage", home=tmp_path / "nowhere", stdin="\n".join(lines))
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1
    assert [one["id"] for one in found] == ["a", None, 7, None, None, "b", "z"]
    assert list(found[0]) == [
        "id",
        "category",
        "hate_kind",
        "strands",
        "asb_types",
        "risk_flags",
        "urgency",
        "reasons",
    ]
    assert [set(one) == {"id", "error"} for one in found] == [False, True, True, True, True, True, False]
    assert found[0]["category"] == "hate"
    assert not (tmp_path / "nowhere").exists(), "it needs no installation"


def test_triage_of_good_lines_exits_with_zero(tmp_path: Path) -> None:
    done = reporting("triage", home=tmp_path, stdin='{"id": "a", "text": "Dogs bark all night"}\n')
    assert done.returncode == 0
    assert reporting("triage", home=tmp_path).returncode == 0, "nothing to do is no error"


@pytest.mark.parametrize(
    "line",
    [b"\xff\xfe", b"[" * 100_000, b'{"id": true, "text": "x"}', b'{"id": "a"}', b"null", b"1e999", b"\x00"],
)
def test_no_line_however_bad_stops_the_work(line: bytes) -> None:
    found = list(label_lines([line, b'{"id": "b", "text": "hello"}']))
    assert "error" in found[0]
    assert found[1]["id"] == "b"


def test_lone_surrogates_and_very_long_texts_are_labelled() -> None:
    texts = ["\ud800", "noise " * 20_000, ""]
    lines = [json.dumps({"id": str(n), "text": text}).encode() for n, text in enumerate(texts)]
    assert ["error" in one for one in label_lines(lines)] == [False, False, False]


# -- cases -------------------------------------------------------------------------------------------------


def test_cases_are_listed_and_shown(installed: Store, home: Path) -> None:
    answers = {"account": "canary-account", "reporter_name": "canary-name"}
    with installed.begin() as db:
        made = cases.create_case(db, a_submission(identity="named", answers=answers), CHRISTMAS_EVE)
    listed = answer(reporting("cases", "list", "--json", home=home))
    assert [case["reference"] for case in listed] == [made.reference] and "canary" not in str(listed)
    shown = answer(reporting("cases", "show", made.reference.lower(), "--json", home=home))
    assert shown["answers"] == {"account": "canary-account"} and "identity_details" not in shown
    revealed = answer(reporting("cases", "show", made.reference, "--json", "--reveal", "--reason", "call", home=home))
    assert revealed["identity_details"] == {"reporter_name": "canary-name"}
    with installed.read() as db:
        assert [entry["act"] for entry in accesses(db, made.reference)] == ["read_account", "reveal_identity"]
    for arguments in (["list"], ["show", made.reference]):
        table = reporting("cases", *arguments, home=home)
        assert table.returncode == 0 and made.reference in table.stdout


def test_identity_without_a_reason_is_refused(installed: Store, home: Path) -> None:
    with installed.begin() as db:
        made = cases.create_case(db, a_submission(), CHRISTMAS_EVE)
    done = reporting("cases", "show", made.reference, "--reveal", home=home)
    assert done.returncode == 2 and "reason" in done.stderr


def test_words_cannot_command_the_terminal(installed: Store, home: Path) -> None:
    with installed.begin() as db:
        made = cases.create_case(db, a_submission(answers={"account": "\x1b[2J[red]x[/red] \x07"}), CHRISTMAS_EVE)
    done = reporting("cases", "show", made.reference, home=home)
    assert done.returncode == 0
    assert "\x1b" not in done.stdout and "\x07" not in done.stdout and "[red]x[/red]" in done.stdout


def test_a_case_that_is_not_there(home: Path) -> None:
    done = reporting("cases", "show", "LR-0000-0000", "--json", home=home)
    assert (done.returncode, done.stdout) == (1, "")
    done = reporting("cases", "show", "LR-\udcff", home=home)
    assert (done.returncode, done.stdout) == (2, "") and "UTF-8" in done.stderr


# -- the rest ----------------------------------------------------------------------------------------------


def test_advisors_are_imported_and_listed(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "advisors.csv"
    file.write_text("name,email,trained,areas\nJo Hill,jo@example.org,yes,L36\n", encoding="utf-8-sig")
    assert answer(reporting("advisors", "import", str(file), "--json", home=home))["added"] == 1
    listed = answer(reporting("advisors", "list", "--json", home=home))
    assert {one["name"] for one in listed if one["active"]} == {"Jo Hill"}
    file.write_text("nom\nJo\n")
    bad = reporting("advisors", "import", str(file), home=home)
    assert bad.returncode == 2 and bad.stderr.startswith("Error: ")
    assert reporting("advisors", "import", str(tmp_path / "none.csv"), home=home).returncode == 2


def test_the_outbox_says_that_nothing_leaves(installed: Store, home: Path) -> None:
    with installed.begin() as db:
        cases.create_case(
            db, a_submission(labels=labels("asb", "immediate_danger", urgency="emergency")), CHRISTMAS_EVE
        )
    found = answer(reporting("outbox", "status", "--json", home=home))
    assert (found["configured"], found["alerts_open"]) == (False, 1)
    shown = reporting("outbox", "status", home=home)
    assert "No way of delivery is configured" in shown.stdout


def test_retention_runs_on_the_moved_clock(installed: Store, home: Path) -> None:
    from casework import clocks

    with installed.begin() as db:
        drafts.create(db, session_mac=bytes(32), now=clocks.now(installed.settings))
    assert answer(reporting("retention", "run", "--json", home=home))["drafts"] == 0
    day = str(timedelta(hours=24, minutes=1).total_seconds())
    moved = reporting("retention", "run", "--json", home=home, REPORTING_CLOCK_OFFSET=day)
    assert answer(moved)["drafts"] == 1


def test_figures_and_doctor_answer_in_json(home: Path) -> None:
    assert answer(reporting("kpis", "--json", home=home))["hate_incidents"] == 0
    found = {one["check"]: one["state"] for one in answer(reporting("doctor", "--json", home=home))}
    assert found["database"] == found["keys"] == found["spool"] == "ok"
    assert found["outbox"] == found["advisors"] == "look"


def test_the_doctor_finds_what_is_wrong(home: Path) -> None:
    spool = home / "spool" / "x.damaged"
    spool.write_bytes(b"")
    done = reporting("doctor", "--json", home=home)
    assert done.returncode == 1
    assert {"check": "spool", "state": "wrong"}.items() <= json.loads(done.stdout)[-3].items()
    (home / "reporting.db").rename(home / "away.db")
    assert reporting("doctor", home=home).returncode == 1


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        ((), 2),
        (("nonsense",), 2),
        (("cases",), 2),
        (("cases", "show"), 2),
        (("cases", "list", "--limit", "x"), 2),
        (("--help",), 0),
        (("cases", "list", "--help"), 0),
    ],
)
def test_wrong_calls_exit_with_two(arguments: tuple[str, ...], status: int, home: Path) -> None:
    assert reporting(*arguments, home=home).returncode == status


def test_a_wrong_setting_and_a_missing_installation_are_sentences(home: Path, tmp_path: Path) -> None:
    wrong = reporting("kpis", home=home, REPORTING_ENV="staging")
    assert (wrong.returncode, wrong.stderr.count("\n")) == (2, 1) and "REPORTING_ENV" in wrong.stderr
    missing = reporting("kpis", home=tmp_path / "none")
    assert (missing.returncode, missing.stderr.count("\n")) == (2, 1)
    (home / "reporting.db").rename(home / "away.db")
    gone = reporting("kpis", home=home)
    assert (gone.returncode, gone.stderr.count("\n")) == (1, 1)


# -- setup and worker --------------------------------------------------------------------------------------


def test_preparing_again_changes_nothing(settings: Settings) -> None:
    first, second = setup.prepare(settings), setup.prepare(settings)
    assert (first.demo_advisors, second.demo_advisors) == (5, 0)


def test_the_worker_takes_in_an_alarm_and_stops_when_it_is_told(installed: Store, home: Path) -> None:
    import signal
    import time

    from casework.intake.alarm import Alarm
    from casework.intake.spool import spooled, write_spool

    write_spool(home / "spool", installed.keys, Alarm("s" * 32, "m1", "he has a knife"), CHRISTMAS_EVE)
    environment = {**os.environ, "REPORTING_HOME": str(home), "PYTHONPATH": str(REPOSITORY)}
    worker = subprocess.Popen(
        [sys.executable, "-m", "casework.worker"],
        env=environment,
        cwd=home.parent,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        deadline = time.monotonic() + 120
        while spooled(home / "spool") and time.monotonic() < deadline:
            time.sleep(0.1)
        worker.send_signal(signal.SIGTERM)
        _, log = worker.communicate(timeout=120)
    finally:
        worker.kill()
    assert worker.returncode == 0
    assert "taken_in=1" in log and "knife" not in log and "Traceback" not in log
    with installed.read() as db:
        assert len(cases.listed(db)) == 1


# -- messages ----------------------------------------------------------------------------------------------


def test_an_advisor_reads_and_answers_a_reporter(home: Path, installed: Store) -> None:
    with installed.begin() as db:
        reference = cases.create_case(db, a_submission(), CHRISTMAS_EVE).reference
        cases.add_words(db, reference, "When will you come?", labels(), CHRISTMAS_EVE, kind="message")
    assert answer(reporting("cases", "show", reference, "--json", home=home))["messages"][0]["new"]
    assert "When will you come?" in reporting("cases", "show", reference, home=home).stdout
    (read,) = answer(reporting("cases", "messages", reference, "--json", home=home))
    assert (read["author"], read["kind"], read["text"], read["new"]) == (
        "reporter", "message", "When will you come?", True,
    )  # fmt: skip
    assert "(new)" not in reporting("cases", "messages", reference, home=home).stdout
    reporting("cases", "answer", reference, home=home, stdin="On Tuesday.\n")
    reporting("cases", "answer", reference, "--text", "At ten.", home=home)
    with installed.read() as db:
        assert {m["text"] for m in cases.thread(db, reference)} >= {"On Tuesday.", "At ten."}
        assert "read_messages" in [one["act"] for one in accesses(db, reference)]


@pytest.mark.parametrize("command", ["messages", "answer", "confirm-consent"])
def test_a_case_that_is_not_there_is_said(home: Path, command: str) -> None:
    done = reporting("cases", command, "LR-2222-2222", home=home, stdin="hello")
    assert done.returncode == 1 and "no case of this reference" in done.stderr


def test_an_empty_answer_and_a_consent_nobody_needs_are_refused(home: Path, installed: Store) -> None:
    with installed.begin() as db:
        own = cases.create_case(db, a_submission(), CHRISTMAS_EVE).reference
        other = cases.create_case(db, a_submission(reporter_role="on_behalf"), CHRISTMAS_EVE).reference
    assert reporting("cases", "answer", own, home=home, stdin=" \n").returncode == 2
    assert reporting("cases", "confirm-consent", own, home=home).returncode == 1
    assert answer(reporting("cases", "confirm-consent", other, "--json", home=home))["consent_confirmed_by"]
