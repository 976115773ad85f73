"""Taking one person's name, numbers and addresses out of words that stay.

What is taken out is covered letter by letter, so that the places which labels point to in an account stay right.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from casework.related import normal
from casework.rights.redaction import DOOR, EMAIL_ADDRESS, PHONE_NUMBER, POSTCODE

COVER = "█"
# Names that are everyday words: they are somebody's only with a capital letter.
_EVERYDAY = re.compile(
    r"will|may|mark|rose|grace|joy|hope|faith|young|bill|rob|sue|pat|drew|jack|guy|art|dean|frank|earl|dawn|eve"
    r"|june|april|august|summer|autumn|holly|ivy|lily|daisy|heather|penny|sky|star|angel|king|best|long|short|small"
    r"|strong|wise|good|man|say|day|cook|baker|butler|page|church|field|hill|wood|woods|banks|bush|rice|bell|ball"
    r"|park|close|lane|street"
)  # fmt: skip
# Keys whose values are codes, ids or times and nobody's words.
_NO_WORDS = frozenset({"at", "name", "question", "kind", "identity", "method", "safe"})


class Mask:
    """Covers one person. ``names`` are their names as they were given, ``contacts`` numbers, e-mail addresses and
    addresses of theirs."""

    def __init__(self, names: Iterable[str], contacts: Iterable[str] = ()) -> None:
        known, given = [*names], [text for text in contacts if text]
        parts = {part for name in known for part in re.findall(r"[^\W\d_]+(?:['’-][^\W\d_]+)*", name)}
        self._numbers = {number for text in given if (number := normal.phone(text))}
        self._emails = {email for text in given if (email := normal.email(text))}
        self._doors = {door for text in given for door in normal.addresses(text, "-")}
        self._codes = {code for text in given if (code := normal.postcode(text))}
        self._patterns = (
            _any_of([*known, *given]),
            _any_of(part for part in parts if len(part) > 1 and not _is_everyday(part)),
            _any_of((part.capitalize() for part in parts if _is_everyday(part)), flags=0),
        )

    def text(self, text: str) -> str:
        """The text with the person covered."""
        text = EMAIL_ADDRESS.sub(lambda one: _cover(one, normal.email(one[0].rstrip(".")) in self._emails), text)
        text = PHONE_NUMBER.sub(lambda one: _cover(one, normal.phone(one[0]) in self._numbers), text)
        text = DOOR.sub(lambda one: _cover(one, bool(normal.addresses(one[0], "-") & self._doors)), text)
        text = POSTCODE.sub(lambda one: _cover(one, normal.postcode(one[0]) in self._codes), text)
        for pattern in self._patterns:
            text = pattern.sub(_cover, text)
        return text

    def value(self, value: Any, key: str = "", codes: frozenset[str] = frozenset()) -> Any:
        """The same value with the person covered in every text. Codes stay: those of ``_NO_WORDS``, and in a report's
        answers those that were chosen and not typed."""
        if isinstance(value, str):
            return value if key in _NO_WORDS or key in codes else self.text(value)
        if isinstance(value, Mapping):
            # A note stands under the name of the question it was written at.
            inside = {"answers": _chosen(), "notes": frozenset[str]()}.get(key, codes)
            return {name: self.value(one, name, inside) for name, one in value.items()}
        return [self.value(one, key, codes) for one in value] if isinstance(value, list | tuple) else value


def _any_of(values: Iterable[str], flags: int = re.IGNORECASE) -> re.Pattern[str]:
    longest_first = sorted({value.strip() for value in values if value.strip()}, key=len, reverse=True)
    inner = "|".join(re.escape(value) for value in longest_first) or r"(?!)"
    return re.compile(rf"(?<!\w)(?:{inner})(?!\w)", flags)


def _is_everyday(part: str) -> bool:
    plain = normal.plain(part)
    return _EVERYDAY.fullmatch(plain) is not None or plain in normal.words().also_names


def _cover(found: re.Match[str], theirs: bool = True) -> str:
    return re.sub(r"\S", COVER, found[0]) if theirs else found[0]


@cache
def _chosen() -> frozenset[str]:
    """Questions that are answered by choosing: what stands there is a code."""
    from casework.questions.plan import plan

    return frozenset(question.name for question in plan().questions if not question.takes_words)
