"""From typed characters to words, with the way back to the characters.

Every step is one pass and linear: no message can make it slow.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

# The rules, the tables of other languages and the guess at the language split the same text. No more stay in memory.
_LAST = 4
# Signs that stand for danger or insult when a person has no time or no words.
SIGNS = "🔪🗡🔫🪓💣🔥🆘🚨🩸🐒🐵🍌🐷🥓☠💀⚰🏳"
# A token that begins with one of these ends a sentence.
STOPS = ".!?;\n\r…"
_TOKEN = re.compile(
    r"\d+[.:]\d+(?:[ap]m)?"  # 2:30am: one word, not the end of a sentence
    r"|[^\W_]+(?:['*@$#!+]+[^\W_]+)*\**"
    r"|[*@$#]+[^\W_]+(?:['*@$#!+]+[^\W_]+)*\**"
    r"|[.?!;\n\r…]+"
    r"|[,:()\[\]–—/\"]|(?<![^\W_])'(?=[^\W_])|(?<=\s)-+(?=\s)"
    rf"|[{SIGNS}]"
)
_WORD_START = re.compile(r"[^\W_]|[*@$#]|[" + SIGNS + "]")
_HIDDEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff\u0300-\u036f]")
_TRIPLE = re.compile(r"(.)\1{2,}")

# One character for one character, so that offsets stay true.
_FOLD = {ord(a): b for a, b in zip("‘’ʼ´`“”„«»", "'''''\"\"\"\"\"", strict=True)}
_FOLD.update({0xA0: " ", 0x2010: "-", 0x2011: "-", 0x0131: "i", 0x2028: "\n", 0x2029: "\n"})
_FOLD.update({ord(a): b for a, b in zip("àáâãäåçèéêëìíîïñòóôõöùúûüýÿ", "aaaaaaceeeeiiiinooooouuuuyy", strict=True)})
_FOLD.update({ord(a): b for a, b in zip("ÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÑÒÓÔÕÖÙÚÛÜÝ", "aaaaaaceeeeiiiinooooouuuuy", strict=True)})
_FOLD.update({ord(a): b for a, b in zip("ąćęłńóśźżĄĆĘŁŃŚŹŻșțăȘȚĂşţŞŢ", "acelnoszzACELNSZZstaSTAstST", strict=True)})

_LEET = str.maketrans("013457@$!+", "oieastasit")
# An apostrophe decides between words that look alike without it.
_SHORT = {
    "i'll": "iwill", "he'll": "hewill", "she'll": "shewill", "we'll": "wewill", "they'll": "theywill",
    "you'll": "youwill", "we're": "weare", "i'd": "iwould", "he'd": "hewould", "she'd": "shewould",
    "we'd": "wewould", "they'd": "theywould", "can't": "cant",
}  # fmt: skip


@dataclass(slots=True)
class Words:
    """The words of a message; ``starts[i]:ends[i]`` is where word ``i`` stands in the original."""

    words: list[str]
    starts: list[int]
    ends: list[int]


def plain(text: str) -> tuple[str, list[int] | None]:
    """Lower case, straight quotes, no hidden characters; and the map back (None: offsets unchanged)."""
    back: list[int] | None = None
    if not text.isascii():
        if _HIDDEN.search(text):
            back = [i for i, char in enumerate(text) if not _HIDDEN.match(char)]
            text = "".join(text[i] for i in back)
        text = text.translate(_FOLD)
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = "".join(char.lower() if len(char.lower()) == 1 else char for char in text)
    return lowered, back


@lru_cache(maxsize=_LAST)
def split(text: str) -> Words:
    """The message as words, sentence ends and signs, each with its place; not to be changed."""
    low, back = plain(text)
    words, starts, ends = [], [], []
    for match in _TOKEN.finditer(low):
        words.append(match.group())
        starts.append(match.start())
        ends.append(match.end())
    if back is not None:
        back.append(len(text))
        starts = [back[i] for i in starts]
        ends = [back[i - 1] + 1 for i in ends]
    return Words(words, starts, ends)


def variants(word: str) -> list[str]:
    """Other ways to read a word that is not in the lexicon: apostrophes, stretched letters, disguises."""
    found = []
    if "'" in word:
        found.append(_SHORT.get(word) or word.replace("'", ""))
        if word.endswith("'s"):
            found.append(word[:-2])
    if _TRIPLE.search(word):
        found += [_TRIPLE.sub(r"\1", word), _TRIPLE.sub(r"\1\1", word)]
    if not word.isalpha() and any(char.isalpha() for char in word):
        clear = word.translate(_LEET)
        if clear != word:
            found.append(clear.replace("'", ""))
    if word.endswith("in") and len(word) > 5:
        found.append(word + "g")
    return found
