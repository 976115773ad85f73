"""Who answers for a case: always somebody, by name, and never somebody who should not."""

from __future__ import annotations

import io
import random
import secrets
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from casework import cases, clocks
from casework.advisors.assign import Needs, assign, is_absent
from casework.advisors.files import BadFile, import_advisors, listed, read_advisors
from casework.advisors.naming import names_advisor
from casework.store import Db, Store, tables
from tests.domain.conftest import CHRISTMAS_EVE, a_submission, labels

NOW = CHRISTMAS_EVE


def staff(store: Store, *people: dict[str, Any]) -> None:
    rows = [
        {"id": secrets.token_hex(16), "name": "Ann Lee", "email": f"{secrets.token_hex(4)}@example.org",
         "trained": True, "duty_manager": False, "areas": [], "languages": [], "absences": [], "works": None,
         "active": True, "demo": False, "open_cases": 0, "assigned_at": None, **person}
        for person in people
    ]  # fmt: skip
    with store.begin() as db:
        db.execute(tables.advisor.insert(), rows)


def chosen(store: Store, **needs: Any) -> str:
    with store.begin() as db:
        return assign(db, Needs(**needs), NOW).name


HERE = {"name": "Here Nearby", "areas": ["L36"]}
FAR = {"name": "Far Away", "areas": ["L14"]}
ANYWHERE = {"name": "Any Where"}
UNTRAINED = {"name": "Not Trained", "trained": False}
AWAY = {"name": "On Leave", "absences": [["2026-12-20", "2026-12-24"]]}
BACK = {"name": "Just Back", "absences": [["2026-12-01", "2026-12-23"]]}
LEFT = {"name": "Has Left", "active": False}
BUSY = {"name": "Very Busy", "open_cases": 9}
POLISH = {"name": "Speaks Polish", "languages": ["pl"], "open_cases": 5}
DUTY = {"name": "Duty Person", "duty_manager": True}

CASES: list[tuple[str, list[dict[str, Any]], dict[str, Any], str]] = [
    ("own area first", [ANYWHERE, FAR, HERE], {"district": "L36"}, "Here Nearby"),
    ("one without areas before one of another area", [FAR, ANYWHERE], {"district": "L36"}, "Any Where"),
    ("another area before nobody", [FAR, DUTY], {"district": "L36"}, "Far Away"),
    ("the smaller load", [BUSY, ANYWHERE], {}, "Any Where"),
    ("language before area and load", [HERE, POLISH], {"district": "L36", "language": "pl"}, "Speaks Polish"),
    ("training where it is needed", [UNTRAINED, BUSY], {"trained": True}, "Very Busy"),
    ("no training where it is not", [UNTRAINED, BUSY], {}, "Not Trained"),
    ("never the absent", [AWAY, BUSY], {}, "Very Busy"),
    ("back is back", [BACK, BUSY], {}, "Just Back"),
    ("never those who left", [LEFT, BUSY], {}, "Very Busy"),
    ("never the named", [ANYWHERE, BUSY], {"texts": ["Any Where let him in"]}, "Very Busy"),
    ("the duty manager where nobody is trained", [UNTRAINED, DUTY], {"trained": True}, "Duty Person"),
    ("the duty manager where all are absent", [AWAY, DUTY], {}, "Duty Person"),
    ("the duty desk where nobody is left", [AWAY], {}, "Duty manager"),
    (
        "the duty desk where the duty manager is named",
        [DUTY],
        {"texts": ["Duty Person hit me"]},
        "Duty manager",
    ),
    ("the duty desk where there are no advisors", [], {}, "Duty manager"),
]


@pytest.mark.parametrize(("why", "people", "needs", "name"), CASES, ids=[case[0] for case in CASES])
def test_who_is_chosen(store: Store, why: str, people: list[dict[str, Any]], needs: dict[str, Any], name: str) -> None:
    if people:
        staff(store, *people)
    assert chosen(store, **needs) == name


def test_the_load_is_shared(store: Store) -> None:
    staff(store, {"name": "A One"}, {"name": "B Two"}, {"name": "C Three"})
    names = [chosen(store) for _ in range(9)]
    assert {name: names.count(name) for name in names} == {"A One": 3, "B Two": 3, "C Three": 3}


@pytest.mark.parametrize(
    ("name", "text", "about_staff", "named"),
    [
        ("Priya Nair", "Priya Nair was rude to me", False, True),
        ("Priya Nair", "it was PRIYA  NAIR", False, True),
        ("Priya Nair", "that Mrs Nair from the office", False, True),
        ("Priya Nair", "Priya Nayr shouted", False, True),
        ("Priya Nair", "Nair's car", False, True),
        ("Priya Nair", "someone called Priya", False, False),
        ("Priya Nair", "someone called Priya from Livv", False, True),
        ("Priya Nair", "someone called Priya", True, True),
        ("Priya Nair", "write to p.nair@example.org", False, True),
        ("Marta Zielińska", "marta zielinska did it", False, True),
        ("Łukasz O’Neil", "it was o'neil", False, True),
        ("Sam Okafor (demo)", "okafor", False, True),
        ("Sam Okafor (demo)", "a demo", False, False),
        ("Ann Lee", "my neighbour plays music", False, False),
        ("Ann Lee", "they were sleeping", False, False),
        ("Tom Hale", "the hallway", False, False),
    ],
)
def test_whether_a_report_names_somebody(name: str, text: str, about_staff: bool, named: bool) -> None:
    assert names_advisor(name, "p.nair@example.org", [text], about_staff) is named


@pytest.mark.parametrize(
    ("absences", "absent"),
    [
        ([], False), ([["2026-12-24", "2026-12-24"]], True), ([["2026-12-25", None]], False),
        ([["2026-12-01", None]], True), ([[None, "2026-12-23"]], False), ([[None, "2026-12-24"]], True),
    ],
)  # fmt: skip
def test_absence_counts_whole_days(absences: list[list[str | None]], absent: bool) -> None:
    assert is_absent(absences, NOW.date()) is absent


def test_ten_thousand_cases_are_never_without_an_owner(store: Store) -> None:
    """With advisors that come and go, are untrained, absent, or named: the pick itself, 10,000 times."""
    rng = random.Random(20261224)
    staff(store, *(
        {"name": f"First{n} Last{n}", "trained": rng.random() < 0.5, "active": rng.random() < 0.8,
         "areas": rng.choice([[], ["L36"], ["L14"]]), "absences": rng.choice([[], [["2026-12-24", None]]])}
        for n in range(8)
    ))  # fmt: skip
    with store.begin() as db:
        known = {row.id: row for row in db.execute(sa.select(tables.advisor))}
        for _ in range(10_000):
            named = f"Last{rng.randrange(8)}"
            needs = Needs(
                trained=rng.random() < 0.5,
                district=rng.choice(["L36", "L14", None]),
                texts=(f"it was {named}",),
            )
            owner = assign(db, needs, NOW)
            row = known.get(owner.id)
            if row is not None:
                assert row.active and not row.absences and not row.name.endswith(named)
                assert row.trained or not needs.trained
            else:
                assert owner.name == "Duty manager"


def test_a_hate_report_about_an_advisor_goes_to_another(store: Store) -> None:
    staff(store, {"name": "Pat Brown", "areas": ["L36"]}, {"name": "Kim Green"})
    report = a_submission(labels=labels("hate"), answers={"account": "x", "person_responsible": "Pat Brown",
                                                         "where_postcode": "L36"})  # fmt: skip
    with store.begin() as db:
        assert cases.create_case(db, report, NOW).advisor == "Kim Green"


def test_a_whole_report_that_names_the_stubs_advisor_moves_it(store: Store) -> None:
    staff(store, {"name": "Pat Brown"}, {"name": "Kim Green", "open_cases": 5})
    key = secrets.token_hex(16)
    with store.begin() as db:
        assert cases.raise_stub(db, key, NOW, flags=("weapon",), words="help").advisor == "Pat Brown"
        clocks.meet_clock(db, db.scalar(sa.select(tables.case_record.c.reference)), "alert", "Pat Brown", NOW)
        made = cases.create_case(
            db,
            a_submission(submission_id=key, answers={"account": "It was Pat Brown"}),
            NOW + timedelta(hours=1),
        )
        loads = {row.name: row.open_cases for row in db.execute(sa.select(tables.advisor))}
        assert alerted(db) == ["Kim Green"], "what Pat Brown acknowledged is not settled"
        clocks.meet_clock(db, made.reference, "alert", "Kim Green", NOW)
        assert alerted(db) == []
    assert made.advisor == "Kim Green"
    assert (loads["Pat Brown"], loads["Kim Green"]) == (0, 6)


def test_who_is_named_later_gets_no_more_of_what_waited_for_them(store: Store) -> None:
    staff(
        store,
        {"name": "Pat Brown"},
        {"name": "Kim Green", "open_cases": 5},
        {"name": "Alex Grey", "duty_manager": True},
    )
    key = secrets.token_hex(16)
    with store.begin() as db:
        cases.raise_stub(db, key, NOW, flags=("immediate_danger",), words="help")
        told = {"account": "It was Pat Brown and Alex Grey"}
        made = cases.create_case(db, a_submission(submission_id=key, answers=told), NOW + timedelta(hours=1))
        found = sa.select(tables.advisor.c.name).join(tables.outbox, tables.outbox.c.advisor_id == tables.advisor.c.id)
        waiting = set(db.execute(found.where(tables.outbox.c.state == "pending")).scalars())
    assert made.advisor == "Kim Green" and waiting == {"Kim Green"}


def alerted(db: Db) -> list[str]:
    """Who is alerted at once, until somebody acknowledges."""
    waiting = (tables.outbox.c.kind == "alert", tables.outbox.c.state == "pending")
    found = sa.select(tables.advisor.c.name).join(tables.outbox, tables.outbox.c.advisor_id == tables.advisor.c.id)
    at_once = tables.outbox.c.next_at == tables.outbox.c.created_at
    return list(db.execute(found.where(*waiting, at_once).order_by(tables.advisor.c.name)).scalars())


def test_danger_that_appears_later_is_sent_to_whoever_is_on_duty_too(any_store: Store) -> None:
    """Not to those whom the report names, nor to those whose shift is over."""
    later = NOW + timedelta(hours=3)
    ends = {"Cora Nightly": 4, "Dana Doorstep": 4, "Hugo Homely": 1}
    staff(any_store, *({"id": name[0] * 32, "name": name, "open_cases": 9} for name in ends))
    with any_store.begin() as db:
        db.execute(tables.duty_shift.insert(), [
            {"id": name[0] * 32, "advisor_id": name[0] * 32, "starts_at": NOW, "ends_at": NOW + timedelta(hours=hours)}
            for name, hours in ends.items()
        ])  # fmt: skip
        made = cases.create_case(db, a_submission(), NOW)
        danger = labels("asb", "immediate_danger", urgency="emergency")
        cases.add_words(db, made.reference, "Dana Doorstep is back with a knife", danger, later)
        assert alerted(db) == sorted(["Cora Nightly", made.advisor])
        clocks.meet_clock(db, made.reference, "acknowledge", "Cora Nightly", later)
        cases.add_words(db, made.reference, "thank you", labels("other"), later)
        assert alerted(db) == []


# -- files -------------------------------------------------------------------------------------------------

GOOD = """name,email,trained,duty_manager,areas,languages,absent_from,absent_until
Jo Hill,Jo.Hill@example.org,yes,no,l36 L34;L35,en; pl,2026-12-24,
Ed Moss,ed@example.org,no,yes,,,,
"""


def test_advisors_come_from_a_file(staffed: Store) -> None:
    with staffed.begin() as db:
        done = import_advisors(db, read_advisors(io.StringIO(GOOD)))
        found = {one["name"]: one for one in listed(db) if one["active"]}
    assert (done.added, done.changed, done.demo_retired) == (2, 0, 5)
    assert set(found) == {"Jo Hill", "Ed Moss"}
    assert found["Jo Hill"]["areas"] == ["L36", "L34", "L35"]
    assert found["Jo Hill"]["absences"] == [["2026-12-24", None]]


def test_the_same_file_again_changes_and_adds_nothing(store: Store) -> None:
    with store.begin() as db:
        import_advisors(db, read_advisors(io.StringIO(GOOD)))
        done = import_advisors(db, read_advisors(io.StringIO(GOOD.replace("Jo Hill", "Jo Hall"))))
        assert (done.added, done.changed) == (0, 2)
        assert [one["name"] for one in listed(db)] == ["Ed Moss", "Jo Hall"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "missing: name, email"),
        ("name\nJo\n", "missing: email"),
        ("name,email,colour\nJo,j@example.org,red\n", "Unknown column: colour"),
        ("name,email\n", "no advisors"),
        ("name,email\n,j@example.org\n", "Line 2: the name"),
        ("name,email\nJo,nobody\n", "Line 2: that is no e-mail"),
        ("name,email,trained\nJo,j@example.org,perhaps\n", "Line 2: trained is yes or no"),
        ("name,email,areas\nJo,j@example.org,Huyton\n", "Line 2: areas are postcode districts"),
        ("name,email,absent_from\nJo,j@example.org,Monday\n", "Line 2: dates are written"),
        ("name,email,absent_from,absent_until\nJo,j@example.org,2026-12-24,2026-12-01\n", "ends before"),
        ("name,email\nJo,j@example.org\nEd,J@example.org\n", "there twice"),
        ("name,email\nJo,j@example.org,x\n", "more cells"),
    ],
)
def test_a_bad_file_is_refused_with_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(BadFile, match=sentence):
        read_advisors(io.StringIO(text))
