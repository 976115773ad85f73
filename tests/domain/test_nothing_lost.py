"""What is told beside a wish or a question is kept, and what was said of danger stays said."""

from __future__ import annotations

from copy import deepcopy

import pytest

from casework.cases.parts import split
from casework.conversation.submission import submission_of
from casework.conversation.summary import summary
from tests.domain.talk import Talk

TOLD = "They shout at us on the stairs."


@pytest.mark.parametrize(
    ("question", "words", "said", "asked"),
    [
        ("account", "I'd rather speak to a real person, because I was groped on the stairs", "person", "account_more"),
        ("account", "Can I come back later? My window got smashed again", "", "account_more"),
        ("account", "Sorry, skip this, I was shoved about", "account_kept", "account_more"),
        ("account_more", "Can I come back later? My window got smashed again", "", "account_more"),
        ("relationship_to_them", "can i go back. I got groped by the caretaker too", "went_back", "still_happening"),
        ("still_happening", "who will see this? he spat at my door again yesterday", "ask_who_sees", "still_happening"),
        ("motive", "will he find out? he called me a tranny last week", "ask_will_they_know", "motive"),
    ],
)
def test_what_is_told_beside_a_wish_or_a_question_is_kept(question: str, words: str, said: str, asked: str) -> None:
    talk = Talk().to(question, account=TOLD).say(words)
    assert not said or said in talk.names
    assert not question.startswith("account") or talk.last.pauses or said
    if question.startswith("account"):
        before = "" if question == "account" else f"{TOLD}\n\n"
        assert talk.draft.account == before + words and not talk.draft.also_said
    else:
        assert talk.draft.also_said == [{"question": question, "text": words}]
    assert talk.asked in (asked, "danger_check")


def test_a_wish_beside_words_does_not_replace_an_account_that_is_there() -> None:
    words = "I'd rather speak to a real person, because I was groped on the stairs"
    talk = Talk().to("review", account=TOLD).choose("change:account").say(words)
    assert talk.draft.account == f"{TOLD}\n\n{words}"


@pytest.mark.parametrize("words", ["are racist jokes a hate crime?", "can my name be kept off it", "go back please"])
def test_a_wish_or_a_question_alone_is_no_part_of_the_report(words: str) -> None:
    talk = Talk().to("account").say(words)
    assert talk.asked != "account_more" and not talk.draft.account and not talk.draft.also_said
    assert not Talk().to("motive").say(words).draft.also_said


DOUBT = "some lads on our estate took my bike and one of them said he will stab me if i grass"


@pytest.mark.parametrize("answer", ["yes", "no"])
def test_an_answer_about_danger_stands_and_is_not_asked_for_again(answer: str) -> None:
    talk = Talk().to("account").say(DOUBT)
    assert talk.asked == "danger_check"
    talk.choose(answer)
    for words in ("his name is Lee", "They do it outside the shop."):
        assert talk.say(words).asked == "account_more" and talk.draft.answer("danger_check") == answer
    assert submission_of(talk.draft).labels.urgency == ("emergency" if answer == "yes" else "urgent")
    shown = {entry["name"]: entry for entry in summary(talk.plan, talk.to("review").draft)}
    assert shown["danger_check"]["label"] != shown["danger_now"]["label"]
    assert talk.choose("change:danger_check").asked == "danger_check"


def test_a_new_doubt_is_asked_about_again_until_somebody_said_yes() -> None:
    talk = Talk().to("account").say(DOUBT).choose("no").say("I am scared he will hurt me tonight")
    assert talk.asked == "danger_check"
    assert talk.choose("yes").say("he said he will stab my brother").asked == "account_more"


@pytest.mark.parametrize(("age", "helped"), [("under_13", "help_child_reporter"), ("18_plus", "help_violence")])
def test_a_child_who_is_harmed_gets_help_for_a_child(age: str, helped: str) -> None:
    talk = Talk().to("account", age_group=age)
    talk.say("the lad next door punched me in the face yesterday and said he will do it again")
    assert talk.names == [helped, "account_kept"]


def test_a_flag_that_comes_later_asks_about_danger_while_it_happens_now() -> None:
    talk = Talk().to("review", account="They play music until three.", still_happening="now").choose("more")
    talk.choose("when_who", "harm").to("harm_signs", frequency="skip").choose("injury", "threats")
    assert talk.asked == "danger_check" and talk.choose("no").asked == "impact"
    assert talk.say("he punched my brother last week").choose("skip").asked == "review", "nobody is asked twice"
    talk = Talk().to("motive", account="They play music until three.", still_happening="now")
    assert talk.choose("other", note="he punched my brother last week").asked == "danger_check"


WHO = ("Kelly", "Marsh", "07700")
AS_NAMED = {"identity": "named", "reporter_name": "Kelly Marsh", "contact_method": "phone"}


@pytest.mark.parametrize(
    ("question", "words", "visible"),
    [
        ("identity", "my name is Kelly Marsh, text me on 07700 900456", ""),
        ("identity", "yes you can have my name its Kelly Marsh 07700 900456", ""),
        ("identity", "hes outside my door with a knife, im Kelly 07700 900456", "hes outside my door with a knife"),
        ("identity", "im kelly Marsh they keep shouting at us every night", ""),
        ("contact_method", "kelly Marsh here he is trying to stab me right now", ""),
        ("contact_method", "text me on 07700 900456", ""),
        ("contact_method", "07700 900456", ""),
        ("contact_value", "he is outside my door with a knife! ring me on 07700 900456", "door with a knife!"),
        ("contact_safety", "the Marsh thing when you use 07700 900456", ""),
    ],
)
def test_who_somebody_is_lies_apart_and_goes_when_they_stay_anonymous(question: str, words: str, visible: str) -> None:
    talk = Talk().to(question, **AS_NAMED, contact_value="0151 496 0000").say(words)
    typed, told = f"m{talk.count}", deepcopy(talk)
    talk.to("review", **AS_NAMED, contact_value="skip", contact_safety="skip")
    parts = split(submission_of(talk.draft))
    assert not any(who in str(parts.answers) for who in WHO) and visible in str(parts.answers)
    assert words in str(parts.identity)
    talk = told.choose("anonymous") if told.asked == "identity" else talk.choose("change:identity").choose("anonymous")
    kept = str(talk.draft.to_state()) + str(split(submission_of(talk.draft)))
    assert not any(who in kept for who in WHO) and visible in kept
    assert typed in talk.last.erase and talk.names == ["anonymous_erased"]


def test_words_that_say_only_that_somebody_stays_anonymous_say_of_nothing_deleted() -> None:
    talk = Talk().to("identity").say("I want to stay anonymous please")
    assert talk.names == ["anonymous_now"] and talk.draft.notes["identity"] and not talk.last.erase
