"""One language's texts, by the English ones."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

LOCALE = Path(__file__).resolve().parents[2] / "locale"
DOMAIN = "reporting"
# Unicode's isolates: what stands between them keeps its own direction (UAX 9).
LEFT_TO_RIGHT, FIRST_STRONG, POP = "\u2066", "\u2068", "\u2069"


class Catalogue(Protocol):
    """``tag`` is the language as pages name it, ``locale`` the one that dates are written in (Babel's name)."""

    def __hash__(self) -> int: ...

    @property
    def tag(self) -> str: ...

    @property
    def locale(self) -> str: ...

    @property
    def direction(self) -> str: ...

    def text(self, english: str) -> str:
        """The text, unfilled; the English one where there is none."""
        ...

    def plural(self, one: str, many: str, count: int) -> str:
        """The text for so many, unfilled."""
        ...

    def knows(self, english: str) -> bool:
        """Whether there is a text of its own for this one."""
        ...


@dataclass(frozen=True, eq=False)
class Translated:
    """A language with a file. ``texts`` holds only what is translated and looked over."""

    tag: str
    locale: str
    direction: str
    texts: Mapping[str, str]
    plurals: Mapping[str, Sequence[str]]
    form: Callable[[int], int]

    def text(self, english: str) -> str:
        return self.texts.get(english, english)

    def plural(self, one: str, many: str, count: int) -> str:
        forms, at = self.plurals.get(one, ()), self.form(count)
        if at < len(forms) and forms[at]:
            return forms[at]
        return one if count == 1 else many

    def knows(self, english: str) -> bool:
        return english in self.texts or english in self.plurals


def path_of(tag: str) -> Path:
    """Where the texts of a language are."""
    return LOCALE / tag / "LC_MESSAGES" / f"{DOMAIN}.po"


def read(tag: str) -> Translated:
    """The catalogue of a language. Entries that are empty or marked fuzzy count as missing. Raises OSError, ValueError
    and what Babel raises for a file that is none."""
    from babel import Locale
    from babel.messages.pofile import read_po

    with path_of(tag).open("rb") as file:
        book = read_po(file, locale=tag.replace("-", "_"), domain=DOMAIN, abort_invalid=True)
    texts: dict[str, str] = {}
    plurals: dict[str, tuple[str, ...]] = {}
    for message in book:
        if not message.id or message.fuzzy:
            continue
        if isinstance(message.id, str):
            if isinstance(message.string, str) and message.string:
                texts[message.id] = message.string
        elif message.string and not isinstance(message.string, str):
            plurals[message.id[0]] = tuple(message.string)
    locale = Locale.parse(tag, sep="-")
    return Translated(tag, str(locale), locale.text_direction, texts, plurals, _rule(book.plural_expr))


def _rule(expression: str) -> Callable[[int], int]:
    """The rule of a catalogue's header as a function."""
    from gettext import c2py

    chosen: Callable[[int], int] = c2py(expression)
    return chosen


def filled(text: str, english: str, values: Mapping[str, object]) -> str:
    """The text with its names filled in; the English one where a translation names what is not there."""
    try:
        return text.format_map(values)
    except (LookupError, ValueError, AttributeError, TypeError):
        return english.format_map(values)


def isolate(value: str) -> str:
    """The value between isolates: numbers and codes run from left to right, words as they do. HTML stays HTML."""
    words = re.sub(r"<[^>]*>", "", value) if "<" in value else value
    own = FIRST_STRONG if any(character.isalpha() for character in words) else LEFT_TO_RIGHT
    return own + value + POP
