"""Which answer somebody means who wants to change one in their own words (``called.yml``).

Words that tell of anybody are no wish: beside the wish and the name of the answer only small words may stand, and a
few that say what it should be. What is wished is opened to be answered anew; nothing is set or sent by it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from casework.catalogues import gettext
from casework.conversation.asking import asked, asks
from casework.conversation.controls import tells
from casework.conversation.courtesies import without_courtesies
from casework.conversation.draft import Draft
from casework.conversation.plain import Said, one_letter_apart, plain_words, read_data, tidy, with_parts
from casework.conversation.summary import UNLISTED
from casework.questions.conditions import belongs
from casework.questions.plan import Plan, plan
from casework.triage import reads_as_report

LONGEST, LONGEST_BARE, MOST_BESIDE = 25, 9, 6  # words
_SHORTEST_NEAR = 5
# Said alone these are wishes of their own, or tell how somebody is.
NEVER_BARE = frozenset({"support_needs", "danger_now", "danger_check", "safe_to_chat", "reported_to"})
BESIDE_A_NAME = frozenset(
    [
        "/",
        "my",
        "the",
        "about",
        "please",
        "it",
        "to",
        "a",
        "an",
        "and",
        "for",
        "bit",
        "part",
        "question",
        "answer",
        "one",
        "of",
    ]
)
_ASKS_FOR_IT = re.compile(r"^(?:can|could|may|might|shall|let|is it (?:ok|okay|possible)) ")
# Where an answer is not part of the report, the question that it hangs on.
HANGS_ON = {
    "contact_safety": "contact_value",
    "contact_value": "contact_method",
    "contact_method": "identity",
    "reporter_name": "identity",
    "police_reference": "reported_to",
    "no_consent_reason": "affected_consent",
    "affected_at_risk": "affected_consent",
}

Names = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Called:
    """The tables of ``called.yml``, ready to use."""

    words: dict[str, str]
    near: tuple[str, ...]
    answers: tuple[tuple[tuple[str, ...], re.Pattern[str]], ...]
    vague: re.Pattern[str]
    change: re.Pattern[str]
    open: re.Pattern[str]
    unless: re.Pattern[str]
    filler: frozenset[str]


@lru_cache(maxsize=1)
def called() -> Called:
    """Read once."""
    data = read_data("called.yml")
    parts: dict[str, str] = {}
    for name, part in data["parts"].items():
        parts[name] = with_parts(part, parts)

    def whole_words(patterns: Iterable[str]) -> re.Pattern[str]:
        return re.compile("|".join(rf"\b(?:{with_parts(pattern, parts)})(?!\w)" for pattern in patterns))

    wishes = data["wishes"]
    return Called(
        words={str(key): str(value) for key, value in data["words"].items()},
        near=tuple(data["near"]),
        answers=tuple((tuple(entry["means"]), whole_words([entry["as"]])) for entry in data["answers"]),
        vague=whole_words([data["vague"]]),
        change=whole_words(wishes["change"]),
        open=whole_words(wishes["open"]),
        unless=whole_words(wishes["not"]),
        filler=frozenset(data["filler"].split()),
    )


def _one_form(word: str) -> str:
    table = called()
    if word in table.words:
        return table.words[word]
    if len(word) < _SHORTEST_NEAR or word in table.near:
        return word
    alike = (known for known in table.near if known[0] == word[0] and abs(len(known) - len(word)) <= 1)
    return next((known for known in alike if one_letter_apart(word, known)), word)


def names_in(words: str) -> tuple[Names, str]:
    """The answers that words in tidy form name, each as the questions it can mean, and the words without the names."""
    rest, found = _one_forms(words), []
    for means, pattern in called().answers:
        rest, count = pattern.subn("/", rest)
        found += [means] if count else []
    for question in plan().questions:
        for label in {question.name, *_labels(question.review)}:
            if question.name not in UNLISTED and f" {label} " in f" {rest} ":
                rest = f" {rest} ".replace(f" {label} ", " / ").strip()
                found.append((question.name,))
    if not found:
        rest, count = called().vague.subn("/", rest)
        found += [("account",)] if count else []
    return tuple(dict.fromkeys(found)), rest


def _labels(review: str) -> tuple[str, ...]:
    return tuple(_one_forms(tidy(plain_words(each))) for each in (review, gettext(review)) if each)


def _one_forms(words: str) -> str:
    return " ".join(_one_form(word) for word in words.split())


def wants_change(said: Said) -> bool:
    """Whether these words, written at the review, ask for an answer to be changed."""
    words = without_courtesies(said.tidy)
    if not words or said.count > LONGEST:
        return False
    table = called()
    if table.unless.search(_one_forms(words)):
        return False
    if asks(said) and any(pattern.search(said.tidy) for pattern in asked().values()):
        return False
    names, rest = names_in(words)
    changes, opens = table.change.search(rest), table.open.search(rest)
    if not changes and (not names or not (opens or _bare(said, names, rest)) or _only_asks(said)):
        return False
    beside = words_beside(words)
    if beside and not all(_begins_with_it(clause) for clause in said.clauses):
        return False
    if len(beside) > (MOST_BESIDE if changes and names else 0):
        return False
    return not (beside and (tells(" ".join(beside)) or reads_as_report(" ".join(beside))))


def _begins_with_it(clause: str) -> bool:
    """Whether a clause that speaks of what is wrong begins with it: "the bins are in the wrong place" does not."""
    rest = names_in(clause)[1]
    found = called().change.search(rest)
    if not found:
        return True
    before = rest[: found.start()].partition("/")[0]
    return all(word in called().filler or any(map(str.isdigit, word)) for word in before.split())


def words_beside(words: str) -> list[str]:
    """What stands beside the wish and the names of answers: what it should be, or something else."""
    table, (_, rest) = called(), names_in(words)
    pattern = table.change if table.change.search(rest) else table.open
    return [word for word in pattern.sub(" ", rest).replace("/", " ").split() if word not in table.filler]


def _bare(said: Said, names: Names, rest: str) -> bool:
    """The name of an answer and nothing else."""
    small = said.count <= LONGEST_BARE and set(rest.split()) <= BESIDE_A_NAME
    return small and len(names) == 1 and not NEVER_BARE & set(names[0])


def _only_asks(said: Said) -> bool:
    """ "How do you contact me?" asks; "can I go back to the date?" asks for it."""
    return "?" in said.shown and not _ASKS_FOR_IT.search(without_courtesies(said.tidy))


def named_answers(plan_: Plan, draft: Draft, text: str, *, anew: bool) -> list[str]:
    """The questions of this report that the words name, each once. ``anew``: also one that was never asked, where it
    has a place in the report. Several for one name, where they cannot be told apart."""
    found: list[str] = []
    for means in names_in(Said(text).tidy)[0]:
        held = [name for name in means if draft.has(name)]
        if not held and anew:
            held = [name for name in means if belongs(plan_[name], draft)]
        if not held and anew:
            held = [name for name in (_hung_on(means[0], draft),) if name]
        # The check of danger came after the first question about it, and is the newer answer.
        found += held[:1] if "danger_check" in held else held
    return list(dict.fromkeys(found))


def _hung_on(name: str, draft: Draft) -> str:
    while name and not draft.has(name):
        name = HANGS_ON.get(name, "")
    return name
