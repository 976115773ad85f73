"""What typed words mean at the open question.

Words come before the language model: the option's own words, what the answer leads with, the tables of patterns.
The model's ranking is narrowed to what can be meant here. An account is never gated by it: see ``asking``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from casework.conversation.asking import CONFIDENCE, asked, asks, asks_for_it, greets, interrupts, question_asked
from casework.conversation.called import called, wants_change
from casework.conversation.choosing import by_place, chosen, chosen_by_model, named, own_words
from casework.conversation.controls import (
    WHOLE_ONLY,
    Control,
    controls,
    speaks_for_itself,
    wish_in_words,
)
from casework.conversation.courtesies import without_courtesies
from casework.conversation.plain import Said, parts, plain_words, spelling
from casework.conversation.strict import plainly_meant
from casework.conversation.strict import rules as strict_rules
from casework.questions.plan import Question
from casework.triage import reads_as_report

Ranking = Sequence[tuple[str, float]]

# Confidence is the model's; chosen on phrasings it never saw.
SURE_WISH, SURE_WISH_AT_FREE_WORDS = 0.4, 0.85
SURE_FAQ_UNASKED, SURE_FAQ_BESIDE_ANSWER = 0.6, 0.75
FEW_WORDS = 5
LONGEST_WISH = 25
LONGEST_INTERRUPTION = 11  # words; longer ones are always the person's account (conversation, account_more)
LONGEST_QUESTION = 18  # words; between the two only the plainest questions and wishes are not kept as words
FREE_WORDS = "tell_what_happened"
ACCOUNTS = frozenset({"account", "account_more"})
# The model alone never says these: they are whole messages in words.
NEVER_BY_MODEL = frozenset({"finished"})


@dataclass(frozen=True)
class Meaning:
    """``kind``: ``answer`` (values), ``control`` or ``faq`` (name), ``words`` (free words), ``unclear``."""

    kind: str
    values: tuple[str, ...] = ()
    name: str = ""


def understand(question: Question, text: str, ranking: Ranking) -> Meaning:
    """Read typed words at ``question``. ``ranking``: (intent, confidence) pairs from the model, best first."""
    said = Said(text)
    if question.takes_words or question.name == "account_more":
        return _at_free_words(question, said, ranking)
    if not said.plain:
        return Meaning("unclear")
    value = own_words(question, said)
    if value is not None and not (question.strict and "?" in said.shown):
        return Meaning("answer", (value,))
    return _at_strict(question, said, ranking) if question.strict else _at_options(question, said, ranking)


def _at_strict(question: Question, said: Said, ranking: Ranking) -> Meaning:
    """Exactly one option in plain words, a wish that is none of the options, a question; else it is put again."""
    value = plainly_meant(question, said, ranking)
    if value is not None:
        return Meaning("answer", (value,))
    if question.last and wants_change(said):
        return Meaning("control", name="change")
    wish = wish_in_words(said, free_words=False) or _wish_by_model(said, ranking, SURE_WISH_AT_FREE_WORDS)
    if wish is not None and not _is_an_option(question, wish) and wish.name != "finished":
        return Meaning("control", name=wish.name)
    asked_for_sure = CONFIDENCE if asks(said) else SURE_FAQ_UNASKED
    return _question_in(said, ranking, asked_for_sure) or Meaning("unclear")


def _at_options(question: Question, said: Said, ranking: Ranking) -> Meaning:
    wish = wish_in_words(said, free_words=False)
    if wish is not None and wish.name != "finished" and not _names_an_option_too(question, said, wish):
        return _granted(question, wish)
    place = by_place(question, said)
    values = (place,) if place is not None else chosen(question, said, ranking)
    if asks(said) and not (values and asks_for_it(said)):
        sure = SURE_FAQ_BESIDE_ANSWER if values else CONFIDENCE
        return _question_in(said, ranking, sure) or (Meaning("answer", values) if values else Meaning("unclear"))
    return Meaning("answer", values) if values else _by_model(question, said, ranking)


def _names_an_option_too(question: Question, said: Said, wish: Control) -> bool:
    """ "BSL please", "ring me" where these are what is asked about."""
    if wish.name == "language" and question.name != "support_needs":
        return False
    return wish.name in ("language", "person") and bool(named(question, said).values)


def _by_model(question: Question, said: Said, ranking: Ranking) -> Meaning:
    wish = _wish_by_model(said, ranking, SURE_WISH)
    against = max((sure for intent, sure in ranking if wish and intent in wish.intents), default=0.0)
    values = chosen_by_model(question, said, ranking, against)
    if values:
        return Meaning("answer", values)
    if wish is not None:
        return _granted(question, wish)
    if greets(said):
        return Meaning("faq", name=greets(said))
    short = len(said.plain.split()) <= FEW_WORDS
    return (_question_in(said, ranking, SURE_FAQ_UNASKED) if short else None) or Meaning("unclear")


def _granted(question: Question, wish: Control) -> Meaning:
    """ "I'm not sure" is an answer where it is offered, and passes the question over where it is not."""
    for option in question.options:
        if option.value == wish.name or set(option.intents) & set(wish.intents):
            return Meaning("answer", (option.value,))
    return Meaning("control", name=wish.name)


def _is_an_option(question: Question, wish: Control) -> bool:
    return any(set(option.intents) & set(wish.intents) for option in question.options)


def _wish_by_model(said: Said, ranking: Ranking, sure: float) -> Control | None:
    """The model's wish, where words that belong to it stand in the message."""
    if said.count > LONGEST_WISH:
        return None
    ranked = dict(ranking)
    best = max(
        (control for control in controls().values() if control.name not in NEVER_BY_MODEL),
        key=lambda control: max(ranked.get(intent, 0.0) for intent in control.intents),
    )
    confidence = max(ranked.get(intent, 0.0) for intent in best.intents)
    return best if confidence >= sure and best.cue.search(said.tidy) else None


def _question_in(said: Said, ranking: Ranking, confidence: float = CONFIDENCE) -> Meaning | None:
    intent = question_asked(said, ranking, confidence)
    return Meaning("faq", name=intent) if intent else None


def tells_beside(text: str, meaning: Meaning) -> bool:
    """Whether a message that means a wish or a question also tells of something in another of its clauses."""
    wish, beside = controls().get(meaning.name), []
    cue = wish.cue if wish is not None else None
    for clause in parts(text):
        said = Said(clause)
        if asks(said) or (meaning.name in asked() and asked()[meaning.name].search(said.tidy)):
            continue
        if any(control.pattern.fullmatch(without_courtesies(said.tidy)) for control in controls().values()):
            cue = None
        elif cue is not None and cue.search(said.tidy):
            # In the model's reading only, and once: "somebody" may do what is told as well.
            cue = None
        else:
            beside.append(clause)
    return bool(beside) and reads_as_report(". ".join(beside))


_FIGURES = re.compile(r"\b(?=\w*\d)\w{2,}\b")


def _at_free_words(question: Question, said: Said, ranking: Ranking) -> Meaning:
    """Words are the answer unless they are short and plainly an interruption."""
    more = question.name == "account_more"
    if more and own_words(question, said) == "done":
        return Meaning("answer", ("done",))
    if not said.plain or said.count > (LONGEST_INTERRUPTION if more else LONGEST_QUESTION):
        return Meaning("words")
    # A postcode, a number or a date is an answer, whatever stands beside it.
    figures = bool(_FIGURES.search(said.plain))
    wish = None if figures else wish_in_words(said, free_words=True)
    if wish is None and more and controls()["finished"].bare.fullmatch(without_courtesies(said.tidy)):
        wish = controls()["finished"]
    if wish is not None and not _may_be_the_answer(question, said, wish):
        return _granted(question, wish)
    intent = interrupts(
        said, ranking, account=question.name in ACCOUNTS, patterns_only=said.count > LONGEST_INTERRUPTION
    )
    if intent:
        return Meaning("faq", name=intent)
    wish = None if figures else _wish_among_words(question, said, ranking)
    if wish is not None:
        return _granted(question, wish)
    if question.name in ACCOUNTS and greets(said):
        return Meaning("faq", name=greets(said))
    return Meaning("words")


def _may_be_the_answer(question: Question, said: Said, wish: Control) -> bool:
    """A wish that may be the answer itself is kept as words: asking again is better than losing them."""
    if wish.name == "finished":
        return question.name != "account_more" and said.count == 1
    return question.name == "wishes" and wish.name in ("person", "language", "leave", "change") and not asks(said)


def _wish_among_words(question: Question, said: Said, ranking: Ranking) -> Control | None:
    if said.count > LONGEST_INTERRUPTION or said.count == 1 or not speaks_for_itself(said):
        return None
    wish = _wish_by_model(said, ranking, SURE_WISH_AT_FREE_WORDS)
    if wish is None or wish.name in WHOLE_ONLY or _may_be_the_answer(question, said, wish):
        return None
    return None if reads_as_report(said.text) else wish


__all__ = ["FREE_WORDS", "Control", "Meaning", "Ranking", "controls", "plain_words", "ready", "understand"]


def ready() -> None:
    """Read all tables now, so that the first message does not wait for them."""
    controls(), spelling(), strict_rules(), asked(), called()
