"""Who gets a case at which hour, and in which language it is told."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from casework import cases
from casework.advisors.assign import Needs, assign
from casework.advisors.duty import duty_managers
from casework.advisors.roster import import_roster, read_roster
from casework.store import Store, tables
from casework.triage.languages import CODES, foreign
from tests.domain.conftest import CHRISTMAS_EVE, a_submission, labels, show_case
from tests.domain.test_advisors import staff

NOW = CHRISTMAS_EVE
EMERGENCY = labels("asb", "immediate_danger", urgency="emergency")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def row_of(store: Store, name: str) -> Any:
    with store.read() as db:
        return db.execute(sa.select(tables.advisor).where(tables.advisor.c.name == name)).one()


def made(store: Store, at: datetime = NOW, **values: Any) -> cases.CaseReceipt:
    with store.begin() as db:
        return cases.create_case(db, a_submission(**values), at)


# -- working patterns --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("why", "at", "priority", "works", "absences", "fits"),
    [
        ("there tomorrow", "2026-12-07 10:00", "urgent", ["tue"], [], True),
        ("there today", "2026-12-07 10:00", "urgent", ["mon"], [], True),
        ("today is over", "2026-12-07 18:00", "urgent", ["mon"], [], False),
        ("only after the first clock", "2026-12-07 10:00", "urgent", ["wed", "thu"], [], False),
        ("in time for a standard case", "2026-12-07 10:00", "standard", ["wed", "thu"], [], True),
        ("the weekend between", "2026-12-04 18:00", "urgent", ["mon"], [], True),
        ("absent on the one day", "2026-12-04 18:00", "urgent", ["mon"], [["2026-12-07", "2026-12-07"]], False),
        ("leave begins the day after", "2026-12-04 18:00", "urgent", None, [["2026-12-07", None]], False),
        ("a bank holiday is no day of work", "2026-12-24 18:00", "urgent", ["fri", "mon"], [], False),
        ("everybody is back after the holiday", "2026-12-24 18:00", "urgent", None, [], True),
        ("their day is over", "2026-12-07 13:30", "urgent", ["mon 09:00-13:00"], [], False),
        ("their evening is to come", "2026-12-07 17:30", "urgent", ["mon 12:00-20:00"], [], True),
        ("comes after the first clock", "2026-12-07 18:00", "urgent", ["tue 17:30-20:00"], [], False),
        ("a Saturday of work", "2026-12-04 18:00", "urgent", ["sat 10:00-12:00"], [], True),
    ],
)
def test_the_working_pattern_and_the_first_clock(
    store: Store, why: str, at: str, priority: str, works: Any, absences: Any, fits: bool
) -> None:
    staff(store, {"name": "Part Time", "works": works, "absences": absences})
    with store.begin() as db:
        name = assign(db, Needs(priority=priority), utc(at)).name
    assert (name == "Part Time") is fits, why


# -- emergencies -------------------------------------------------------------------------------------------

ROSTER = """email,from,until
ann@example.org,2026-12-18 17:00,2026-12-21 09:00
bea@example.org,2026-12-21 17:00,2026-12-22 09:00
bea@example.org,2026-12-24 12:00,2026-12-27 09:00
"""
PEOPLE = (
    {"name": "Ann One", "email": "ann@example.org", "open_cases": 50, "works": ["wed"]},
    {"name": "Bea Two", "email": "bea@example.org", "open_cases": 60},
    {"name": "Cal Three"},
    {"name": "Max Manager", "email": "max@example.org", "duty_manager": True},
)


@pytest.fixture
def office(any_store: Store) -> Store:
    with any_store.begin() as db:
        db.execute(tables.advisor.update().values(active=False, duty_manager=False))
    staff(any_store, *PEOPLE)
    with any_store.begin() as db:
        import_roster(db, read_roster(ROSTER))
    return any_store


@pytest.mark.parametrize(
    ("at", "words", "name"),
    [
        ("2026-12-20 03:00", "help", "Ann One"),
        ("2026-12-21 08:59", "help", "Ann One"),
        ("2026-12-21 09:00", "help", "Cal Three"),
        ("2026-12-22 03:00", "help", "Bea Two"),
        ("2026-12-23 03:00", "help", "Max Manager"),
        ("2026-12-25 03:00", "help", "Bea Two"),
        ("2026-12-24 16:59", "help", "Bea Two"),
        ("2026-12-25 03:00", "It is Bea Two", "Max Manager"),
        ("2026-12-25 03:00", "It is Bea Two and Max Manager", "Cal Three"),
    ],
)
def test_an_emergency_goes_to_whoever_is_on_duty_now(office: Store, at: str, words: str, name: str) -> None:
    assert made(office, utc(at), labels=EMERGENCY, answers={"account": words}).advisor == name
    with office.begin() as db:
        stub = cases.raise_stub(db, secrets.token_hex(16), utc(at), flags=("weapon",), words=words)
    assert stub.advisor == name


@pytest.mark.parametrize(
    ("at", "name"),
    [
        ("2026-12-23 12:59", "Cal Three"),  # before the evening's work, with the fewest cases
        ("2026-12-23 18:00", "Eve Evening"),
        ("2026-12-23 20:00", "Max Manager"),
        ("2026-12-19 11:00", "Ann One"),  # whoever the roster names before who is at work
        ("2026-12-16 18:00", "Max Manager"),  # absent
        ("2026-07-25 10:30", "Max Manager"),  # 11:30 in London: summer time
        ("2026-07-25 10:00", "Eve Evening"),
        ("2026-12-26 10:30", "Bea Two"),  # a bank holiday; the roster goes on
    ],
)
def test_an_emergency_goes_to_who_is_at_work_by_their_hours(office: Store, at: str, name: str) -> None:
    hours = ["wed 13:00-20:00", "sat 10:00-11:30"]
    staff(office, {"name": "Eve Evening", "works": hours, "absences": [["2026-12-16", "2026-12-16"]], "open_cases": 9})
    assert made(office, utc(at), labels=EMERGENCY).advisor == name


def test_other_cases_at_night_wait_for_somebody_who_works_the_next_day(office: Store) -> None:
    assert made(office, utc("2026-12-20 03:00"), labels=labels("hate")).advisor == "Cal Three"


def test_without_any_duty_somebody_is_told_all_the_same(store: Store) -> None:
    staff(store, {"name": "Any Body"})
    assert made(store, utc("2026-12-20 03:00"), labels=EMERGENCY).advisor == "Any Body"


def test_the_duty_address_of_the_settings_gets_no_case_about_its_own_person(make_settings: Any, store: Store) -> None:
    staff(store, {"name": "Del Desk", "email": "del@example.org", "duty_manager": True},
          {"name": "Un Trained", "trained": False})  # fmt: skip
    object.__setattr__(store.settings, "duty_manager_email", "del@example.org")
    with store.begin() as db:
        assert assign(db, Needs(trained=True), NOW).name == "Del Desk"
        assert assign(db, Needs(trained=True, texts=("Del Desk did it",)), NOW).name == "Un Trained"
        assert [one.name for one in duty_managers(db, Needs(texts=("Del Desk",)), NOW)] != ["Un Trained"]


TOLD_IN = {
    "ar": "جاري يصرخ على أطفالي كل ليلة ولا أستطيع النوم",
    "ckb": "دراوسێکەم هەموو شەوێک هاوار دەکات بەسەر منداڵەکانمدا",
    "fa": "همسایه من هر شب سر بچه هایم فریاد می کشد و نمی گذارد بخوابیم",
    "pt": "O meu vizinho não para de gritar com os meus filhos todas as noites",
    "ro": "Vecinul meu este foarte rau si nu pot sa dorm noaptea",
    "uk": "Мій сусід щоночі кричить на моїх дітей і я не можу спати",
    "zh": "我的邻居每天晚上对我的孩子大喊大叫",
    "pl": "Sąsiad ciągle krzyczy na moje dzieci i nie mogę spać w nocy",
}


def test_a_report_goes_to_who_speaks_its_language(store: Store) -> None:
    """So does a report that was not sent, and a case that has to move."""
    staff(store, {"name": "Ann One"}, {"name": "Una Quill", "languages": ["en", *TOLD_IN], "open_cases": 50},
          {"name": "Vic Rowe", "languages": ["pl"], "open_cases": 90})  # fmt: skip
    for code, account in TOLD_IN.items():
        name = foreign(account) or ""
        assert CODES[name] == code
        receipt = made(store, foreign_language=name, needs_interpreter=True, answers={"account": account})
        assert receipt.advisor == "Una Quill"
    with store.begin() as db:
        stub = cases.raise_stub(db, secrets.token_hex(16), NOW, words=account, urgency="urgent", message_id="m1")
        cases.add_words(db, receipt.reference, "Una Quill", labels("other"), NOW)
    assert (stub.advisor, show_case(store, receipt.reference)["advisor"]["name"]) == ("Una Quill", "Vic Rowe")
