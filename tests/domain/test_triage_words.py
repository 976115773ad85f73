"""How the triage reads words: misspellings are put right before anything is looked for."""

from __future__ import annotations

import pytest

from casework.triage import screen
from casework.triage.decide import label
from casework.triage.learnt import Signs
from casework.triage.lexicon import lexicon
from casework.triage.reading import read_account
from casework.triage.rules import rule_book
from casework.triage.typed import put_right, typed_words


def test_a_misspelling_in_words_of_danger_reads_as_the_right_word() -> None:
    for wrong, right in rule_book().lexicon.misspelt.items():
        typed, meant = (f"he has a knife {word} he is outside my door" for word in (wrong, right))
        assert put_right(typed_words(typed)) == put_right(typed_words(meant)), wrong
        assert read_account(typed).tagged.words == read_account(meant).tagged.words, wrong
        assert screen(typed) == screen(meant), wrong


def test_no_misspelling_stands_for_another_or_for_itself() -> None:
    table = lexicon().misspelt
    assert not {right for right in table.values() if right in table}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("he came at me wiv a nife", "he came at me with a knife"),
        ("ur dead if u come out", "your dead if you come out"),
        ("hes gona kill me hes comin up the stairs", "hes gonna kill me hes coming up the stairs"),
        ("he says he shud burn ur house", "he says he should burn your house"),
        ("they sprayed n4zi signs on our door", "they sprayed nazi signs on our door"),
        ("she isnt breathin pls hurry", "she isnt breathing please hurry"),
        ("he doesn move theres blod everywhere", "he doesnt move theres blood everywhere"),
        ("the feds are here he has bited me", "the police are here he has bit me"),
    ],
)
def test_hurried_spelling_changes_no_label(typed: str, meant: str) -> None:
    one, other = (label(text, (), Signs()) for text in (typed, meant))
    assert (one.category, one.risk_flags, one.strands, one.urgency) == (
        other.category, other.risk_flags, other.strands, other.urgency
    )  # fmt: skip
    assert screen(typed).emergency == screen(meant).emergency


@pytest.mark.parametrize(
    "word", ["puff", "bricked", "theres", "breath", "scare", "cos", "lads", "wont", "shouts", "your", "with"]
)
def test_a_word_of_its_own_is_no_misspelling(word: str) -> None:
    assert rule_book().lexicon.read(word) == word


@pytest.mark.parametrize(
    "text", ["A puff of smoke came out of the boiler.", "We are from Niger and the boiler is broken."]
)
def test_a_word_that_only_looks_like_an_insult_is_none(text: str) -> None:
    assert label(text, (), Signs()).category != "hate"


@pytest.mark.parametrize("text", ["he called me a niger on the stairs", "they shout poof at my son"])
def test_the_insult_itself_is_one(text: str) -> None:
    assert label(text, (), Signs()).category == "hate"


@pytest.mark.parametrize("text", ["u drzwi wali i grozi", "dusi zone u drzwi", "agir li mala me ye u dixwin"])
def test_small_words_of_another_language_make_no_message_english(text: str) -> None:
    assert screen(text).doubt
