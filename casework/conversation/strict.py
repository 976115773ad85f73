"""Consent, identity, sending, leaving: set only by words that plainly match exactly one option.

Conditions, doubts, denials, two minds, questions and words about other people are not taken for any option;
the question is put again. What counts is in ``strict.yml``. The language model can only object.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from casework.conversation.asking import asks_for_it, starts_as_question
from casework.conversation.courtesies import without_thanks
from casework.conversation.plain import Said, read_data, with_parts
from casework.questions.plan import Question

LONGEST = 32  # words
# From here on the model is sure of another option, and the words are not taken.
OBJECTS = 0.97


@dataclass(frozen=True)
class Plainly:
    """The words that mean one option; the fields are explained at the top of ``strict.yml``."""

    whole: re.Pattern[str] | None
    cue: re.Pattern[str] | None
    unless: re.Pattern[str] | None
    fine: re.Pattern[str] | None
    aside: re.Pattern[str] | None
    words: frozenset[str]
    must: re.Pattern[str] | None
    phrases: re.Pattern[str] | None
    sequence: re.Pattern[str] | None
    doubt_beside: bool


@dataclass(frozen=True)
class Rules:
    doubt: re.Pattern[str]
    questions: Mapping[str, Mapping[str, Plainly]]


def _optional(patterns: Iterable[str], parts: Mapping[str, str]) -> re.Pattern[str] | None:
    found = [f"(?:{with_parts(pattern, parts)})" for pattern in patterns if pattern]
    return re.compile("|".join(found)) if found else None


def _plainly(data: Mapping[str, Any], parts: Mapping[str, str]) -> Plainly:
    phrases = _optional(data.get("phrases", ()), parts)
    sequence = None
    if phrases is not None:
        sequence = re.compile(rf"(?:(?:{phrases.pattern}|(?:{data['filler']}))(?: |$))+")
    return Plainly(
        whole=_optional(data.get("whole", ()), parts),
        cue=_optional(data.get("cue", ()), parts),
        unless=_optional([data.get("unless", "")], parts),
        fine=_optional([data.get("fine", "")], parts),
        aside=_optional([data.get("aside", "")], parts),
        words=frozenset(data.get("words", "").split()),
        must=_optional([data.get("must", "")], parts),
        phrases=phrases,
        sequence=sequence,
        doubt_beside=data.get("doubt") == "beside",
    )


@lru_cache(maxsize=1)
def rules() -> Rules:
    """Read once."""
    data = read_data("strict.yml")
    parts = data["parts"]
    return Rules(
        re.compile(data["doubt"]),
        {
            name: {value: _plainly(option, parts) for value, option in options.items()}
            for name, options in data["questions"].items()
        },
    )


def _left_over(plainly: Plainly, tidy: str) -> str | None:
    """What is left of the words beside those that mean the option; None where they do not mean it."""
    if plainly.whole is not None and plainly.whole.fullmatch(tidy):
        return ""
    if (
        plainly.words
        and plainly.must is not None
        and plainly.must.search(tidy)
        and plainly.words.issuperset(tidy.split())
    ):
        return ""
    if (
        plainly.sequence is not None
        and plainly.phrases is not None
        and plainly.phrases.search(tidy)
        and plainly.sequence.fullmatch(tidy)
    ):
        return ""
    if plainly.cue is not None and plainly.cue.search(tidy):
        return plainly.cue.sub(" ", tidy)
    return None


def _denied(plainly: Plainly, tidy: str) -> bool:
    if plainly.unless is None:
        return False
    return bool(plainly.unless.search(plainly.fine.sub(" ", tidy) if plainly.fine is not None else tidy))


def plainly_meant(question: Question, said: Said, ranking: Sequence[tuple[str, float]]) -> str | None:
    """The option that the words plainly mean, or None."""
    words = without_thanks(said.tidy)
    if not words or said.count > LONGEST or "?" in said.shown or _is_a_question(question, said):
        return None
    book = rules()
    options = book.questions.get(question.name)
    if options is None:
        found = [option.value for option in question.options if any(p.fullmatch(words) for p in option.said_as)]
        return found[0] if len(found) == 1 else None
    left: dict[str, str] = {}
    for value, plainly in options.items():
        read = words if plainly.aside is None else plainly.aside.sub(" ", words).strip()
        rest = _left_over(plainly, read)
        if rest is not None and not _denied(plainly, read):
            left[value] = rest if plainly.doubt_beside else read
    # Words for a second option stand against the first, doubted or not.
    if len(left) != 1:
        return None
    ((value, rest),) = left.items()
    if book.doubt.search(rest) or _model_objects(question, value, ranking):
        return None
    return value


def _is_a_question(question: Question, said: Said) -> bool:
    """ "Can you send it" asks for an option only where sending is what is asked about."""
    return starts_as_question(said) and not (question.last and asks_for_it(said))


def _model_objects(question: Question, value: str, ranking: Sequence[tuple[str, float]]) -> bool:
    others = {intent for option in question.options if option.value != value for intent in option.intents}
    own = set(question.option(value).intents)
    return any(intent in others - own and confidence >= OBJECTS for intent, confidence in ranking)
