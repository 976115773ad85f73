"""What typed words mean at the open question.

Three readings in this order: the option's own words, the tables of patterns, and the language model's
ranking, narrowed to what can be meant at this question. An account is never gated by the model: see
``reads_as_interruption``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from casework.questions.plan import Option, Question
from casework.triage import reads_as_report

Ranking = Sequence[tuple[str, float]]

# Confidence is the model's, renormalised over what can be meant at the question; chosen on phrasings it
# never saw.
SURE = 0.45
SURE_STRICT = 0.85
SURE_AT_FREE_WORDS = 0.6
SURE_CONTROL_AT_FREE_WORDS = 0.85
LONGEST_INTERRUPTION = 11  # words; longer ones are always the person's account (conversation, account_more)
FREE_WORDS = "tell_what_happened"

_QUESTION_LIKE = re.compile(
    r"^(who|what|whats|when|where|why|how|hows|will|would|can|could|do|does|did|is|are|am|should|shall|may|must|have"
    r"|has|if|whose|which|wot|wat|wil|cn|so|and|but|sorry|hi|hello|please|pls|excuse)\b"
)
_PLACES = (
    "first",
    "1",
    "one",
    "second",
    "2",
    "two",
    "third",
    "3",
    "three",
    "fourth",
    "4",
    "four",
    "fifth",
    "5",
    "five",
)
_PLACE = re.compile(
    r"(?:(?:i )?(?:pick|choose|ill go with|go with) )?(?:the )?(?:option |number |answer |no |one at the )?"
    rf"({'|'.join(_PLACES)}|last|bottom)(?: one| option| answer)?(?: please)?"
)
_NEGATOR = re.compile(r"\b(not|isnt|wasnt|arent|werent|aint|nothing to do with|dont think|doubt|never)\b")


@dataclass(frozen=True)
class Meaning:
    """``kind``: ``answer`` (values), ``control`` or ``faq`` (name), ``words`` (free words), ``unclear``."""

    kind: str
    values: tuple[str, ...] = ()
    name: str = ""


@dataclass(frozen=True)
class Control:
    name: str
    intents: tuple[str, ...]
    patterns: tuple[re.Pattern[str], ...]


@lru_cache(maxsize=1)
def controls() -> Mapping[str, Control]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    data = yaml.load((Path(__file__).parent / "controls.yml").read_text(encoding="utf-8"), Loader=loader)
    return {
        name: Control(name, tuple(entry["intents"]), tuple(re.compile(pattern) for pattern in entry["patterns"]))
        for name, entry in data["controls"].items()
    }


def plain_words(text: str) -> str:
    """Lower case, apostrophes dropped, every other mark a space."""
    lowered = unicodedata.normalize("NFKC", text).casefold()
    lowered = re.sub(r"['\u2019\u2018`\u00b4]", "", lowered)
    return " ".join(re.sub(r"[^\w]+", " ", lowered).split())


def understand(question: Question, text: str, ranking: Ranking) -> Meaning:
    """Read typed words at ``question``. ``ranking``: (intent, confidence) pairs from the model, best
    first."""
    plain = plain_words(text)
    if question.takes_words or question.name == "account_more":
        return _at_free_words(question, text, plain, ranking)
    return (
        _own_words(question, plain)
        or _by_control_pattern(question, plain)
        or _by_option_pattern(question, plain)
        or _by_place(question, plain)
        or _by_model(question, text, plain, ranking)
        or Meaning("unclear")
    )


def _own_words(question: Question, plain: str) -> Meaning | None:
    for option in question.options:
        if plain in (plain_words(option.value), plain_words(option.label), plain_words(option.short) or None):
            return Meaning("answer", (option.value,))
    return None


def _by_place(question: Question, plain: str) -> Meaning | None:
    """ "The second one", "option 3": by the order in which the options stand. Never where it must be
    exact."""
    found = _PLACE.fullmatch(plain)
    if found is None or question.strict:
        return None
    word = found.group(1)
    place = len(question.options) if word in ("last", "bottom") else _PLACES.index(word) // 3 + 1
    return Meaning("answer", (question.options[place - 1].value,)) if place <= len(question.options) else None


def _by_control_pattern(question: Question, plain: str) -> Meaning | None:
    for control in controls().values():
        if control.name == "finished" and question.name != "account_more":
            continue
        if any(pattern.fullmatch(plain) for pattern in control.patterns):
            return _as_option_or_control(question, control)
    return None


def _as_option_or_control(question: Question, control: Control) -> Meaning:
    """ "I'm not sure" is an answer where it is offered, and passes the question over where it is not."""
    for option in question.options:
        if option.value == control.name or set(option.intents) & set(control.intents):
            return Meaning("answer", (option.value,))
    return Meaning("control", name=control.name)


def _by_option_pattern(question: Question, plain: str) -> Meaning | None:
    found = [option.value for option in question.options if _said(question, option, plain)]
    if question.kind == "choices" and found:
        return Meaning("answer", tuple(found))
    if len(found) == 1:
        return Meaning("answer", (found[0],))
    return None


def _said(question: Question, option: Option, plain: str) -> bool:
    if option.unless is not None and option.unless.search(plain):
        return False
    for pattern in option.said_as:
        for match in pattern.finditer(plain):
            before = " ".join(plain[: match.start()].split()[-5:])
            if question.kind != "choices" or not _NEGATOR.search(before):
                return True
    return False


def _narrow(ranking: Ranking, allowed: frozenset[str]) -> tuple[str, float]:
    """The best intent among ``allowed`` and its share of their confidence; ("", 0) where none is ranked."""
    kept = [(intent, confidence) for intent, confidence in ranking if intent in allowed]
    total = sum(confidence for _, confidence in kept)
    if not kept or total <= 0:
        return "", 0.0
    best = max(kept, key=lambda pair: pair[1])
    return best[0], best[1] / total


def _faq_intents(ranking: Ranking) -> frozenset[str]:
    return frozenset(
        intent
        for intent, _ in ranking
        if intent.startswith("ask_") and intent not in ("ask_for_person", "ask_for_language")
    )


def _by_model(question: Question, text: str, plain: str, ranking: Ranking) -> Meaning | None:
    by_intent = {intent: option.value for option in question.options for intent in option.intents}
    by_control = {
        intent: control for control in controls().values() for intent in control.intents if control.name != "finished"
    }
    faqs = _faq_intents(ranking)
    extra = frozenset({FREE_WORDS, "greet", "thank"})
    # Yes and no stay in the race where they are no option, so that a bare "yes" is not read as something
    # else.
    intent, share = _narrow(
        ranking, frozenset(by_intent) | frozenset(by_control) | faqs | extra | frozenset({"affirm", "deny"})
    )
    if share < SURE or intent == FREE_WORDS:
        return None
    if intent in by_intent:
        if question.strict:
            # Consent, identity, sending and leaving: the model's word counts only where it is near certain
            # among all that can be meant anywhere, and never a bare yes or no.
            sure = dict(ranking).get(intent, 0.0) >= SURE_STRICT
            if not sure or intent in ("affirm", "deny"):
                return None
        option = question.option(by_intent[intent])
        if option.unless is not None and option.unless.search(plain):
            return None
        return Meaning("answer", (option.value,))
    if intent in by_control:
        if by_control[intent].name == "leave" and share < SURE_STRICT:
            return None
        return _as_option_or_control(question, by_control[intent])
    if intent in faqs and _may_interrupt(text, plain):
        return Meaning("faq", name=intent)
    if intent in ("greet", "thank"):
        return Meaning("faq", name=intent)
    return None


def _at_free_words(question: Question, text: str, plain: str, ranking: Ranking) -> Meaning:
    """Words are the answer unless they are short and plainly an interruption."""
    if question.name == "account_more" and plain_words(question.options[0].label) == plain:
        return Meaning("answer", ("done",))
    if not plain or len(plain.split()) > LONGEST_INTERRUPTION:
        return Meaning("words")
    by_pattern = _by_control_pattern(question, plain)
    if by_pattern is not None:
        return by_pattern
    return _reads_as_interruption(question, text, plain, ranking) or Meaning("words")


def _may_interrupt(text: str, plain: str) -> bool:
    return (text.rstrip().endswith("?") or bool(_QUESTION_LIKE.match(plain))) or len(plain.split()) <= 5


def _reads_as_interruption(question: Question, text: str, plain: str, ranking: Ranking) -> Meaning | None:
    """A short message that asks us something, or asks to stop, rather than tells us something.

    Words that tell of behaviour or risk are never taken for a question, whatever the model thinks of them.
    """
    if reads_as_report(text):
        return None
    asks = text.rstrip().endswith("?") or bool(_QUESTION_LIKE.match(plain))
    by_control = {intent: control for control in controls().values() for intent in control.intents}
    if question.name != "account_more":
        by_control.pop("finished", None)
    faqs = _faq_intents(ranking)
    intent, share = _narrow(ranking, frozenset(by_control) | faqs | frozenset({FREE_WORDS}))
    if intent in faqs and asks and share >= SURE_AT_FREE_WORDS:
        return Meaning("faq", name=intent)
    if intent in by_control and share >= SURE_CONTROL_AT_FREE_WORDS and len(plain.split()) > 1:
        return _as_option_or_control(question, by_control[intent])
    return None
