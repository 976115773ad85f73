"""English words inside a page of another language say that they are English, for those who have the page read out."""

from __future__ import annotations

from markupsafe import Markup, escape

from casework.catalogues import direction, language, runs

_MARKED = Markup('<span lang="en" dir="ltr">{}</span>')


def in_english(words: str) -> Markup:
    """The words as the English ones that they are; markup in them stays what it is."""
    return _MARKED.format(words)


def in_own_language(words: str) -> str:
    """Marks among English words, which hold words of the page's language."""
    if not isinstance(words, Markup) or 'lang="en"' in words:
        return words
    return Markup('<span lang="{}" dir="{}">{}</span>').format(language(), direction(), words)


def marked(text: str) -> Markup:
    """A text of ours, its gaps filled in; what of it is English is marked.

    What the person said may be the words of an option of ours; their own words are in no catalogue."""
    out = Markup()
    for piece, english in runs(text):
        out += in_english(piece) if english else escape(piece)
    return out
