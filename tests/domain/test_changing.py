"""Changing an answer: what stands in the field meanwhile, and naming the answer in one's own words."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path

import pytest
import yaml

from casework.conversation import views
from casework.conversation.called import named_answers, wants_change
from casework.conversation.plain import Said
from tests.domain.talk import ORDINARY, Talk

WORDS: dict[str, dict[str, list[str]]] = yaml.safe_load(
    (Path(__file__).parent / "changing_words.yml").read_text(encoding="utf-8")
)
ON_THE_WAY = {
    "identity": "named", "reporter_name": "Sam Sample", "contact_method": "phone", "contact_value": "0151 496 0000",
    "contact_safety": "phone_ok",
}  # fmt: skip
FOR_HER = {
    "reporter_role": "on_behalf", "affected_consent": "no", "affected_at_risk": "yes", "affected_name": "Ann",
    "affected_contact_ok": "only_me", "no_consent_reason": "she is worried what they say",
}  # fmt: skip
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


def test_an_answer_that_was_told_stays_open_to_change_for_a_child_in_need() -> None:
    told = "my stepdad hit me last night with a belt and im scared of him"
    talk = Talk().to("account", age_group="13_17").say(told).to("review")
    assert talk.draft.has("happened_when") and talk.choose("change:happened_when").asked == "happened_when"
    # What was never asked is not asked now.
    assert talk.choose("skip").say("change how often it happens").asked == "review"


@pytest.mark.parametrize("name", ["identity", "account", "motive"])
def test_an_answer_that_was_opened_can_be_kept(name: str) -> None:
    talk = Talk().to("review").choose(f"change:{name}")
    before = talk.draft.answer(name)
    shown = views.question_json(name, talk.draft)
    assert shown and shown["kept"]
    kept = deepcopy(talk).choose("keep")
    assert (kept.asked, kept.draft.answer(name)) == ("review", before)
    assert name == "identity" or talk.say("keep my answer as it is").asked == "review"
    assert talk.draft.answer(name) == before


# --- named in one's own words, at the review ---

REPORTS = {"self": ON_THE_WAY, "rep": ON_THE_WAY | FOR_HER, "anon": {}}


@pytest.fixture(scope="module")
def reviews() -> dict[str, Talk]:
    """Three reports that wait to be sent."""
    return {who: Talk().to("review", **answers) for who, answers in REPORTS.items()}


@pytest.mark.parametrize(("who", "opened"), [(who, opened) for who, by in WORDS.items() for opened in by], ids=str)
def test_an_answer_to_change_is_named_in_words(reviews: dict[str, Talk], who: str, opened: str) -> None:
    found = {}
    for words in WORDS[who][opened]:
        talk = deepcopy(reviews[who]).say(words)
        stays = "which" if "change_which" in talk.names else "none"
        found[words] = talk.last.ends or (stays if talk.asked == "review" else talk.asked)
    assert {words: where for words, where in found.items() if where != opened} == {}


def test_every_answer_is_opened_by_what_the_review_calls_it() -> None:
    talk = Talk()
    listed = [question for question in talk.plan.questions if question.review and question.name != "danger_check"]
    assert len(listed) > 30
    for question in listed:
        for name in (*(each.name for each in listed), "danger_check"):
            talk.draft.answers.setdefault(name, "x")
        named = named_answers(talk.plan, talk.draft, f"please chnage {question.review}", anew=False)
        assert wants_change(Said(f"change {question.review}"))
        assert named == [question.name] or named == ["danger_check"], question.name


def test_danger_is_never_swallowed_by_a_wish_to_change(reviews: dict[str, Talk]) -> None:
    talk = deepcopy(reviews["self"]).say("the address is wrong, hes outside my door with a knife")
    assert "card" in talk.names and talk.asked == "review" and "weapon" in talk.draft.flags
    talk = deepcopy(reviews["self"]).say("change my name i dont want to live anymore")
    assert "suicide_self_harm" in talk.draft.flags


def test_what_it_should_be_is_kept_and_goes_where_it_says_who_somebody_is(reviews: dict[str, Talk]) -> None:
    talk = deepcopy(reviews["self"]).say("the date is wrong, it was thursday not tuesday")
    assert talk.draft.also_said[-1]["text"].endswith("thursday not tuesday") and talk.asked == "happened_when"
    assert talk.names == ["noted"] and talk.say("thursday").asked == "review"
    talk = deepcopy(reviews["self"]).say("my number should be 07700 900123")
    typed = f"m{talk.count}"
    assert "07700" not in str(talk.draft.to_state())
    assert typed in talk.choose("skip").choose("change:identity").choose("anonymous").last.erase


def test_elsewhere_only_what_was_answered_is_opened() -> None:
    assert Talk().to("motive").say("i put the wrong age, can i change it").asked == "age_group"
    assert Talk().to("motive").say("i want to change the postcode").asked == "still_happening"
