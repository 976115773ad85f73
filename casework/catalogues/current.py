"""The language of the turn or page in hand, and its texts.

A context variable holds the catalogue, and None stands for English: there a text is what is written in the source,
and no catalogue is read or asked. Nothing here raises for a text that is missing or spoiled in a catalogue: that one
text is English then.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from casework.catalogues.catalogue import Catalogue, filled, isolate
from casework.catalogues.offered import ENGLISH, catalogue

_current: ContextVar[Catalogue | None] = ContextVar("language", default=None)


def use(tag: str) -> None:
    """Speak this language from here on in this task or thread; English where the tag is not known."""
    _current.set(catalogue(tag))


@contextmanager
def spoken(tag: str) -> Iterator[None]:
    """Speak this language inside the block."""
    token = _current.set(catalogue(tag))
    try:
        yield
    finally:
        _current.reset(token)


def language() -> str:
    """The tag of the language in use, as pages and programs name it (BCP 47)."""
    found = _current.get()
    return found.tag if found else ENGLISH


def direction() -> str:
    """``ltr`` or ``rtl``, as HTML names it."""
    found = _current.get()
    return found.direction if found else "ltr"


def current() -> Catalogue | None:
    """The catalogue in use; None for English."""
    return _current.get()


def gettext(english: str, /, **values: object) -> str:
    """The text in the language in use, its ``{names}`` filled in. Without values nothing is filled."""
    found = _current.get()
    if found is None or not english:
        return english.format_map(values) if values else english
    text = found.text(english)
    return filled(text, english, isolated(values)) if values else text


def ngettext(one: str, many: str, count: int, /, **values: object) -> str:
    """The text for so many, chosen by the language's own rule; ``{count}`` is filled in too."""
    found, values = _current.get(), {"count": count, **values}
    english = one if count == 1 else many
    if found is None:
        return english.format_map(values)
    return filled(found.plural(one, many, count), english, isolated(values))


def isolated(values: dict[str, object]) -> dict[str, object]:
    """Values that a right-to-left text cannot turn round: a number in groups, a name, an address."""
    if direction() == "ltr":
        return values
    return {name: isolate(value) if isinstance(value, str) else value for name, value in values.items()}


def N_(english: str) -> str:
    """Marks a text for the catalogues; ``gettext`` gives it where it is shown."""
    return english
