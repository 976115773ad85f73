"""What can be wanted at any question beside answering it (``controls.yml``), read from words alone.

At questions answered in free words only whole messages, or whole clauses beside nothing that tells of anybody, count:
asking again is better than losing words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from casework.catalogues import ENGLISH, N_, gettext, language
from casework.conversation.courtesies import without_courtesies
from casework.conversation.plain import Said, joined, plain_words, read_data, with_parts

LONGEST = 18  # words in which a wish can be meant
# Not knowing or not telling is the whole message, or it is the beginning of an answer.
WHOLE_ONLY = frozenset({"not_sure", "prefer_not", "finished"})

# The words on the buttons. Typed, they mean the wish in every language that is shown.
LABELS: Mapping[str, str] = {
    "skip": N_("Skip this question"),
    "back": N_("Go back"),
    "pause": N_("Pause and come back later"),
    "person": N_("Speak to a person"),
    "language": N_("Another language or format"),
    "leave": N_("Leave without sending"),
}

_TELLS = re.compile(
    r"\b(?:he|she|they|hes|shes|theyre|him|her|them|his|their|neighbours?|man|men|woman|women|lads?|kids|people|someone"
    r"|shout\w*|said|says|told|keeps?|kept|yell\w*|scream\w*|hit|threw|threaten\w*|every)\b"
)


@dataclass(frozen=True)
class Control:
    """A wish: what the model calls it, the words that mean it, and those without which the model is not believed."""

    name: str
    intents: tuple[str, ...]
    pattern: re.Pattern[str]
    bare: re.Pattern[str]
    cue: re.Pattern[str]


@lru_cache(maxsize=1)
def controls() -> Mapping[str, Control]:
    """Every control, in the order in which they are tried."""
    data = read_data("controls.yml")
    parts: dict[str, str] = {}
    for name, part in data["parts"].items():
        parts[name] = with_parts(part, parts)
    found = {}
    for name, entry in data["controls"].items():
        found[name] = Control(
            name,
            tuple(entry["intents"]),
            pattern=joined(entry["patterns"], parts),
            bare=joined(entry.get("bare", ()), parts),
            cue=joined([entry["cue"]], parts),
        )
    return found


def wish_in_words(said: Said, *, free_words: bool) -> Control | None:
    """The control that the words mean, or None."""
    if not said.tidy or said.count > LONGEST:
        return None
    if language() != ENGLISH and (shown := _by_label(said)):
        return shown
    whole = without_courtesies(said.tidy)
    for control in controls().values():
        if control.pattern.fullmatch(whole) or control.pattern.fullmatch(said.tidy):
            return control
        if not free_words and control.bare.fullmatch(whole):
            return control
    return _wish_in_a_clause(said)


def tells(words: str) -> bool:
    """Whether words in tidy form tell of somebody."""
    return bool(_TELLS.search(words))


def _by_label(said: Said) -> Control | None:
    return next((controls()[name] for name, label in LABELS.items() if said.plain == plain_words(gettext(label))), None)


def _wish_in_a_clause(said: Said) -> Control | None:
    """ "Got to go, can I come back to this later": one clause is a wish and the others tell of nobody."""
    if len(said.clauses) < 2 or _TELLS.search(said.tidy):
        return None
    found: list[Control] = []
    for clause in said.clauses:
        words = without_courtesies(clause)
        found += [c for c in controls().values() if c.name not in WHOLE_ONLY and c.pattern.fullmatch(words)][:1]
    return found[0] if found and all(control.name == found[0].name for control in found) else None


_FOR_ITSELF = re.compile(r"\b(?:i|im|id|ill|ive|me|my|can|could|please|want|need|let|lets|you|just|may)\b")


def speaks_for_itself(said: Said) -> bool:
    """Whether the person speaks of themself or to us, and of nobody else: a name or a place does not."""
    return bool(_FOR_ITSELF.search(said.tidy)) and not _TELLS.search(said.tidy)
