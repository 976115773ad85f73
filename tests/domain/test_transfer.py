"""Giving a case to somebody else: by a person, or where the owner is named or lacks the training."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from casework import cases
from casework.advisors.naming import names_advisor
from casework.advisors.transfer import NotTransferred, transfer
from casework.cases import progress
from casework.cases.relabel import change_label
from casework.cases.thread import NoCase
from casework.related.joining import join_report
from casework.store import Store, tables
from tests.domain.conftest import a_submission, labels, show_case
from tests.domain.test_advisors import staff
from tests.domain.test_cli import answer, home, installed, reporting
from tests.domain.test_duty import EMERGENCY, NOW, made, office, row_of, utc

__all__ = ["home", "installed", "office"]


# -- who is named ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "text", "named"),
    [
        ("Priya Nair", "Nair, Priya", True),
        ("Priya Nair", "it was Nayr Priya", True),
        ("Anne-Marie Smith-Jones", "Anne Marie Smith Jones", True),
        ("Anne-Marie Smith-Jones", "Mrs Smith-Jones", True),
        ("Anne-Marie Smith-Jones", "Anne-Marie Smith", True),
        ("Anne-Marie Smith-Jones", "Bob Smith", False),
        ("Łukasz O’Neil", "Lukasz ONeil", True),
        ("Łukasz O’Neil", "the Oneils", False),
        ("José García", "Jose Garcia's dog", True),
        ("Tom Hale", "Tom Haile hates me", True),
        ("Ann Lee", "I see Ann", False),
        ("Duty manager", "the manager", True),
    ],
)
def test_names_in_either_order_and_spelling(name: str, text: str, named: bool) -> None:
    assert names_advisor(name, "", [text]) is named


@pytest.mark.parametrize(
    ("responsible", "named"),
    [("Priya", True), ("priya from the office", True), ("Priya Patel", False), ("her name is Priya.", True),
     ("PRIYA", True), ("Sam Priya", True), ("priyanka", False)],
)  # fmt: skip
def test_a_first_name_as_the_person_responsible(store: Store, responsible: str, named: bool) -> None:
    staff(store, {"name": "Priya Nair"}, {"name": "Kim Green", "open_cases": 5})
    found = made(store, answers={"account": "x", "person_responsible": responsible}).advisor
    assert (found == "Kim Green") is named


def test_the_duty_desk_is_a_role_that_nobody_names(store: Store) -> None:
    staff(store, {"name": "Un Trained", "trained": False})
    found = made(store, labels=labels("hate"), answers={"account": "the shop manager shouted"})
    assert found.advisor == "Duty manager"


def test_words_that_name_the_owner_move_the_case(office: Store) -> None:
    reference = made(office).reference
    assert show_case(office, reference)["advisor"]["name"] == "Cal Three"
    with office.begin() as db:
        cases.add_words(db, reference, "It was Cal Three from your office", labels(), NOW, message_id="m9")
        told = set(db.execute(
            sa.select(tables.outbox.c.advisor_id).where(tables.outbox.c.state == "pending")).scalars())  # fmt: skip
    case = show_case(office, reference)
    assert case["advisor"]["name"] in ("Ann One", "Bea Two")
    assert case["timeline"][-1]["detail"]["because"] == "named"
    assert (row_of(office, "Cal Three").open_cases, row_of(office, "Cal Three").id in told) == (0, False)


def test_words_of_a_stub_that_name_its_owner_move_it(office: Store) -> None:
    key, night = secrets.token_hex(16), utc("2026-12-20 03:00")
    with office.begin() as db:
        assert cases.raise_stub(db, key, night, flags=("weapon",), words="help").advisor == "Ann One"
        again = cases.raise_stub(db, key, night, flags=("weapon",), words="it is Ann One", message_id="m2")
    assert again.advisor == "Max Manager"


def test_a_case_that_comes_to_need_training_moves_to_somebody_who_has_it(office: Store) -> None:
    """Also by an advisor's own act, and by a report that is joined; not against a person's reasoned choice."""
    with office.begin() as db:
        db.execute(tables.advisor.update().where(tables.advisor.c.name == "Cal Three").values(trained=False))
    by_words, by_flag, by_category, by_joining, named, chosen = (made(office).reference for _ in range(6))
    kept = made(office, labels=labels("hate")).reference
    hate, hers = (
        made(office, NOW + timedelta(days=1), labels=labels(category), answers={"account": words}).reference
        for category, words in (("hate", "x"), ("asb", "It was Cal Three"))
    )
    give(office, kept, "Cal Three", "leave", "she knows the street")
    with office.begin() as db:
        others = tables.case_record.update().where(tables.case_record.c.reference != kept)
        db.execute(others.values(advisor_id=_id(db, "Cal Three")))
    later = NOW + timedelta(days=1)
    with office.begin() as db:
        cases.add_words(db, by_words, "my son", labels("asb", "child_at_risk"), later)
        change_label(db, by_flag, "risk_flags", "exploitation", "jo", later, "seen")
        change_label(db, by_category, "category", "hate", "jo", later, "seen")
        join_report(db, hate, by_joining, "jo", later)
        join_report(db, hers, named, "jo", later)
        change_label(db, chosen, "asb_types", "noise", "jo", later, "seen")
        cases.add_words(db, kept, "thank you", labels("other"), later)
    for reference, because in (
        (by_words, "training"), (by_flag, "training"), (by_category, "training"), (by_joining, "training"),
        (named, "named"), (chosen, None), (kept, None),
    ):  # fmt: skip
        case = show_case(office, reference)
        moved = [line["detail"]["because"] for line in case["timeline"] if "because" in line.get("detail", {})]
        assert moved == ([because] if because else []), because
        assert (case["advisor"]["name"] == "Cal Three") is (because is None)
    with office.begin() as db:
        cases.add_words(db, hers, "and Ann One, and Bea Two", labels("other"), later)
    assert show_case(office, named)["advisor"]["name"] == "Max Manager"


def test_an_alert_goes_to_no_duty_manager_who_is_named_or_has_left(office: Store) -> None:
    """Nor to one who is away; the address of the settings is behind them."""
    staff(
        office,
        {"name": "Lea Left", "duty_manager": True, "active": False},
        {"name": "Abe Away", "duty_manager": True, "absences": [["2026-12-20", None]]},
    )

    def alerted(words: str) -> set[str]:
        reference = made(office, labels=EMERGENCY, answers={"account": words}).reference
        names = sa.select(tables.advisor.c.name).join(tables.outbox, tables.outbox.c.advisor_id == tables.advisor.c.id)
        with office.read() as db:
            return set(db.execute(names.where(
                tables.outbox.c.kind == "alert", tables.outbox.c.case_reference == reference)).scalars())  # fmt: skip

    assert alerted("help") == {"Bea Two", "Max Manager"}
    assert alerted("It was Max Manager") == {"Bea Two"}, "nobody reads a desk without an address"
    object.__setattr__(office.settings, "duty_manager_email", "desk@example.org")
    assert alerted("It was Max Manager") == {"Bea Two", "Duty manager"}
    object.__setattr__(office.settings, "duty_manager_email", "max@example.org")
    assert alerted("It was Max Manager") == {"Bea Two"}


# -- transfer ----------------------------------------------------------------------------------------------


def give(store: Store, reference: str, to: str, reason: str = "leave", override: str = "") -> None:
    with store.begin() as db:
        transfer(db, reference, _id(db, to), "cli:jo", NOW, reason, override)


def _id(db: Any, name: str) -> str:
    found: str = db.scalar(sa.select(tables.advisor.c.id).where(tables.advisor.c.name == name))
    return found


def test_a_transfer_tells_the_new_owner_and_stands_in_the_timeline(office: Store) -> None:
    reference = made(office).reference
    give(office, reference, "Bea Two")
    case = show_case(office, reference)
    assert case["advisor"]["name"] == "Bea Two"
    line = case["timeline"][-1]
    assert (line["event"], line["by"], line["reason"]) == ("reassigned", "cli:jo", "leave")
    assert (row_of(office, "Bea Two").open_cases, row_of(office, "Cal Three").open_cases) == (61, 0)
    with office.read() as db:
        rows = db.execute(sa.select(tables.outbox.c.advisor_id, tables.outbox.c.state)).all()
    assert {(row.advisor_id == row_of(office, "Bea Two").id, row.state) for row in rows} == {
        (True, "pending"), (False, "done"),
    }  # fmt: skip


def test_an_alert_that_nobody_answered_goes_on_with_the_new_owner(office: Store) -> None:
    reference = made(office, labels=EMERGENCY).reference
    give(office, reference, "Cal Three")
    with office.read() as db:
        alerted = db.execute(sa.select(tables.outbox.c.advisor_id).where(
            tables.outbox.c.kind == "alert", tables.outbox.c.state == "pending", tables.outbox.c.way == "mail"
        )).scalars().all()  # fmt: skip
        assert set(alerted) >= {_id(db, "Cal Three")} and _id(db, "Bea Two") not in alerted


@pytest.mark.parametrize(
    ("change", "answers", "code"),
    [
        ({"trained": False}, {}, "untrained"),
        ({"absences": [["2026-12-20", None]]}, {}, "absent"),
        ({"absences": [["2026-12-25", None]], "works": ["fri"]}, {}, "away"),
        ({}, {"person_responsible": "Dee Four"}, "named"),
        ({}, {"account": "Four, Dee did nothing"}, "named"),
    ],
)
def test_only_to_somebody_who_fits_or_with_a_reason_all_the_same(
    office: Store, change: dict[str, Any], answers: dict[str, str], code: str
) -> None:
    staff(office, {"name": "Dee Four", "open_cases": 900, **change})
    late = utc("2026-12-24 17:30")
    reference = made(office, late, labels=labels("hate"), answers={"account": "x", **answers}).reference
    with pytest.raises(NotTransferred) as refused, office.begin() as db:
        transfer(db, reference, _id(db, "Dee Four"), "cli:jo", late, "leave")
    assert refused.value.against == (code,)
    with office.begin() as db:
        transfer(db, reference, _id(db, "Dee Four"), "cli:jo", late, "leave", "she knows the street")
    line = show_case(office, reference)["timeline"][-2]
    assert (line["event"], line["detail"], line["reason"]) == (
        "fit_overridden", {"against": code}, "she knows the street",
    )  # fmt: skip


def test_what_is_no_transfer(office: Store) -> None:
    reference = made(office).reference
    with office.begin() as db:
        db.execute(tables.advisor.update().where(tables.advisor.c.name == "Ann One").values(active=False))
    for to, reason, override in (("Bea Two", " ", ""), ("Ann One", "x", "y"), ("Cal Three", "x", ""), ("No", "x", "")):
        with pytest.raises(NotTransferred):
            give(office, reference, to, reason, override)
    with pytest.raises(NoCase):
        give(office, "LR-2222-2222", "Bea Two")
    with pytest.raises(progress.NotAllowed), office.begin() as db:
        progress.hand_over(db, reference, _id(db, "Ann One"), "cli:jo", NOW, "leave")
    assert show_case(office, reference)["advisor"]["name"] == "Cal Three"


def test_a_closed_case_is_no_load_when_it_is_transferred(office: Store) -> None:
    reference = made(office).reference
    closing = dict.fromkeys(progress.CLOSING_FIELDS, "x")
    with office.begin() as db:
        progress.close(db, reference, "jo", NOW + timedelta(days=1), closing, satisfaction=4)
    give(office, reference, "Bea Two")
    assert row_of(office, "Bea Two").open_cases == 60


def test_the_command_transfers(home: Path, installed: Store) -> None:
    with installed.begin() as db:
        receipt = cases.create_case(db, a_submission(labels=labels("hate")), datetime.now(UTC))
    call = ("cases", "transfer", receipt.reference)
    tom, other = "tom.halewood@demo.invalid", "alex.whitfield@demo.invalid"
    refused = reporting(*call, "--to", tom, "--reason", "canary", home=home)
    assert refused.returncode == 2 and "untrained" in refused.stderr and "--override" in refused.stderr
    done = reporting(*call, "--to", tom, "--reason", "x", "--override", "y", "--json", home=home)
    assert answer(done)["advisor"]["email"] == tom
    assert reporting(*call, "--to", "nobody@example.org", "--reason", "x", home=home).returncode == 2
    nowhere = ("cases", "transfer", "LR-2222-2222", "--to", other, "--reason", "x")
    assert reporting(*nowhere, home=home).returncode == 1
