"""Full names in whatever letters they are written: Cyrillic, Greek, Arabic, Hebrew, Devanagari, Chinese and others.

What a name of plain Latin letters is found by is ``normal.full_name``, and stays so: values that are indexed are found
by it. What is made here stands beside that value, never in its place.
"""

from __future__ import annotations

import re
import unicodedata

from casework.related import normal

# Letters that English readers leave the marks of away, and that do not fall apart by themselves.
_LATIN = str.maketrans("ıəħŧŋɓɗƙɛɔİ", "iehtnbdkeoI")
# One letter on several keyboards: Arabic and Persian yeh and kaf, teh marbuta; the line that only stretches a word.
_ONE_LETTER = str.maketrans({"ى": "ي", "ی": "ي", "ک": "ك", "ة": "ه", "ـ": None})
# Marks that make another letter of one (nukta, the voicing of kana, virama) and vowels below a letter; all others are
# accents and points, which people leave away.
_LETTER_MARKS = frozenset({7, 8, 9, 84, 91, 103, 118, 122, 129, 130, 132})
_KANA = frozenset({"HIRAGANA", "KATAKANA"})
_EAST = _KANA | {"CJK", "HANGUL"}


def full_names(text: str) -> set[str]:
    """What a name given in full is found by besides ``normal.full_name``; empty where it is half a name, or has no
    letters but a to z. A name that is written twice, in two scripts, has two values."""
    if text.isascii():
        return set()
    words = _words(text)
    by_script: dict[str, list[str]] = {}
    for word in words:
        by_script.setdefault(_script(word[0]), []).append(word)
    found = {_full(script, some) for script, some in by_script.items()}
    found.add(normal.full_name(normal.name_words(text.translate(_LATIN))))
    if len(by_script) > 1 and not any(found):
        found.add(normal.full_name(words))
    return found - {""}


def _words(text: str) -> list[str]:
    """The words of a name as they are compared, in its order."""
    bare = re.sub(r"\(.*?\)", " ", text)
    last, comma, first = bare.partition(",")
    if comma and len(last.split()) == 1:
        bare = f"{first} {last}"
    flat = unicodedata.normalize("NFKD", bare.translate(_LATIN)).casefold().translate(_ONE_LETTER)
    kept = (one for one in flat if unicodedata.combining(one) in _LETTER_MARKS or not unicodedata.combining(one))
    whole = unicodedata.normalize("NFKC", "".join(one for one in kept if unicodedata.category(one) != "Cf"))
    return "".join(one if unicodedata.category(one)[0] in "LM" else " " for one in whole).split()


def _script(letter: str) -> str:
    script = unicodedata.name(letter, "").partition(" ")[0]
    return "EAST" if script in _EAST else script


def _full(script: str, words: list[str]) -> str:
    if script == "LATIN":
        return ""  # as normal.full_name finds it
    if script != "EAST":
        return normal.full_name(words)
    # Written with a space or without; a family name may be one letter, and alone it is half a name.
    whole = "".join(words)
    scripts = {unicodedata.name(one, "").partition(" ")[0] for one in whole}
    least = 3 if scripts <= {"HANGUL"} else 2
    return "" if len(whole) < least or (len(words) == 1 and scripts <= _KANA) else whole
