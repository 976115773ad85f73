"""How typed words are read: lower case, no marks, usual misspellings and text-speak in one form.

Only the reading uses this. What is kept is what was typed. The tables are in ``spelling.yml``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import yaml

_APOSTROPHES = re.compile(r"['\u2019\u2018`\u00b4\u02bc]")
_NO_WORD = re.compile(r"[^\w]+")
_BREAK = re.compile(r"[.,;:!?\n()\u2026\u2013\u2014]+(?=\s|$)|\s[-\u2013\u2014/]+\s|\.{2,}")
_LONG_DRAWN = re.compile(r"([^\W\d])\1{2,}")
_SHORTEST_NEAR = 6
SHORTEST_BY_SOUND, MOST_APART = 7, 2
_ONE_SOUND = str.maketrans("cqzjx", "kksgs")
# Beyond this many characters only the beginning is read: nothing that long is a short answer.
READ = 1200


def read_data(name: str) -> Any:
    """A table that lies beside this module."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load((Path(__file__).parent / name).read_text(encoding="utf-8"), Loader=loader)


def with_parts(pattern: str, parts: Mapping[str, str]) -> str:
    """The pattern with each ``{name}`` replaced by the part of that name."""
    return re.sub(r"\{([a-z_]+)\}", lambda found: parts[found.group(1)], pattern)


def joined(patterns: Iterable[str], parts: Mapping[str, str]) -> re.Pattern[str]:
    """One pattern for all of them. The last repetition of each takes whole words and never gives one back, so that
    no message takes long to read. Of no patterns comes one that nothing matches."""
    whole = (re.sub(r"\)\)\*$", r")\\b)*+", with_parts(pattern, parts)) for pattern in patterns)
    return re.compile("|".join(f"(?:{pattern})" for pattern in whole) or r"(?!)")


@dataclass(frozen=True)
class Spelling:
    """The tables of ``spelling.yml``, ready to use."""

    words: Mapping[str, str]
    phrases: Mapping[str, str]
    phrase: re.Pattern[str]
    near: Mapping[str, tuple[str, ...]]
    sounds: Mapping[str, str]
    known: frozenset[str]


@lru_cache(maxsize=1)
def spelling() -> Spelling:
    """Read once."""
    data = read_data("spelling.yml")
    phrases = {str(key): str(value) for key, value in data["phrases"].items()}
    near: dict[str, tuple[str, ...]] = {}
    for word in data["near"]:
        near[word[0]] = (*near.get(word[0], ()), word)
    longest_first = sorted(phrases, key=len, reverse=True)
    return Spelling(
        words={str(key): str(value) for key, value in data["words"].items()},
        phrases=phrases,
        phrase=re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first))})\b"),
        near=near,
        sounds={sound(word): word for word in data["sounds"]},
        known=frozenset(data["near"]),
    )


def plain_words(text: str) -> str:
    """Lower case, apostrophes dropped, every other mark a space."""
    lowered = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(_NO_WORD.sub(" ", _APOSTROPHES.sub("", lowered)).split())


def parts(text: str) -> list[str]:
    """The parts between commas, full stops and line ends, as typed."""
    return [part.strip() for part in _BREAK.split(text) if part.strip()]


def tidy(plain: str) -> str:
    """Plain words in the one form that the patterns know."""
    tables = spelling()
    tokens = _LONG_DRAWN.sub(r"\1", plain).split()
    if len(tokens) > 1:
        tokens = [_one_form(token, tables) for token in tokens]
    elif tokens and len(tokens[0]) > 1:
        tokens = [_one_form(tokens[0], tables)]
    joined = " ".join(tokens)
    return tables.phrase.sub(lambda found: tables.phrases[found.group()], joined)


def _one_form(token: str, tables: Spelling) -> str:
    known = tables.words.get(token)
    if known is not None:
        return known
    if len(token) < _SHORTEST_NEAR or token in tables.known:
        return token
    for word in tables.near.get(token[0], ()):
        if abs(len(word) - len(token)) <= 1 and one_letter_apart(token, word):
            return word
    if len(token) < SHORTEST_BY_SOUND:
        return token
    word = tables.sounds.get(sound(token), token)
    return word if abs(len(word) - len(token)) <= MOST_APART else token


def sound(word: str) -> str:
    """The consonants as they sound, each once: "annonimus" and "anonymous" are one."""
    heard = word.replace("ph", "f").translate(_ONE_SOUND)
    return word[0] + re.sub(r"(.)\1+", r"\1", re.sub(r"[aeiouyhw]", "", heard[1:]))


def one_letter_apart(written: str, word: str) -> bool:
    """One letter wrong, missing, added, or two neighbours swapped; an ending more or less is another word."""
    if written.startswith(word) or word.startswith(written):
        return False
    first = 0
    while first < min(len(written), len(word)) and written[first] == word[first]:
        first += 1
    left, right = written[first:], word[first:]
    return (
        left[1:] == right[1:]
        or left == right[1:]
        or left[1:] == right
        or (len(left) > 1 and len(right) > 1 and left[2:] == right[2:] and left[:2] == right[1::-1])
    )


@dataclass(frozen=True)
class Said:
    """Words as typed, and the forms in which they are read."""

    text: str

    @cached_property
    def shown(self) -> str:
        """The beginning of the words, without space around them."""
        return self.text.strip()[:READ]

    @cached_property
    def plain(self) -> str:
        return plain_words(self.shown)

    @cached_property
    def tidy(self) -> str:
        return tidy(self.plain)

    @cached_property
    def clauses(self) -> tuple[str, ...]:
        """The parts between commas, full stops and line ends, each in tidy form."""
        return tuple(filter(None, (tidy(plain_words(part)) for part in parts(self.shown))))

    @cached_property
    def count(self) -> int:
        """How many words were typed in all; long texts are counted no further than they are read."""
        return len(self.plain.split())
