"""Changing an answer: what stands in the field meanwhile, and naming the answer in one's own words."""

from __future__ import annotations

import pytest

from casework.conversation import views
from tests.domain.talk import ORDINARY, Talk

NAMED = {"identity": "named", "reporter_name": "Sam Sample", "contact_method": "email"}


def in_the_field(talk: Talk) -> str:
    """What stands in the field of the open question before anything is typed."""
    shown = views.question_json(talk.asked, talk.draft)
    return str(shown and shown["given"])


def test_a_doubtful_contact_stays_in_the_field_and_is_taken_the_second_time() -> None:
    talk = Talk().to("contact_value", **NAMED)
    assert in_the_field(talk) == ""
    talk.say("sam at home")
    assert talk.asked == "contact_value" and talk.names == ["check_contact_email"]
    assert in_the_field(talk) == "sam at home"
    assert talk.say("sam at home").draft.answer("contact_value") == "sam at home"
    assert "sam at home" not in str(views.question_json("contact_value", talk.draft))


def test_a_doubtful_contact_goes_with_the_rest_when_the_report_becomes_anonymous() -> None:
    talk = Talk().to("contact_value", **NAMED).say("sam at home")
    doubted = f"m{talk.count}"
    skipped = f"m{talk.choose('skip', note='sam at home').count}"
    talk.to("review").choose("change:identity").choose("anonymous")
    assert "sam" not in str(talk.draft.to_state()).casefold() and {doubted, skipped} <= set(talk.last.erase)


def test_an_answer_in_words_stands_in_the_field_while_it_is_changed() -> None:
    talk = Talk().to("review")
    assert in_the_field(talk.choose("change:where_postcode")) == "L36 9YZ"
    assert in_the_field(talk.say("L36 6AB").choose("change:account")) == ORDINARY["account"]
    talk.say("a " * 1999).say("b " * 1999).choose("done")
    # One message could not hold it.
    assert in_the_field(talk.choose("change:account")) == ""


def test_an_answer_taken_from_the_account_can_be_changed() -> None:
    talk = Talk().to("review", account="Last night the lad next door smashed my window again.", urgent_repair="no")
    assert in_the_field(talk.choose("change:happened_when")) == "Last night"
    assert talk.say("on Sunday").asked == "review" and talk.draft.answer("happened_when") == "on Sunday"


@pytest.mark.parametrize(
    ("words", "opened"),
    [
        ("change my postcode", "where_postcode"),
        ("i want to change my age", "age_group"),
        ("change an answer", "review"),
    ],
)
def test_an_answer_to_change_can_be_named_in_words(words: str, opened: str) -> None:
    assert Talk().to("review").say(words, ("change_answer", 0.99)).asked == opened
