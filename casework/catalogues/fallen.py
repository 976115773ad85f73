"""Which words of a page in another language are English after all, so that the page can say so (WCAG 3.1.2).

A text that is missing in a catalogue is shown in English (decision 7). What the assistant says comes to the page with
its gaps filled in; here it is known again by the English texts that the catalogue lacks.
"""

from __future__ import annotations

import re
from functools import lru_cache

from casework.catalogues.catalogue import DOMAIN, LOCALE, Catalogue
from casework.catalogues.current import current

_GAP = re.compile(r"\{[^{}]*\}")
_SENTENCES = re.compile(r"(?<=[.!?]) ")
# A text that is hardly more than its gaps ("{name}: {number}") would be seen everywhere.
_LETTERS = 3


def has_fallen(english: str) -> bool:
    """Whether this text of ours, as it is written in the source, is shown in English on a page of another language."""
    found = current()
    return found is not None and not found.knows(english)


def runs(text: str) -> list[tuple[str, bool]]:
    """The text in pieces, each with whether it is English on a page of another language."""
    found = current()
    if found is None or not (exact_and_filled := _missing(found)):
        return [(text, False)]
    exact, filled = exact_and_filled

    def is_english(piece: str) -> bool:
        # A heading stands without its full stop.
        return piece in exact or f"{piece}." in exact or bool(filled and filled.fullmatch(piece))

    if is_english(text):
        return [(text, True)]
    out: list[tuple[str, bool]] = []
    for at, line in enumerate(text.split("\n")):
        lead = "\n" if at else ""
        if is_english(line):
            out.append((lead, False))
            out.append((line, True))
            continue
        for count, sentence in enumerate(_SENTENCES.split(line)):
            out.append((" " if count else lead, False))
            out.append((sentence, is_english(sentence)))
    return [(piece, english) for piece, english in out if piece]


@lru_cache(maxsize=32)
def _missing(found: Catalogue) -> tuple[frozenset[str], re.Pattern[str] | None] | None:
    """What a catalogue lacks: whole texts, and the shape of those with gaps. None where it lacks nothing."""
    lacking = [text for text in _sources() if not found.knows(text)]
    if not lacking:
        return None
    with_gaps = [text for text in lacking if _GAP.search(text) and _letters(text) >= _LETTERS]
    shapes = "|".join(".+?".join(map(re.escape, _GAP.split(text))) for text in with_gaps)
    exact = frozenset(text for text in lacking if not _GAP.search(text))
    return exact, re.compile(shapes, re.S) if shapes else None


def _letters(text: str) -> int:
    return sum(character.isalpha() for character in _GAP.sub("", text))


@lru_cache(maxsize=1)
def _sources() -> tuple[str, ...]:
    """Every text that a reporter may see, in English; none where the file for translators is not there."""
    from babel.messages.pofile import read_po

    path = LOCALE / f"{DOMAIN}.pot"
    if not path.is_file():
        return ()
    with path.open("rb") as file:
        ids = [message.id for message in read_po(file) if message.id]
    return tuple(text for each in ids for text in ([each] if isinstance(each, str) else each))
