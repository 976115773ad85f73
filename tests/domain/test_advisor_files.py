"""Advisors and duty rosters from the files that people have: each mistake by its line, and all or nothing."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from casework.advisors.csvfile import BadFile, read_text
from casework.advisors.files import import_advisors, listed, read_advisors
from casework.advisors.pattern import BadPattern, read_pattern
from casework.advisors.roster import gaps, import_roster, read_roster, shifts
from casework.privacy import Keys
from casework.settings import load_settings
from casework.store import Store
from tests.domain.test_advisors import staff
from tests.domain.test_cli import answer, home, installed, reporting

__all__ = ["home", "installed"]

COMMAS = "name,email,trained,areas,works\nJo Hill,jo@example.org,yes,L36 L34,mon-wed\nŁucja Góra,l@example.org,no,,\n"
SEMICOLONS = COMMAS.replace(",", ";")


@pytest.mark.parametrize(
    "data",
    [
        COMMAS.encode(), COMMAS.encode("utf-8-sig"), SEMICOLONS.encode(), SEMICOLONS.encode("utf-8-sig"),
        ("sep=;\r\n" + SEMICOLONS.replace("\n", "\r\n")).encode("utf-8-sig"), COMMAS.replace("\n", "\r\n").encode(),
        COMMAS.replace(",", "\t").encode(), COMMAS.replace("name,email", "Name , E-Mail ").replace("E-Mail", "EMAIL")
        .encode(), (COMMAS + "\n,,,,\n").encode(), COMMAS.replace("L36 L34", '"L36,L34"').encode(),
    ],
    ids=["plain", "mark", "semicolons", "semicolons and mark", "sep line", "crlf", "tabs", "headings", "empty rows",
         "quoted commas"],
)  # fmt: skip
def test_a_file_reads_the_same_however_it_was_saved(data: bytes, tmp_path: Path) -> None:
    file = tmp_path / "advisors.csv"
    file.write_bytes(data)
    rows = read_advisors(read_text(file))
    assert [(row["name"], row["email"], row["trained"]) for row in rows] == [
        ("Jo Hill", "jo@example.org", True), ("Łucja Góra", "l@example.org", False),
    ]  # fmt: skip
    assert (rows[0]["areas"], rows[0]["works"], rows[1]["works"]) == (["L36", "L34"], ["mon", "tue", "wed"], None)


def test_every_mistake_is_named_by_its_line_and_no_word_of_the_file_is_repeated() -> None:
    text = (
        "name,email,trained,works\n"
        "Jo canary,jo@example.org,yes,\n"
        ",x@example.org,yes,\n"
        '"Two\nlines",two@example.org,perhaps,\n'
        "Ed,canary,no,\n"
        "Ed,ed@example.org,no,someday\n"
        "Ed,ed@example.org,no,mon,extra\n"
    )
    with pytest.raises(BadFile) as bad:
        read_advisors(text)
    assert [problem.line for problem in bad.value.problems] == [3, 4, 6, 7, 8]
    assert "canary" not in str(bad.value)


def test_an_address_that_is_there_twice_names_both_lines() -> None:
    with pytest.raises(BadFile, match="Line 4: .* line 2"):
        read_advisors("name,email\nJo,j@example.org\nEd,e@example.org\nJo,J@Example.org\n")


@pytest.mark.parametrize("data", [b"name,email\nJos\xe9,j@example.org\n", b"\xff\xfen\x00", b"a" * 5_000_001])
def test_a_file_in_another_encoding_is_refused_with_a_sentence(data: bytes, tmp_path: Path) -> None:
    file = tmp_path / "advisors.csv"
    file.write_bytes(data)
    with pytest.raises(BadFile):
        read_text(file)


def test_columns_that_are_not_in_the_file_leave_what_is_known(store: Store) -> None:
    with store.begin() as db:
        import_advisors(db, read_advisors(COMMAS))
        import_advisors(db, read_advisors("name,email\nJo Hall,jo@example.org\n"))
        jo = next(one for one in listed(db) if one["email"] == "jo@example.org")
    assert (jo["name"], jo["areas"], jo["trained"]) == ("Jo Hall", ["L36", "L34"], True)


def test_who_leaves_with_open_cases_is_counted(store: Store) -> None:
    staff(store, {"name": "Has Cases", "email": "has@example.org", "open_cases": 2})
    with store.begin() as db:
        done = import_advisors(db, read_advisors("name,email,active\nHas Cases,has@example.org,no\n"))
    assert (done.changed, done.left_with_cases) == (1, 1)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("mon-wed fri", "mon tue wed fri"), ("Monday to Thursday", "mon tue wed thu"), ("sat,sun", "sat sun"),
        ("fri-mon", "mon fri sat sun"), ("Tues; Thurs", "tue thu"), ("", ""), ("wed – fri", "wed thu fri"),
    ],
)  # fmt: skip
def test_working_patterns(text: str, days: str) -> None:
    assert read_pattern(text) == days.split()


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("Mon 9-17, Thu 12-20", ["mon 09:00-17:00", "thu 12:00-20:00"]),
        ("thu 12-20 mon 9-17", ["mon 09:00-17:00", "thu 12:00-20:00"]),
        ("mon-tue, sat 9.30-13", ["mon 09:30-13:00", "tue 09:30-13:00", "sat 09:30-13:00"]),
        ("Mon: 9am to 5.30 pm", ["mon 09:00-17:30"]),
        ("Monday 0900–1230 13:15–17:00", ["mon 09:00-12:30", "mon 13:15-17:00"]),
        ("mon 9-12, mon 11-14, mon 14-15", ["mon 09:00-15:00"]),
        ("sun 0-24", ["sun 00:00-24:00"]),
        ("fri 12am-12pm", ["fri 00:00-12:00"]),
    ],
)
def test_working_patterns_with_hours(text: str, times: list[str]) -> None:
    assert read_pattern(text) == times


@pytest.mark.parametrize(
    "text",
    [
        "someday", "mon-tue-wed", "m", "monkey", "1-5", "9-17 mon", "mon 9", "mon 9-5", "mon 22-6", "mon 9-25",
        "mon 9:60-17", "mon 13pm-15", "mon 9-12-17", "mon 9-17, tue", "mon ²-17",
    ],
)  # fmt: skip
def test_what_is_no_working_pattern(text: str) -> None:
    with pytest.raises(BadPattern):
        read_pattern(text)


def test_wrong_hours_are_named_by_their_line_and_nothing_is_half_done(store: Store) -> None:
    text = "name,email,works\nJo,jo@example.org,Mon 9-17\nEd,ed@example.org,Mon 17-9\nAl,al@example.org,Mon 9-17 Tue\n"
    with pytest.raises(BadFile) as bad, store.begin() as db:
        import_advisors(db, read_advisors(text))
    assert [problem.line for problem in bad.value.problems] == [3, 4]
    with store.read() as db:
        assert listed(db) == []


# -- the roster --------------------------------------------------------------------------------------------

NIGHTS = """email;from;until
ann@example.org;18/12/2026 17:00;21/12/2026 09:00
bea@example.org;2026-12-21 17:00;2026-12-22 09:00
"""
FRIDAY = datetime(2026, 12, 18, 12, tzinfo=UTC)


def rostered(store: Store, text: str = NIGHTS) -> None:
    with store.begin() as db:
        import_roster(db, read_roster(text))


@pytest.fixture
def two(any_store: Store) -> Store:
    staff(any_store, {"name": "Ann One", "email": "ann@example.org"}, {"name": "Bea Two", "email": "bea@example.org"})
    return any_store


def test_a_roster_is_shifts_and_the_gaps_between_them(two: Store) -> None:
    rostered(two)
    with two.read() as db:
        assert [(one["name"], one["until"] - one["from"]) for one in shifts(db, FRIDAY)] == [
            ("Ann One", timedelta(hours=64)), ("Bea Two", timedelta(hours=16)),
        ]  # fmt: skip
        found = [(gap.starts_at.hour, gap.ends_at - gap.starts_at) for gap in gaps(db, FRIDAY, timedelta(days=3.5))]
    assert found == [(12, timedelta(hours=5)), (9, timedelta(hours=8))]


def test_the_same_roster_again_replaces_itself_and_leaves_other_weeks(two: Store) -> None:
    rostered(two)
    rostered(two)
    rostered(two, "email,from,until\nbea@example.org,2026-12-28 17:00,2026-12-29 09:00\n")
    with two.read() as db:
        assert len(shifts(db, FRIDAY)) == 3


def test_a_shift_over_the_change_of_the_clocks_is_an_hour_longer_or_shorter() -> None:
    text = (
        "email,from,until\na@example.org,2026-10-24 17:00,2026-10-25 09:00\n"
        "a@example.org,2027-03-27 17:00,2027-03-28 09:00\na@example.org,2026-10-25 01:30,2026-10-25 01:30\n"
    )
    lengths = [row["ends_at"] - row["starts_at"] for _, row in read_roster(text)]
    assert lengths == [timedelta(hours=17), timedelta(hours=15), timedelta(hours=1)]


def test_a_roster_with_mistakes_changes_nothing(two: Store) -> None:
    staff(two, {"name": "Not Trained", "email": "un@example.org", "trained": False})
    rostered(two)
    times = "2026-12-22 17:00;2026-12-23 09:00\n"
    wrong = f"{NIGHTS}nobody@example.org;{times}un@example.org;{times}"
    with pytest.raises(BadFile) as bad:
        rostered(two, wrong)
    assert [problem.line for problem in bad.value.problems] == [4, 5]
    for text in ("email,from\n", "email,from,until\n", NIGHTS.replace("21/12/2026 09:00", "18/12/2026 09:00"),
                 NIGHTS.replace("21/12", "31/12"), NIGHTS.replace("17:00", "five")):  # fmt: skip
        with pytest.raises(BadFile):
            read_roster(text)
    with two.read() as db:
        assert len(shifts(db, FRIDAY)) == 2


# -- the commands ------------------------------------------------------------------------------------------


def test_a_bad_line_imports_nothing_and_is_named(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "advisors.csv"
    file.write_text("name;email\nJo Hill;jo@example.org\nEd;canary\n;x@example.org\n", encoding="utf-8-sig")
    done = reporting("advisors", "import", str(file), home=home)
    assert (done.returncode, done.stdout) == (2, "")
    lines = done.stderr.splitlines()
    assert [line.split(":")[1].strip() for line in lines[:2]] == ["Line 3", "Line 4"] and "canary" not in done.stderr
    names = {one["name"] for one in answer(reporting("advisors", "list", "--json", home=home)) if one["active"]}
    assert "Jo Hill" not in names and len(names) == 5


def test_a_file_written_by_a_program_comes_in_whole_and_the_roster_after_it(home: Path, tmp_path: Path) -> None:
    file, roster = tmp_path / "advisors.csv", tmp_path / "roster.csv"
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out, delimiter=";")
        writer.writerow(["name", "email", "trained", "duty_manager"])
        writer.writerows([f"First{n} Last{n}", f"a{n}@example.org", "yes", "no"] for n in range(300))
    assert answer(reporting("advisors", "import", str(file), "--json", home=home))["added"] == 300
    roster.write_text("email,from,until\na7@example.org,2099-01-01 00:00,2099-01-02 00:00\n")
    assert answer(reporting("advisors", "roster", str(roster), "--json", home=home)) == {"shifts": 1}
    found = json.loads(reporting("advisors", "duty", "--json", home=home).stdout)
    assert [one["email"] for one in found["shifts"]] == ["a7@example.org"] and len(found["gaps"]) == 1
    assert reporting("advisors", "roster", str(file), home=home).returncode == 2
    assert reporting("advisors", "duty", home=home).returncode == 0


def test_an_import_that_breaks_off_leaves_nothing(home: Path) -> None:
    store = Store(load_settings(_env_file=None, home=home, env="test"), Keys.load(home))
    rows = read_advisors(COMMAS)
    with pytest.raises(ZeroDivisionError), store.begin() as db:
        import_advisors(db, rows, lambda: 1 // 0)  # type: ignore[arg-type,return-value]
    with store.read() as db:
        assert not {"jo@example.org", "l@example.org"} & {one["email"] for one in listed(db)}
