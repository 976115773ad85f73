"""Which languages there are, and which of those that are offered fits a person best."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from casework.catalogues.catalogue import LOCALE, Catalogue, path_of, read
from casework.catalogues.pseudo import PSEUDO

ENGLISH = "en-GB"
_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")
_RANGE = re.compile(r"\s*([A-Za-z0-9*-]{1,35})\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*)?")
_MOST = 20


@lru_cache(maxsize=1)
def known() -> tuple[str, ...]:
    """English, the languages with a catalogue, and the pseudo-locales."""
    files = sorted(path.parents[1].name for path in LOCALE.glob(f"*/LC_MESSAGES/{path_of('').name}"))
    return (ENGLISH, *(tag for tag in files if _TAG.fullmatch(tag)), *PSEUDO)


@lru_cache(maxsize=32)
def catalogue(tag: str) -> Catalogue | None:
    """The texts of a language; None for English, and for a tag that is not known."""
    if tag in PSEUDO:
        return PSEUDO[tag]
    return read(tag) if tag != ENGLISH and tag in known() else None


def is_readable(tag: str) -> bool:
    """Whether this language can be spoken. Asked at the start, so that no turn finds out."""
    try:
        return tag in known() and (tag == ENGLISH or catalogue(tag) is not None)
    except Exception:
        # Whatever a file holds that Babel cannot read: another language, not a fault in the middle of a report.
        return False


def name_of(tag: str) -> str:
    """The language's name for itself."""
    if tag == ENGLISH:
        return "English"
    if tag in PSEUDO:
        return tag
    from babel import Locale

    locale = Locale.parse(tag, sep="-")
    return str(locale.get_language_name(str(locale))).capitalize()


def best(wanted: str, offered: Sequence[str]) -> str:
    """The offered language for an ``Accept-Language`` header or a single tag: its own, one of the same first part, or
    the first that is offered. A pseudo-locale is given only to who names it."""
    exact = {tag.lower(): tag for tag in offered}
    for tag in _by_liking(wanted):
        if tag in exact:
            return exact[tag]
        first = tag.partition("-")[0]
        near = (one for one in offered if one not in PSEUDO and one.lower().partition("-")[0] == first)
        if found := next(near, None):
            return found
    return offered[0]


def _by_liking(wanted: str) -> list[str]:
    """The tags of the header in lower case, the best liked first; what cannot be read is left out."""
    found: list[tuple[float, str]] = []
    for part in wanted[:500].split(",")[:_MOST]:
        if (read_ := _RANGE.fullmatch(part)) and float(read_.group(2) or 1) > 0:
            found.append((float(read_.group(2) or 1), read_.group(1).lower()))
    return [tag for _, tag in sorted(found, key=lambda pair: -pair[0])]
