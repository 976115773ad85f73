"""What stays of a name, number or address when the ways to write it are taken away, so that the same person or
place is found again whoever typed it.

Everything here is a guess in favour of finding: what it finds is shown to an advisor, who decides.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

_LETTERS = str.maketrans(
    {"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ð": "d", "þ": "th", "ß": "ss", "æ": "ae", "œ": "oe"}
)
_APOSTROPHES = re.compile(r"['’‘`´]")
_WORD = re.compile(r"[a-z]+")
_PREFIXES = re.compile(r"\b(mac|mc|o|d|de la|de|van der|van|von|al|el|ben|st)[ -]+(?=[a-z]{2})")
_POSTCODE = re.compile(r"\b([A-Z]{1,2}[0-9OI][A-Z0-9]?)\s*([0-9OI][ABD-HJLNP-UW-Z]{2})\b", re.IGNORECASE)
_EMAIL = re.compile(r"[^\s@<>,;:]{1,64}@(?:[^\s@<>,;:.]{1,63}\.){1,8}[^\s@<>,;:.]{2,63}")
_PHONE = re.compile(r"(?<![\w+])\+?\(?\d[\d\s().\-/]{7,}\d")

_DOORS = re.compile(r"\b(?:flat|apartment|apt|unit|room|number|num|no|nr|house number|#)\s*\.?\s*(?=\d|[a-z]\b)")
_JOINED_LETTER = re.compile(r"\b(\d+)\s+([a-h])\b")
_DOOR = re.compile(r"§?\d+[a-z]?|§[a-z]")

# Letters that sound alike; the order counts.
_SOUNDS = (
    (r"^mac", "mk"), (r"^mc", "mk"), (r"^kn", "n"), (r"^gn", "n"), (r"^wr", "r"), (r"^ps", "s"), (r"^x", "s"),
    (r"ph", "f"), (r"ough", "f"), (r"(?<=.)gh", ""), (r"gh", "g"), (r"sch", "sh"), (r"tch", "ch"), (r"ck", "k"),
    (r"cz", "ch"), (r"th", "t"), (r"(?<=[aeiou])w", ""), (r"c(?=[eiy])", "s"), (r"ch", "x"), (r"sh", "x"), (r"c", "k"),
    (r"q", "k"), (r"dge?", "j"), (r"g(?=[eiy])", "j"), (r"z", "s"), (r"v", "f"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Words:
    """The words of ``words.yml``."""

    titles: frozenset[str]
    streets: Mapping[str, str]
    kinds_of_street: frozenset[str]
    described: frozenset[str]
    also_names: frozenset[str]
    no_persons: frozenset[str]


@cache
def words() -> Words:
    """Titles, words of streets, words that describe people or look like names. Read once, on first use."""
    told = yaml.safe_load(Path(__file__).with_name("words.yml").read_text(encoding="utf-8"))
    several = {name: frozenset(told[name].split()) for name in Words.__slots__ if name != "streets"}
    return Words(streets=dict(told["streets"]), **several)


def plain(text: str) -> str:
    """Without case, accents and apostrophes, each space single: "O’Brien-ŁASKI " gives "obrien-laski"."""
    flat = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    flat = "".join(letter for letter in flat if not unicodedata.combining(letter)).casefold()
    return " ".join(_APOSTROPHES.sub("", flat).split())


def name_words(text: str, with_titles: bool = False) -> list[str]:
    """The words of a name, in its order, without titles: "Brennan, Mr Kyle" gives ["kyle", "brennan"]."""
    flat = plain(re.sub(r"\(.*?\)", " ", text))
    last, comma, first = flat.partition(",")
    if comma and len(last.split()) == 1 and 0 < len(first.split()) <= 3 and "," not in first:
        flat = f"{first} {last}"
    flat = _PREFIXES.sub(lambda found: found[1].replace(" ", ""), flat.replace(".", " "))
    return [word for word in _WORD.findall(flat) if with_titles or word not in words().titles]


def full_name(words: list[str]) -> str:
    """First and last name in one order; empty where only one is known or one is an initial."""
    if len(words) < 2 or min(len(words[0]), len(words[-1])) < 2:
        return ""
    return " ".join(sorted((words[0], words[-1])))


def name_sound(words: list[str]) -> str:
    """As ``full_name``, the way it sounds: "Katherine Smyth" and "Catharine Smith" are one."""
    return " ".join(sorted(_sound(word) for word in (words[0], words[-1]))) if full_name(words) else ""


def _sound(word: str) -> str:
    heard = word
    for pattern, letter in _SOUNDS:
        heard = re.sub(pattern, letter, heard)
    first = "i" if heard[:1] == "y" else heard[:1]
    return re.sub(r"(.)\1+", r"\1", first + re.sub(r"[aeiouyhw]", "", heard[1:]))


def phone(text: str) -> str:
    """A number as it is dialled here: "+44 (0)7700 900 123" gives "07700900123"; empty for anything else."""
    digits = re.sub(r"[^\d+]", "", re.sub(r"(?:ext|x)\.?\s*\d+\s*$", "", text.strip(), flags=re.IGNORECASE))
    digits = re.sub(r"^(?:\+|00)44(?:0)?", "0", digits)
    digits = re.sub(r"^\+", "00", digits)
    if "+" in digits or not 7 <= len(digits) <= 17:
        return ""
    return f"0{digits}" if len(digits) == 10 and digits[0] in "7123" else digits


def email(text: str) -> str:
    """An address without case and spaces around it; empty for anything else."""
    found = _EMAIL.fullmatch(text.strip().strip("<>").removeprefix("mailto:"))
    return unicodedata.normalize("NFKC", found[0]).casefold().rstrip(".") if found else ""


def phones_in(text: str) -> list[str]:
    """All numbers in a text."""
    return [number for found in _PHONE.findall(text) if len(number := phone(found)) >= 10]


def emails_in(text: str) -> list[str]:
    """All e-mail addresses in a text."""
    return [address for found in _EMAIL.findall(text) if (address := email(found.rstrip(".!?")))]


def postcode(text: str) -> str:
    """The whole postcode in a text, "l36 9yz" as "L369YZ"; empty where there is none. O and I typed for 0 and 1 are
    mended."""
    found = _POSTCODE.search(text)
    if not found:
        return ""
    out, inward = found[1].upper(), found[2].upper()
    area = re.match(r"[A-Z]{1,2}(?=[0-9OI])", out)
    split = len(area[0]) if area else 1
    mend = str.maketrans("OI", "01")
    return out[:split] + out[split].translate(mend) + out[split + 1 :] + inward[0].translate(mend) + inward[1:]


def addresses(text: str, near: str = "", told_freely: bool = False) -> set[str]:
    """What an address is found by: its doors at its postcode ("4 12|L369YZ"), and its doors in its street ("12 elm
    road"), as far as they are known.

    ``near`` is the postcode where the text has none: "Flat 4" and "4" are the same door there. In a text that is
    ``told_freely`` a number is a door only before a street, after "flat" or "number", or alone: "in his 40s".
    """
    code = postcode(text) or near
    flat = re.sub(r"[^\w\s#/-]", " ", plain(_POSTCODE.sub(" ", text)))
    flat = re.sub(r"[/-]", " ", _JOINED_LETTER.sub(r"\1\2", _DOORS.sub(" §", flat)))
    told = flat.split()
    street = _street(told)
    if street is None:
        doors = [word.lstrip("§") for word in told if _DOOR.fullmatch(word) and (
            not told_freely or word[0] == "§" or len(told) == 1)]  # fmt: skip
        return {f"{' '.join(doors)}|{code}"} if code and 0 < len(doors) <= 3 else set()
    first, last = street
    doors = [word.lstrip("§") for word in told[: first + 1] if _DOOR.fullmatch(word) and (
        not told_freely or word[0] == "§" or word == told[first])]  # fmt: skip
    name = [words().streets.get(word, word) for word in told[first + 1 : last + 1]]
    if name[0] == "street":
        name[0] = "saint"
    found = {" ".join([*doors, *name])}
    return {*found, f"{' '.join(doors)}|{code}"} if code else found


def _street(told: list[str]) -> tuple[int, int] | None:
    """Where the door and the last word of a street stand: "12 elm road" in whatever is around it."""
    for last, word in enumerate(told):
        if words().streets.get(word, word) in words().kinds_of_street:
            for first in range(last - 2, max(last - 6, -1), -1):
                if _DOOR.fullmatch(told[first]):
                    return first, last
    return None
