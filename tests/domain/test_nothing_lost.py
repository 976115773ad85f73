"""What is told beside a wish or a question is kept, and what was said of danger stays said."""

from __future__ import annotations

import pytest

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
