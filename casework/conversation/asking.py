"""Whether a message asks us something, and what (``asked.yml``, then the language model).

An account may be put as a question ("why does she keep screaming at my kids?"): it is never taken for one that
we answer. ``is_told_as_a_question`` and the labels of ``casework.triage`` see to that.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from casework.conversation.courtesies import without_courtesies
from casework.conversation.plain import Said, joined, read_data
from casework.triage import reads_as_report

Ranking = Sequence[tuple[str, float]]

# The model's share among the questions people ask, and its own confidence, from which it is believed.
SHARE, CONFIDENCE, CONFIDENCE_AT_FREE_WORDS = 0.5, 0.2, 0.5
SURE_OF_ANOTHER = 0.9
# Asked about behaviour as such, or with words that also tell of it.
MAY_TELL = frozenset(
    [
        "ask_what_is_hate",
        "ask_what_is_asb",
        "ask_is_it_serious_enough",
        "ask_who_sees",
        "ask_are_you_a_person",
        "ask_who_are_you",
        "ask_why_you_ask",
        "ask_about_my_data",
        "ask_is_it_anonymous",
        "ask_how_to_exit",
        "ask_case_review",
        "ask_for_interpreter",
        "ask_will_they_know",
        "ask_can_i_add_later",
        "ask_how_long",
    ]
)
NOT_FAQ = frozenset({"ask_for_person", "ask_for_language"})


@lru_cache(maxsize=1)
def _tables() -> tuple[Mapping[str, re.Pattern[str]], Mapping[str, re.Pattern[str]]]:
    data = read_data("asked.yml")
    parts = data["parts"]
    asked_, shape_ = ({name: joined(found, parts) for name, found in data[key].items()} for key in ("asked", "shape"))
    return asked_, shape_


def asked() -> Mapping[str, re.Pattern[str]]:
    """The patterns of plain questions, by intent; read once."""
    return _tables()[0]


def _shape(name: str) -> re.Pattern[str]:
    return _tables()[1][name]


def asks(said: Said) -> bool:
    """Whether the words have the shape of a question or ask to be told something."""
    if said.shown.rstrip("\"')!. \u201d\u2019").endswith("?") or "? " in said.shown:
        return True
    parts = (said.tidy, *said.clauses)
    return any(_shape("starts").search(without_courtesies(part)) for part in parts) or bool(
        _shape("inside").search(said.tidy)
    )


def starts_as_question(said: Said) -> bool:
    """Whether a clause begins as a question."""
    return any(_shape("starts").search(without_courtesies(part)) for part in (said.tidy, *said.clauses))


def is_told_as_a_question(said: Said) -> bool:
    """A question about what somebody does, which is the account itself."""
    return any(_shape("told").search(part) for part in (said.tidy, *said.clauses))


def question_asked(said: Said, ranking: Ranking, confidence: float = CONFIDENCE) -> str | None:
    """Which of the questions that people ask this is; None where it is none of them, or not plainly one."""
    best, share, sure = _best(ranking)
    found = [intent for intent, pattern in asked().items() if pattern.search(said.tidy)]
    if best in found:
        return best
    if found and not (best and share * sure >= SURE_OF_ANOTHER):
        ranked = dict(ranking)
        return max(found, key=lambda intent: ranked.get(intent, 0.0))
    return best if best and share >= SHARE and sure >= confidence else None


def interrupts(said: Said, ranking: Ranking, *, account: bool, patterns_only: bool = False) -> str | None:
    """The question asked where free words are the answer, or None where they are to be kept as words."""
    if not asks(said) or is_told_as_a_question(said):
        return None
    intent = question_asked(said, ranking, CONFIDENCE_AT_FREE_WORDS)
    if intent is None:
        return None
    plainly = bool(asked()[intent].search(said.tidy)) if intent in asked() else False
    if (patterns_only and not plainly) or (
        account and not (plainly and intent in MAY_TELL) and reads_as_report(said.text)
    ):
        return None
    return intent


def asks_for_it(said: Said) -> bool:
    """ "Can you ring me", "phone?": asking for an option chooses it."""
    words = without_courtesies(said.tidy)
    return bool(_shape("asks_for_it").search(words)) or not (
        _shape("starts").search(words) or _shape("inside").search(words)
    )


def greets(said: Said) -> str:
    """``greet`` or ``thank`` where the words do nothing else, else an empty string."""
    if _shape("greet").fullmatch(said.tidy):
        return "greet"
    return "thank" if _shape("thank").fullmatch(said.tidy) else ""


def _best(ranking: Ranking) -> tuple[str, float, float]:
    """The model's best question, its share among the questions, and its own confidence."""
    kept = [
        (intent, confidence) for intent, confidence in ranking if intent.startswith("ask_") and intent not in NOT_FAQ
    ]
    total = sum(confidence for _, confidence in kept)
    if not kept or total <= 0:
        return "", 0.0, 0.0
    best = max(kept, key=lambda pair: pair[1])
    return best[0], best[1] / total, best[1]
