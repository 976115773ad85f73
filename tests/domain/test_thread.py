"""Coming back: messages both ways, additions, withdrawal, contact, and the alert that says nothing."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from casework import cases
from casework.cases import records
from casework.cases.progress import NotAllowed, change_status, close, confirm_consent
from casework.outbox.letters import Letter
from casework.store import Store, relation_tables, tables
from casework.triage import triage
from tests.domain.conftest import CHRISTMAS_EVE, NAMED, count_rows, labels, make_case, show_case
from tests.domain.posting import deliver_mail

NOW = CHRISTMAS_EVE
LATER = NOW + timedelta(hours=2)
EMAIL = cases.Wish("email", "sam@example.org", ("email_ok",), alert=True)


def wrote(store: Store, reference: str, words: str, minutes: int = 0, **more: Any) -> bool:
    with store.begin() as db:
        return cases.add_words(db, reference, words, triage(words), LATER + timedelta(minutes=minutes), **more)


def status_of(store: Store, reference: str) -> str:
    with store.read() as db:
        found: str = db.scalar(sa.select(tables.case_record.c.status))
        return found


def kinds_out(store: Store) -> list[str]:
    with store.read() as db:
        return list(db.execute(sa.select(tables.outbox.c.kind).order_by(tables.outbox.c.kind)).scalars())


def contact(store: Store, reference: str, wish: cases.Wish | None) -> None:
    with store.begin() as db:
        case = records.locked(db, reference)
        if wish is None:
            cases.become_anonymous(db, case, LATER)
        else:
            cases.change_contact(db, case, wish, LATER)


def dump(store: Store) -> str:
    with store.engine.connect() as connection:
        return "\n".join(connection.connection.driver_connection.iterdump())  # type: ignore[union-attr]


# --- messages ---


@pytest.mark.parametrize("identity", ["anonymous", "named"])
def test_messages_go_both_ways_and_are_new_until_they_are_read(any_store: Store, identity: str) -> None:
    answers = NAMED if identity == "named" else {"account": "x"}
    reference = make_case(any_store, identity=identity, answers=answers).reference
    assert wrote(any_store, reference, "When will you come?", kind="message", message_id="m1")
    assert not wrote(any_store, reference, "When will you come?", kind="message", message_id="m1")
    assert wrote(any_store, reference, "It was on the second floor.", minutes=1)
    case = show_case(any_store, reference)
    assert [(m["author"], m["kind"], m["new"]) for m in case["messages"]] == [
        ("reporter", "message", True), ("reporter", "addition", True),
    ]  # fmt: skip
    with any_store.begin() as db:
        cases.add_message(db, reference, "On Tuesday.", "cli:test", LATER + timedelta(minutes=2))
    assert not any(m["new"] for m in show_case(any_store, reference)["messages"])
    with any_store.begin() as db:
        assert [m["new"] for m in cases.thread(db, reference)] == [False, False, True]
        assert cases.mark_read(db, reference, "reporter", LATER) == 1
        assert not any(m["new"] for m in cases.thread(db, reference))
    assert {"message_received", "words_added"} <= set(kinds_out(any_store))


def test_messages_are_sealed(staffed: Store) -> None:
    reference = make_case(staffed).reference
    wrote(staffed, reference, "canary-words")
    with staffed.begin() as db:
        cases.add_message(db, reference, "canary-answer", "cli:test", LATER)
        cases.ask_to_withdraw(db, reference, "canary-reason", LATER)
    assert "canary" not in dump(staffed)


def test_an_empty_answer_and_an_unknown_case_are_refused(staffed: Store) -> None:
    reference = make_case(staffed).reference
    with pytest.raises(cases.EmptyMessage), staffed.begin() as db:
        cases.add_message(db, reference, " \n", "cli:test", NOW)
    for act in (cases.take_back_withdrawal, lambda db, ref, now: cases.add_message(db, ref, "x", "t", now)):
        with pytest.raises(cases.NoCase), staffed.begin() as db:
            act(db, "LR-2222-2222", NOW)


def test_additions_raise_and_never_lower(any_store: Store) -> None:
    reference = make_case(any_store, labels=labels("asb")).reference
    wrote(any_store, reference, "He called me a dirty foreigner and said he will stab me.")
    raised = show_case(any_store, reference)
    assert raised["category"] == "hate" and "threat_of_harm" in raised["risk_flags"]
    wrote(any_store, reference, "It is all fine now, there was no hate at all.")
    after = show_case(any_store, reference)
    for label in ("category", "risk_flags", "urgency", "priority"):
        assert after[label] == raised[label]


# --- withdrawal ---


def test_withdrawing_keeps_everything_and_can_be_taken_back(any_store: Store) -> None:
    reference = make_case(any_store).reference
    before = show_case(any_store, reference)
    with any_store.begin() as db:
        assert cases.ask_to_withdraw(db, reference, "I would rather not.", LATER, "w1")
        assert not cases.ask_to_withdraw(db, reference, "I would rather not.", LATER, "w1")
    case = show_case(any_store, reference)
    assert (case["status"], case["withdrawal_asked"]) == ("withdrawn", True)
    assert case["clocks"][:-1] == before["clocks"] and case["answers"] == before["answers"]
    assert case["clocks"][-1]["name"] == "close_withdrawn"
    assert "withdrawal_asked" in kinds_out(any_store)
    with any_store.begin() as db:
        assert cases.take_back_withdrawal(db, reference, LATER + timedelta(minutes=1))
        assert not cases.take_back_withdrawal(db, reference, LATER + timedelta(minutes=2))
    case = show_case(any_store, reference)
    assert (case["status"], case["withdrawal_asked"]) == ("new", False)


@pytest.mark.parametrize(
    "more",
    [
        {"labels": labels("asb", "child_at_risk", urgency="urgent")},
        {"labels": labels("asb", "domestic_abuse", urgency="urgent")},
        {"labels": labels("asb", "immediate_danger", urgency="emergency")},
        {"safeguarding_basis": True},
        {"under_18": True},
    ],
)
def test_a_withdrawal_ends_no_safeguarding_concern(staffed: Store, more: dict[str, Any]) -> None:
    reference = make_case(staffed, **more).reference
    with staffed.begin() as db:
        cases.ask_to_withdraw(db, reference, "", LATER)
    case = show_case(staffed, reference)
    assert (case["status"], case["withdrawal_asked"]) == ("new", True)
    assert all(clock["met_at"] is None for clock in case["clocks"])


def test_danger_after_a_withdrawal_brings_the_case_back(staffed: Store) -> None:
    reference = make_case(staffed).reference
    with staffed.begin() as db:
        cases.ask_to_withdraw(db, reference, "", LATER)
    wrote(staffed, reference, "Thank you for everything.")
    assert status_of(staffed, reference) == "withdrawn"
    wrote(staffed, reference, "he is at my door with a knife now", flags=("weapon",), urgency="emergency")
    case = show_case(staffed, reference)
    assert (case["status"], case["priority"]) == ("new", "emergency")
    assert {"by": "program", "event": "status", "detail": {"from": "withdrawn", "to": "new"}}.items() <= next(
        line for line in case["timeline"] if line["by"] == "program" and line["event"] == "status"
    ).items()


def test_an_advisor_closes_a_withdrawn_case_or_goes_on_with_it(staffed: Store) -> None:
    first, second = (make_case(staffed).reference for _ in range(2))
    with staffed.begin() as db:
        for reference in (first, second):
            cases.ask_to_withdraw(db, reference, "", LATER)
        with pytest.raises(NotAllowed):
            change_status(db, first, "new", "advisor", LATER)
        change_status(db, first, "in_progress", "advisor", LATER)
        said = {"review_with_reporter": "x", "support_signposted": "x", "learning": "x", "satisfaction_not_asked": "x"}
        close(db, second, "advisor", LATER, said)
        cases.ask_to_withdraw(db, second, "", LATER)
    assert show_case(staffed, first)["status"] == "in_progress"
    assert show_case(staffed, second)["status"] == "closed"


def test_consent_is_confirmed_only_for_somebody_else(staffed: Store) -> None:
    own, other = make_case(staffed).reference, make_case(staffed, reporter_role="on_behalf").reference
    with staffed.begin() as db:
        confirm_consent(db, other, "cli:test", LATER)
        with pytest.raises(NotAllowed):
            confirm_consent(db, own, "cli:test", LATER)
    assert show_case(staffed, other)["consent_confirmed_by"] == "cli:test"


# --- contact ---


def test_contact_can_be_changed(any_store: Store) -> None:
    reference = make_case(any_store, identity="named", answers=NAMED, notes={"contact_safety": "canary-note"}).reference
    wish = cases.Wish("text", "07700 900123", ("text_ok", "phone_ok"), note="after six", name="Al")
    contact(any_store, reference, wish)
    case = show_case(any_store, reference, reveal=True, reason="test")
    assert case["contact"] == {"method": "text", "safe": ["phone_ok", "text_ok"]}
    assert case["identity_details"] == {
        "reporter_name": "Al", "contact_value": "07700 900123", "contact_safety": "after six",
        "affected_name": "canary-affected",
    }  # fmt: skip
    assert case["answers"]["contact_method"] == "text" and "contact_changed" in kinds_out(any_store)
    contact(any_store, reference, cases.Wish("text", safe=("nothing_safe", "text_ok")))
    case = show_case(any_store, reference, reveal=True, reason="test")
    assert case["contact"]["safe"] == ["nothing_safe"]
    assert case["identity_details"]["contact_value"] == "07700 900123"
    contact(any_store, reference, cases.Wish("none"))
    assert "contact_value" not in show_case(any_store, reference, reveal=True, reason="test")["identity_details"]


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        (cases.Wish("pigeon"), "method"),
        (cases.Wish("email"), "value"),
        (cases.Wish("email", "a@b.cd", ("shout",)), "safe"),
    ],
)
def test_a_wish_that_cannot_be_kept_changes_nothing(staffed: Store, wish: cases.Wish, code: str) -> None:
    reference = make_case(staffed, identity="named", answers=NAMED).reference
    before = show_case(staffed, reference)["contact"]
    with pytest.raises(cases.ContactError) as refused:
        contact(staffed, reference, wish)
    assert refused.value.code == code and show_case(staffed, reference)["contact"] == before


def test_becoming_anonymous_erases_name_and_contact(any_store: Store) -> None:
    reference = make_case(
        any_store, identity="named", answers=NAMED, notes={"contact_safety": "canary-note", "account": "kept"},
        also_said=[{"question": "contact_value", "text": "canary-said"}, {"question": "motive", "text": "kept-said"}],
    ).reference  # fmt: skip
    contact(any_store, reference, None)
    case = show_case(any_store, reference, reveal=True, reason="test")
    assert (case["identity"], case["contact"]) == ("anonymous", None)
    # Who it happened to, and what was told, are no part of who told it.
    assert case["identity_details"] == {"affected_name": "canary-affected"}
    shown = json.dumps(case)
    for gone in ("canary-name", "canary-contact", "canary-note", "canary-said", "voicemail_ok"):
        assert gone not in shown, gone
    for kept in ("canary-account", "kept-said"):
        assert kept in shown, kept
    with any_store.read() as db:
        subjects = set(db.execute(sa.select(relation_tables.blind_index.c.subject)).scalars())
    assert subjects.isdisjoint({"reporter"})


def test_an_anonymous_reporter_may_give_a_contact_later(staffed: Store) -> None:
    reference = make_case(staffed).reference
    contact(staffed, reference, EMAIL)
    case = show_case(staffed, reference, reveal=True, reason="test")
    assert (case["identity"], case["identity_details"]) == ("named", {"contact_value": "sam@example.org"})
    contact(staffed, reference, None)
    assert count_rows(staffed, tables.identity_details) == 0


# --- the alert to the reporter ---


def outgoing(store: Store) -> list[Letter]:
    letters: list[Letter] = []
    deliver_mail(store, LATER + timedelta(hours=1), letters.append)
    return [letter for letter in letters if letter.kind == "alert"]


def answer(store: Store, reference: str) -> None:
    with store.begin() as db:
        cases.add_message(db, reference, "canary-answer", "cli:test", LATER)


def test_an_alert_says_nothing_and_goes_only_where_it_was_asked_for(any_store: Store) -> None:
    reference = make_case(any_store).reference
    contact(any_store, reference, EMAIL)
    answer(any_store, reference)
    answer(any_store, reference)
    (letter,) = outgoing(any_store)
    assert (letter.to, letter.subject) == ("sam@example.org", "There is something for you.")
    assert letter.text == "There is something for you. Use your code.\n"
    assert reference not in f"{letter.key} {letter.reference}" and "report" not in letter.key
    assert outgoing(any_store) == []


@pytest.mark.parametrize(
    "wish",
    [
        None,
        cases.Wish("email", "sam@example.org", ("email_ok",)),
        cases.Wish("email", "sam@example.org", ("phone_ok",), alert=True),
        cases.Wish("email", "sam@example.org", ("email_ok", "nothing_safe"), alert=True),
        cases.Wish("phone", "07700 900123", ("email_ok",), alert=True),
    ],
)
def test_nothing_is_pushed_to_anybody_who_did_not_ask(staffed: Store, wish: cases.Wish | None) -> None:
    reference = make_case(staffed, identity="named", answers=NAMED).reference
    contact(staffed, reference, wish)
    answer(staffed, reference)
    assert outgoing(staffed) == []


def test_an_alert_that_waits_does_not_leave_when_the_wish_has_changed(staffed: Store) -> None:
    reference = make_case(staffed).reference
    contact(staffed, reference, EMAIL)
    answer(staffed, reference)
    contact(staffed, reference, None)
    assert outgoing(staffed) == outgoing(staffed) == []


# --- the migration ---


def test_upgrading_keeps_what_was_added_before(any_store: Store) -> None:
    from alembic import command

    from casework.store.migrate import _config

    def migrate(step: Any, revision: str) -> None:
        with any_store.begin() as db:
            config = _config()
            config.attributes["connection"] = db.connection
            step(config, revision)

    reference = make_case(any_store).reference
    wrote(any_store, reference, "It was a Tuesday.")
    migrate(command.downgrade, "0001")
    with any_store.read() as db:
        assert db.scalar(sa.text("SELECT kind FROM message")) == "words"
    any_store.upgrade()
    (kept,) = show_case(any_store, reference)["messages"]
    assert (kept["kind"], kept["text"], kept["new"]) == ("addition", "It was a Tuesday.", True)
