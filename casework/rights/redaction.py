"""Leaving third persons out of words that one person wrote.

Sure are the names, numbers and addresses that the report holds of others. Beside them goes whatever reads like a name,
a number, an e-mail address or a door and is not the person's own: leaving out too much can be put right by a person,
too little cannot. Small letters hide names that nobody told us; so a person reads an export before it leaves.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from casework.related import normal
from casework.related.tokens import names_in

NAME, NUMBER, EMAIL, ADDRESS = "[name]", "[number]", "[email]", "[address]"
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_STARTS = re.compile(r"(?:^|[.!?…:\n\"“(])\s*$")
EMAIL_ADDRESS = re.compile(r"[^\s@<>,;:]{1,64}@(?:[^\s@<>,;:.]{1,63}\.){1,8}[^\s@<>,;:.]{2,63}")
PHONE_NUMBER = re.compile(r"(?<![\w+])\+?\(?\d[\d ().\-/]{7,18}\d\b")
POSTCODE = re.compile(r"\b[A-Z]{1,2}[0-9][A-Z0-9]?\s*[0-9][A-Z]{2}\b", re.IGNORECASE)
_FLAT = r"\b(?:flat|apartment|apt|number|no\.?|house)\s+(?:\d+[a-z]?|[a-z])\b"
DOOR = re.compile(
    rf"(?:{_FLAT},?\s+)?\b\d+[a-z]?,?\s+(?:[a-z'’.]+\s+){{1,3}}?(?:road|rd|street|st|avenue|ave|close|cl|drive|dr|lane"
    r"|ln|court|ct|gardens|place|square|crescent|cres|terrace|grove|way|walk|house|mount|rise|view|green|hey|croft|mews"
    rf"|row|fold)\b\.?|{_FLAT}",
    re.IGNORECASE,
)


@dataclass
class Redactor:
    """Leaves others out. ``own`` are texts that hold who the person is, ``others`` texts that hold who others are;
    ``left_out`` counts what went, by kind; ``doubts`` are words that stay and could be names: a person looks."""

    own: Iterable[str] = field(repr=False)
    others: Iterable[str] = field(default=(), repr=False)
    left_out: dict[str, int] = field(default_factory=dict)
    doubts: set[str] = field(default_factory=set, repr=False)

    def __post_init__(self) -> None:
        own = [text for text in self.own if text]
        self._own_words = {word for text in own for word in normal.name_words(text)}
        self._own_numbers = {number for text in own for number in normal.phones_in(text)}
        self._own_emails = {address for text in own for address in normal.emails_in(text)}
        self._own_codes = {code for text in own if (code := normal.postcode(text))}
        self._own_doors = {door for text in own for door in normal.addresses(text, "-")}
        self._names = {
            word for text in self.others if text for name in names_in(text) for word in name
            if len(word) > 1 and word not in self._own_words
        }  # fmt: skip

    def clean(self, text: str) -> str:
        """The text without others."""
        text = EMAIL_ADDRESS.sub(
            lambda one: self._kept(one[0], normal.email(one[0].rstrip(".")), self._own_emails, EMAIL), text
        )
        text = PHONE_NUMBER.sub(lambda one: self._kept(one[0], normal.phone(one[0]), self._own_numbers, NUMBER), text)
        text = DOOR.sub(self._door, text)
        text = POSTCODE.sub(lambda one: self._kept(one[0], normal.postcode(one[0]), self._own_codes, ADDRESS), text)
        return re.sub(r"(?:\[name\]\s+)+\[name\]", NAME, self._without_names(text))

    def _kept(self, found: str, value: str, own: set[str], mark: str) -> str:
        return found if value and value in own else self._mark(mark)

    def _door(self, found: re.Match[str]) -> str:
        return found[0] if normal.addresses(found[0], "-") & self._own_doors else self._mark(ADDRESS)

    def learn(self, texts: Iterable[str]) -> None:
        """Take up what is a name in the middle of a sentence, so that it is one at the beginning of another too."""
        for text in texts:
            words = list(_WORD.finditer(text))
            shouted = _is_shouted(text)
            self._names |= {
                normal.plain(_bare(word[0])) for place, word in enumerate(words)
                if not shouted and self._goes(text, words, place)
            }  # fmt: skip

    def _without_names(self, text: str) -> str:
        words = list(_WORD.finditer(text))
        shouted = _is_shouted(text)
        shown, end = "", 0
        for place, word in enumerate(words):
            shown += text[end : word.start()]
            marked = text[word.start() - 1 : word.start()] == "[" and text[word.end() : word.end() + 1] == "]"
            gone = self._is_other(word[0]) or (not shouted and self._goes(text, words, place))
            if not gone and not shouted and self._looks_like_a_name(word[0]) and word[0].lower() not in text:
                self.doubts.add(word[0])
            shown += self._mark(NAME) if gone and not marked else word[0]
            end = word.end()
        return shown + text[end:]

    def _goes(self, text: str, words: list[re.Match[str]], place: int) -> bool:
        """Whether a word reads like a name. Every sentence begins with a capital: there only a second one makes it a
        name."""
        word = words[place]
        if not self._looks_like_a_name(word[0]):
            return False
        if not _STARTS.search(text[: word.start()]):
            return True
        following = words[place + 1] if place + 1 < len(words) else None
        return following is not None and text[word.end() : following.start()].isspace() and (
            self._looks_like_a_name(following[0]) or self._is_other(following[0]))  # fmt: skip

    def _is_other(self, word: str) -> bool:
        plain = normal.plain(_bare(word))
        return plain in self._names or (len(plain) > 3 and plain.removesuffix("s") in self._names)

    def _looks_like_a_name(self, word: str) -> bool:
        if len(word) < 2 or not word[0].isupper():
            return False
        words, plain = normal.words(), normal.plain(_bare(word))
        known = self._own_words | words.described | words.no_persons | words.titles | words.kinds_of_street
        return plain not in known and plain not in words.streets

    def _mark(self, mark: str) -> str:
        self.left_out[mark[1:-1]] = self.left_out.get(mark[1:-1], 0) + 1
        return mark


def _bare(word: str) -> str:
    return word.removesuffix("'s").removesuffix("’s")


def _is_shouted(text: str) -> bool:
    """Whether a text is written in capitals, so that they tell nothing."""
    letters = [letter for letter in text if letter.isalpha()]
    return sum(letter.isupper() for letter in letters) > len(letters) * 0.6
