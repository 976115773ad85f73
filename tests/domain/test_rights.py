"""What people may ask about their data: a copy without third persons, a correction that keeps the original, and
withdrawing, confirmed in a safe way."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from casework import cases
from casework.cases.findings import record_finding
from casework.cases.progress import NotAllowed
from casework.cases.respondents import add_respondent, change_respondent
from casework.privacy.access import accesses
from casework.rights.correction import correct, corrections_of
from casework.rights.export import Export, export_data
from casework.rights.redaction import Redactor
from casework.rights.text import as_text
from casework.rights.withdrawal import confirm_withdrawal, go_on_after_all, withdraw_for
from casework.store import Store, tables
from casework.store.rights_tables import correction
from tests.domain.conftest import CHRISTMAS_EVE, count_rows, labels, make_case, show_case

NOW = CHRISTMAS_EVE
LATER = NOW + timedelta(hours=2)
BY = "a@example.org"
OWN = {
    "identity": "named", "reporter_name": "Sam Sample", "contact_method": "email", "contact_value": "sam@example.org",
    "contact_safety": ["email_ok"], "where_postcode": "12 Elm Road, L36 9YZ",
    "person_responsible": "Kyle Brennan, flat 14",
    "account": "Kyle and his mate Darren Potts threw a brick at 12 Elm Rd. I am Sam, sam@example.org. "
               "Darren lives at 3 Oak Street, L36 1AB and his number is 07700 900999. darren laughed on Monday.",
}  # fmt: skip
OTHERS = ("kyle", "brennan", "darren", "potts", "oak street", "l36 1ab", "900999", "flat 14")


def report(store: Store, **values: Any) -> str:
    return make_case(store, **{"identity": "named", "answers": OWN, **values}).reference


def export(store: Store, *references: str, person: str = "reporter", reason: str = "asked for it") -> Export:
    with store.begin() as db:
        return export_data(db, references, person, BY, LATER, reason)


def test_a_reporter_gets_what_is_theirs_and_nobody_else(any_store: Store) -> None:
    reference = report(any_store)
    with any_store.begin() as db:
        cases.add_words(db, reference, "Kyle Brennan did it again", None, NOW)
        cases.add_message(db, reference, "Thank you, Sam.", BY, LATER)
    found = export(any_store, reference)
    said = json.dumps(found.document, ensure_ascii=False)
    for other in OTHERS:
        assert other not in said.lower(), other
    (case,) = found.document["cases"]
    (told,) = case["reports"]
    assert told["who_you_are"] == {"reporter_name": "Sam Sample", "contact_value": "sam@example.org"}
    assert told["answers"]["account"] == (
        "[name] and his mate [name] threw a brick at 12 Elm Rd. I am Sam, sam@example.org. "
        "[name] lives at [address], [address] and his number is [number]. [name] laughed on Monday."
    )
    assert told["answers"]["where_postcode"] == "12 Elm Road, L36 9YZ"
    assert [line["text"] for line in case["messages"]] == ["[name] did it again", "Thank you, Sam."]
    assert found.document["left_out"]["number"] == 1


def test_the_text_says_the_same_in_words(staffed: Store) -> None:
    text = as_text(export(staffed, report(staffed)).document)
    assert "Your name: Sam Sample" in text and "an email" in text.lower()
    assert not any(other in text.lower() for other in OTHERS)


def test_the_affected_person_does_not_learn_who_reported(any_store: Store) -> None:
    account = "I am Sam Sample, her carer, on 07700 900111. Mary Example was shouted at by Kyle."
    answers = {**OWN, "account": account, "affected_name": "Mary Example", "age_group": "18_plus"}
    reference = report(any_store, answers=answers, reporter_role="on_behalf", notes={"reporter_role": "I am Sam"})
    found = export(any_store, reference, person="affected").document
    said = json.dumps(found).lower()
    for other in ("sam", "sample", "900111", "example.org", "kyle", "brennan"):
        assert other not in said, other
    (told,) = found["cases"][0]["reports"]
    assert told["who_you_are"] == {"affected_name": "Mary Example"}
    assert "Mary Example was shouted at" in told["answers"]["account"]
    assert "age_group" not in told["answers"] and "messages" not in found["cases"][0]


def test_an_export_is_logged_and_needs_a_reason(staffed: Store) -> None:
    reference = report(staffed)
    with pytest.raises(cases.ReasonNeeded):
        export(staffed, reference, reason=" ")
    for person in ("responsible", "affected"):
        with pytest.raises(NotAllowed):
            export(staffed, reference, person=person)
    with pytest.raises(cases.NoCase):
        export(staffed, "LR-0000-0000")
    export(staffed, reference)
    with staffed.read() as db:
        assert [(one["act"], one["who"], one["reason"]) for one in accesses(db, reference)] == [
            ("export", BY, "asked for it")
        ]


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("We saw Darren. Darren ran.", "We saw [name]. [name] ran."),
        ("She called me a Polish cow on Monday", "She called me a Polish cow on Monday"),
        ("HE SHOUTED AND KYLE LAUGHED", "HE SHOUTED AND [name] LAUGHED"),
        ("Mrs O'Hara saw it, and kyle's dog", "Mrs [name] saw it, and [name] dog"),
        ("Sam's door", "Sam's door"),
        ("write to jo@example.org.", "write to [email]."),
        ("", ""),
    ],
)
def test_words_without_others(text: str, clean: str) -> None:
    redactor = Redactor(["Sam Sample"], ["Kyle Brennan"])
    redactor.learn([text])
    assert redactor.clean(text) == clean


def test_what_may_be_a_name_at_the_start_is_named_for_a_person_to_look() -> None:
    redactor = Redactor(["Sam"], [])
    assert redactor.clean("Darren did it.") == "Darren did it."
    assert redactor.doubts == {"Darren"}


# -- correction --------------------------------------------------------------------------------------------


def put_right(store: Store, reference: str, name: str, value: str, reason: str = "rang us") -> None:
    with store.begin() as db:
        correct(db, reference, name, value, BY, LATER, reason)


def test_a_correction_keeps_what_stood_there(any_store: Store) -> None:
    reference, other = report(any_store), report(any_store, answers={**OWN, "contact_value": "sam.s@example.org"})
    put_right(any_store, reference, "contact_value", "Sam.S@example.org")
    put_right(any_store, reference, "where_postcode", "L1 1AA")
    shown = show_case(any_store, reference, reveal=True, reason="x")
    assert shown["identity_details"]["contact_value"] == "Sam.S@example.org"
    assert shown["answers"]["where_postcode"] == "L1 1AA"
    # Both were made at one moment: which comes first is not told.
    assert sorted((one["name"], one["from"], one["to"]) for one in shown["corrections"]) == [
        ("contact_value", "sam@example.org", "Sam.S@example.org"), ("where_postcode", OWN["where_postcode"], "L1 1AA"),
    ]  # fmt: skip
    because = {one["because"]: one["by"] for one in shown["related"][0]["why"]}
    assert shown["related"][0]["reference"] == other and "email" in because["same_reporter"]
    assert "same_place" not in because, "the index follows in the same transaction"
    hidden = json.dumps(show_case(any_store, reference)["corrections"])
    assert "sam@example.org" not in hidden and "L1 1AA" in hidden
    with any_store.read() as db:
        assert db.scalar(sa.select(tables.case_record.c.postcode_district).where(
            tables.case_record.c.reference == reference)) == "L1"  # fmt: skip
        assert all(b"example" not in body for body in db.execute(sa.select(correction.c.body)).scalars())


def test_an_account_is_never_rewritten(staffed: Store) -> None:
    reference = report(staffed)
    put_right(staffed, reference, "account", "It was a stone, no brick.")
    shown = show_case(staffed, reference)
    assert shown["answers"]["account"] == OWN["account"]
    assert shown["corrections"][0]["to"] == "It was a stone, no brick."


def test_an_answer_may_be_taken_away(staffed: Store) -> None:
    reference = report(staffed)
    put_right(staffed, reference, "person_responsible", " ")
    shown = show_case(staffed, reference)
    assert "person_responsible" not in shown["answers"]
    assert shown["corrections"][0]["from"] == OWN["person_responsible"]


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [("motive", "none", "x"), ("contact_value", "a@b.org", " "), ("account", "", "x"), ("risk_flags", "", "x")],
)
def test_what_cannot_be_corrected(staffed: Store, name: str, value: str, reason: str) -> None:
    reference = report(staffed)
    with pytest.raises(NotAllowed):
        put_right(staffed, reference, name, value, reason)
    assert count_rows(staffed, correction) == 0


def test_nobody_makes_an_anonymous_reporter_known(staffed: Store) -> None:
    reference = make_case(staffed).reference
    with pytest.raises(NotAllowed, match="anonymous"):
        put_right(staffed, reference, "reporter_name", "Sam Sample")


def test_becoming_anonymous_forgets_what_stood_there_before_too(any_store: Store) -> None:
    reference = report(any_store)
    put_right(any_store, reference, "contact_value", "new@example.org")
    put_right(any_store, reference, "where_postcode", "L1 1AA")
    with any_store.begin() as db:
        case = db.execute(sa.select(tables.case_record)).one()
        cases.become_anonymous(db, case, LATER)
        assert [one["name"] for one in corrections_of(db, reference, with_identity=True)] == ["where_postcode"]


# -- withdrawing -------------------------------------------------------------------------------------------


def test_a_withdrawal_is_confirmed_with_how_it_was_asked(any_store: Store) -> None:
    reference = report(any_store)
    with pytest.raises(NotAllowed, match="not asked"), any_store.begin() as db:
        confirm_withdrawal(db, reference, BY, LATER, "rang")
    with any_store.begin() as db:
        cases.ask_to_withdraw(db, reference, "please stop", NOW)
    with pytest.raises(NotAllowed, match="how"), any_store.begin() as db:
        confirm_withdrawal(db, reference, BY, LATER, "")
    with any_store.begin() as db:
        assert confirm_withdrawal(db, reference, BY, LATER, "rang the safe number, alone")
    shown = show_case(any_store, reference)
    assert (shown["status"], shown["timeline"][-1]["event"]) == ("withdrawn", "withdrawal_confirmed")
    assert shown["timeline"][-1]["reason"] == "rang the safe number, alone"
    with pytest.raises(NotAllowed, match="already"), any_store.begin() as db:
        confirm_withdrawal(db, reference, BY, LATER, "rang again")


def test_a_withdrawal_never_ends_a_safeguarding_concern(any_store: Store) -> None:
    reference = report(any_store, labels=labels("asb", "child_at_risk", urgency="urgent"))
    with any_store.begin() as db:
        assert not withdraw_for(db, reference, BY, LATER, "told me at the door")
    shown = show_case(any_store, reference)
    assert (shown["status"], shown["withdrawal_asked"]) == ("new", True)
    assert shown["timeline"][-1]["detail"] == {"goes_on": "safety"}


def test_what_an_advisor_was_told_withdraws_and_goes_on(staffed: Store) -> None:
    reference = report(staffed)
    with staffed.begin() as db:
        assert withdraw_for(db, reference, BY, NOW, "told me at the door")
    assert show_case(staffed, reference)["status"] == "withdrawn"
    with staffed.begin() as db:
        go_on_after_all(db, reference, BY, LATER, "their partner had asked for it")
    shown = show_case(staffed, reference)
    assert (shown["status"], shown["withdrawal_asked"]) == ("new", False)
    with pytest.raises(cases.NoCase), staffed.begin() as db:
        withdraw_for(db, "LR-0000-0000", BY, LATER, "x")


# -- whoever was complained about --------------------------------------------------------------------------


def test_a_respondent_gets_what_is_theirs_and_not_who_complained(any_store: Store) -> None:
    reference = report(any_store, labels=labels("hate", strands=("age",)))
    told = {"contact": "07700 900456", "account": "Sam Sample at 12 Elm Road, sam@example.org, hates me. Keith saw it.",
            "needs": "an interpreter", "support": "mediation with Mr Sample", "outcome": "a warning"}  # fmt: skip
    with any_store.begin() as db:
        key, other = (add_respondent(db, reference, name, BY, NOW) for name in ("Kyle Brennan", "Keith Canary"))
        for field, text in told.items():
            change_respondent(db, reference, key, field, text, BY, NOW)
        change_respondent(db, reference, key, "account", "I, Kyle Brennan, did nothing, ask Sam.", BY, LATER)
        change_respondent(db, reference, other, "account", "canary-of-the-other", BY, NOW)
        record_finding(db, reference, "possible_malicious", "yes", "canary-why", BY, NOW)
        found = export_data(db, [reference], "respondent", BY, LATER, "asked for it", key[:8])
    (case,) = found.document["cases"]
    assert case["who_you_are"] == {"name": "Kyle Brennan", "contact": "07700 900456"}
    assert case["what_was_recorded"] == {"account": "I, Kyle Brennan, did nothing, ask [name].", "needs": told["needs"],
                                         "support": "mediation with Mr [name]", "outcome": "a warning"}  # fmt: skip
    assert case["before"]["account"][0]["was"] == "[name] at [address], [email], hates me. [name] saw it."
    said = json.dumps(found.document) + as_text(found.document)
    for word in ("sam", "sample", "elm", "canary", 'hate"', "brick", "keith", "malicious", "darren"):
        assert word not in said.lower().replace("hates me", ""), word
    assert "Support that was offered to you: mediation with Mr [name]" in said
    with pytest.raises(NotAllowed, match="which respondent"):
        export(any_store, reference, person="respondent")


def test_a_reporter_s_copy_says_nothing_of_the_other_side(any_store: Store) -> None:
    reference = report(any_store)
    with any_store.begin() as db:
        key = add_respondent(db, reference, "Kyle Brennan", BY, NOW)
        change_respondent(db, reference, key, "account", "canary-their-account", BY, NOW)
        record_finding(db, reference, "possible_malicious", "yes", "canary-why", BY, NOW)
        record_finding(db, reference, "staff_safety", "risk", "canary-dog", BY, NOW)
    found = export(any_store, reference)
    said = (json.dumps(found.document) + as_text(found.document)).lower()
    for word in ("canary", "malicious", "staff_safety", "respondent", "finding", "brennan"):
        assert word not in said, word
