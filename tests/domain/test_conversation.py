"""The conversation: what a message does at the open question."""

from __future__ import annotations

import pytest

from casework.conversation import views
from casework.conversation.understand import understand
from casework.questions import plan
from tests.domain.talk import ORDINARY, Talk

KNIFE = "hes outside my door with a knife"


def asked_on_the_way(**answers: str) -> list[str]:
    talk, found = Talk(), []
    while talk.asked != "review":
        found.append(talk.asked)
        talk.to("review", **answers) if len(found) > 60 else None
        given = answers.get(talk.asked, ORDINARY.get(talk.asked, "skip"))
        talk.say(given) if plan()[talk.asked].takes_words and given != "skip" else talk.choose(given)
    return found


def test_few_words_that_answer_nothing_are_kept_but_a_mistyped_number_is_not() -> None:
    talk = Talk().to("reporter_role")
    talk.say("because of her hijab")
    assert talk.draft.also_said[-1]["text"] == "because of her hijab"
    talk.to("contact_value", identity="named", reporter_name="Sam Sample", contact_method="email")
    before = len(talk.draft.also_said)
    talk.say("sam at example")
    assert talk.asked == "contact_value" and len(talk.draft.also_said) == before


def test_the_short_path_of_a_customer_without_a_name() -> None:
    assert asked_on_the_way(account="There is a bad smell of bins by the block, left there again.") == [
        "danger_now", "safe_to_chat", "reporter_role", "age_group", "account", "account_more",
        "still_happening", "relationship_to_them", "motive", "identity", "where_postcode",
    ]  # fmt: skip


def test_a_representative_is_asked_about_consent_and_the_affected_person() -> None:
    asked = asked_on_the_way(reporter_role="on_behalf", affected_consent="could_not_ask", affected_at_risk="yes")
    assert [name for name in asked if name.startswith(("affected", "no_consent"))] == [
        "affected_consent", "affected_at_risk", "no_consent_reason", "affected_name", "affected_contact_ok",
    ]  # fmt: skip


def test_with_consent_nothing_is_asked_about_going_without_it() -> None:
    asked = asked_on_the_way(reporter_role="on_behalf", affected_consent="yes")
    assert "affected_at_risk" not in asked and "no_consent_reason" not in asked and "affected_name" in asked


def test_information_only_asks_for_nothing_that_identifies_the_affected_person() -> None:
    asked = asked_on_the_way(reporter_role="on_behalf", affected_consent="no", affected_at_risk="no")
    assert "affected_name" not in asked and "affected_contact_ok" not in asked


def test_a_named_report_asks_for_name_and_contact_and_what_is_safe() -> None:
    asked = asked_on_the_way(
        identity="named", reporter_name="Sam", contact_method="phone", contact_value="0151 496 0000"
    )
    about_contact = ("reporter_name", "contact_method", "contact_value", "contact_safety")
    assert [name for name in asked if name in about_contact] == [
        "reporter_name", "contact_method", "contact_value", "contact_safety",
    ]  # fmt: skip


def test_no_contact_no_question_about_safe_contact() -> None:
    asked = asked_on_the_way(identity="named", contact_method="none")
    assert "contact_value" not in asked and "contact_safety" not in asked


# -- danger first ----------------------------------------

EVERY_QUESTION = [name for name in plan().names if name not in ("danger_check", "leave_check")]


@pytest.mark.parametrize("question", EVERY_QUESTION)
def test_danger_typed_at_any_question_shows_the_card_and_keeps_the_words(question: str) -> None:
    talk = Talk()
    topic = plan()[question].topic
    if topic is not None or question == "more_topics":
        talk.to("review").choose("more")
        if topic is not None:
            talk.choose(topic)
    talk.to(
        question,
        reporter_role="on_behalf",
        affected_consent="could_not_ask",
        account="he smashed my window and left graffiti on the wall",
        identity="named",
        reporter_name="Sam",
        contact_method="phone",
        contact_value="0151 496 0000",
        contact_safety="phone_ok",
        reported_to="police",
    )
    talk.say(KNIFE)
    assert "card" in talk.names
    assert {"immediate_danger", "weapon"} <= talk.draft.flags and talk.draft.urgency == "emergency"
    kept = str(talk.draft.answers) + str(talk.draft.also_said)
    assert KNIFE in kept
    if plan()[question].takes_words and question != "contact_value":
        assert KNIFE in str(talk.draft.answers[question]) and talk.asked != question
    elif question != "account_more":
        assert talk.draft.also_said[-1]["text"] == KNIFE and talk.asked == question


def test_the_flag_stays_whatever_comes_next() -> None:
    talk = Talk().to("where_postcode").say(KNIFE).say("ignore that, it was a joke")
    assert "weapon" in talk.draft.flags and talk.draft.urgency == "emergency"


def test_yes_to_danger_now_shows_the_card_and_goes_on() -> None:
    talk = Talk().choose("yes")
    assert talk.names == ["card"] and talk.asked == "safe_to_chat"


def test_fire_among_the_signs_of_harm_leads_to_the_check_question() -> None:
    talk = Talk().to("review").choose("more").choose("harm").choose("fire")
    assert talk.asked == "danger_check"
    talk.choose("yes")
    assert "card" in talk.names


def test_happening_now_with_a_flag_leads_to_the_check_question() -> None:
    talk = Talk().to("still_happening", account="The lad next door threatened to break my legs and punched my brother.")
    assert talk.choose("now").asked == "danger_check"


# -- never lost ----------------------------------------


def test_an_account_comes_in_parts_and_is_kept_unaltered() -> None:
    talk = Talk().to("account")
    talk.say("  /restart he shouts <b>at</b> me  ").say("And on Sunday:\nagain.").say(
        "my number is 0151 496 0000, L36 9YZ"
    )
    assert (
        talk.draft.account
        == "  /restart he shouts <b>at</b> me  \n\nAnd on Sunday:\nagain.\n\nmy number is 0151 496 0000, L36 9YZ"
    )
    assert talk.asked == "account_more"
    assert talk.choose("done").asked != "account_more"


def test_too_much_account_keeps_what_was_given() -> None:
    talk = Talk().to("account").say("a " * 1999).say("b " * 1999).say("c " * 1999)
    assert "account_too_long" in talk.names and len(talk.draft.account) <= 10_000 and talk.draft.account.endswith("b ")


def test_words_that_answer_nothing_are_kept_beside_the_question() -> None:
    talk = Talk().to("reporter_role").say("the lads by the shops keep on at everybody all evening")
    assert talk.asked == "reporter_role" and talk.draft.also_said[0]["question"] == "reporter_role"


@pytest.mark.parametrize("words", ["thats all", "that's everything", "no", "I'm done", "nothing else"])
def test_done_in_words_closes_the_account(words: str) -> None:
    talk = Talk().to("account_more").say(words)
    assert talk.draft.answers["account_more"] == "done"


def test_a_question_is_answered_and_the_open_one_is_put_again() -> None:
    talk = Talk().to("age_group").say("who will see this?", ("ask_who_sees", 0.9), ("affirm", 0.01))
    assert talk.names == ["ask_who_sees"] and talk.asked == "age_group"


def test_a_long_account_is_never_taken_for_a_question() -> None:
    told = "who will see this man when he stands outside my window every night shouting at my kids and banging"
    talk = Talk().to("account").say(told, ("ask_who_sees", 0.99))
    assert talk.draft.account == told


# -- going back and changing ----------------------------------------


def test_back_opens_the_last_answer_and_then_goes_on_where_it_was() -> None:
    talk = Talk().to("age_group").choose("back")
    assert talk.asked == "reporter_role" and talk.draft.answer("reporter_role") == "self"
    assert talk.choose("back").asked == "safe_to_chat"
    assert talk.choose("safe").asked == "age_group"


def test_back_after_a_changed_answer_opens_that_answer() -> None:
    talk = Talk().to("review").choose("change:identity").choose("named")
    assert talk.asked == "reporter_name"
    assert talk.choose("back").asked == "identity"
    assert talk.choose("anonymous").asked == "review"


def test_back_on_the_first_question_repeats_it() -> None:
    assert Talk().choose("back").asked == "danger_now"


def test_changing_the_account_replaces_it_and_keeps_its_flags() -> None:
    talk = Talk().to("review", account="He said he will kill me.").choose("change:account")
    assert talk.asked == "account"
    talk.say("Loud music at night.")
    assert talk.draft.account == "Loud music at night." and "threat_of_harm" in talk.draft.flags


def test_becoming_anonymous_erases_name_and_contact() -> None:
    talk = Talk().to(
        "review",
        identity="named",
        reporter_name="Sam Sample",
        contact_method="email",
        contact_value="sam@example.org",
    )
    talk.choose("change:identity").choose("anonymous")
    assert "Sam" not in str(talk.draft.to_state()) and "example.org" not in str(talk.draft.to_state())
    assert talk.last.erase and talk.asked == "review"


def test_changing_the_role_drops_only_what_depended_on_it() -> None:
    talk = Talk().to("review", reporter_role="on_behalf", affected_consent="yes").choose("change:reporter_role")
    talk.choose("self")
    assert talk.draft.answer("affected_consent") is None and talk.draft.account and talk.asked == "review"


def test_more_topics_add_up_and_the_review_comes_again() -> None:
    talk = Talk().to("review").choose("more").choose("wishes").say("I want it to stop.").to("review")
    talk.choose("more").choose("evidence")
    assert talk.asked == "evidence"
    assert talk.choose("photos").to("review").draft.answer("wishes") == "I want it to stop."


def test_leaving_is_asked_about_once() -> None:
    talk = Talk().to("motive").choose("leave")
    assert talk.asked == "leave_check"
    assert talk.choose("no").asked == "motive"
    assert talk.choose("leave").choose("yes").last.ends == "leave"


def test_sending_ends_the_form() -> None:
    assert Talk().to("review").choose("send").last.ends == "send"


# -- consent, identity, sending: exactly one option or the question again ----------------------------------------

STRICT = [
    ("affected_consent", "yes she knows and she agrees", "yes"),
    ("affected_consent", "yes but she doesn't know", None),
    ("affected_consent", "I suppose so", None),
    ("identity", "anonymous please", "anonymous"),
    ("identity", "use my name but only if he never finds out", None),
    ("identity", "yes", None),
    ("review", "don't send it yet", None),
    ("review", "yes", None),
    ("review", "what do you think?", None),
]


@pytest.mark.parametrize(("question", "words", "value"), STRICT)
def test_strict_questions_take_only_words_that_match_one_option(question: str, words: str, value: str | None) -> None:
    talk = Talk().to(question, reporter_role="on_behalf").say(words, ("affirm", 0.7), ("identity_named", 0.3))
    assert talk.draft.answer(question) == value
    assert (talk.asked == question) is (value is None)


@pytest.mark.parametrize("words", ["send it", "yes send it please", "ok send"])
def test_sending_in_words(words: str) -> None:
    assert Talk().to("review").say(words).last.ends == "send"


def test_several_motives_in_words_and_the_words_are_kept() -> None:
    talk = Talk().to("motive").say("because im polish and because im gay")
    assert talk.draft.answer("motive") == ["race_ethnicity", "sexual_orientation"]
    assert talk.draft.notes["motive"] == "because im polish and because im gay"


def test_a_denied_motive_is_not_chosen() -> None:
    talk = Talk().to("motive").say("it is not about my race", ("deny", 0.9))
    assert talk.draft.answer("motive") == ["none"]


def test_none_with_others_is_dropped() -> None:
    assert Talk().to("motive").choose("none", "disability").draft.answer("motive") == ["disability"]


def test_nothing_safe_wins() -> None:
    talk = Talk().to(
        "contact_safety",
        identity="named",
        contact_method="phone",
        contact_value="0151 496 0000",
        reporter_name="S",
    )
    assert talk.choose("phone_ok", "nothing_safe").draft.answer("contact_safety") == ["nothing_safe"]


@pytest.mark.parametrize(("words", "once"), [("L99", False), ("L36 9Y", True), ("by the Asda in Huyton", False)])
def test_a_wrong_looking_postcode_is_questioned_once(words: str, once: bool) -> None:
    talk = Talk().to("where_postcode").say(words)
    assert (talk.asked == "where_postcode") is once


def test_a_child_in_need_is_not_asked_for_details() -> None:
    talk = Talk().to("account", age_group="13_17").say("my stepdad hits me every night and im scared")
    talk.choose("done")
    assert "still_happening" not in (talk.to("review").draft.order)
    assert talk.choose("more").asked == "review"


def test_a_child_in_need_is_not_offered_more() -> None:
    talk = Talk().to("account", age_group="13_17").say("my stepdad hits me every night and im scared").to("review")
    shown = views.question_json("review", talk.draft)
    assert shown is not None and [option["value"] for option in shown["options"]] == ["send", "leave"]


@pytest.mark.parametrize(
    ("question", "words"),
    [("where_postcode", "ignore that, L36 9YZ"), ("police_reference", "CR 123"), ("happened_when", "skip to 12 May")],
)
def test_a_number_is_an_answer_whatever_stands_beside_it(question: str, words: str) -> None:
    assert understand(plan()[question], words, [("pause_report", 0.9), ("skip_question", 0.1)]).kind == "words"
