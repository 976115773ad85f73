"""Numbers and addresses as links, so that one touch rings them; a long address breaks at its joints."""

from __future__ import annotations

import re
from functools import lru_cache

from markupsafe import Markup, escape

from casework.catalogues import ENGLISH, direction, language, runs
from web.chat.page_marks import in_english
from web.chat.page_places import places

# An address; a short number where the words around it say that it is rung; a number as it is dialled in the
# United Kingdom, which a receipt code (sixteen digits) is not.
_ADDRESS = r"https://[^\s<>\"']+[^\s<>\"'.,;:!?)]|\b999bsl\.co\.uk\b"
# In other languages than English the words around it say nothing to us: there it stands by itself.
_ALONE = r"(?<![\d+])(?<!\d )(?:999|101|111)\b(?! ?\d)"
_SHORT = r"(?:(?<=[Cc]all )|(?<=\bon )|(?<=\bor )|(?<=\bdial ))(?:999|101|111)\b"
_LONG = r"(?<!\d)(?<!\d )\b0\d(?: ?\d){8,9}\b(?! ?\d)"
# Where an address may go on in a new line: after its beginning, and before what parts its words (not its figures).
_JOINT = re.compile(r"(?<=://)|(?<=[^\W\d])(?=\.\w)|(?<=\w)(?=[/:@?#&=-]\w)")


@lru_cache(maxsize=2)
def _pattern(english: bool) -> re.Pattern[str]:
    known = sorted((place.number for place in places().values() if place.dialled), key=len, reverse=True)
    listed = "|".join(rf"(?<!\d)(?<!\d ){re.escape(number)}(?! ?\d)" for number in known)
    return re.compile("|".join((_ADDRESS, _SHORT if english else _ALONE, listed, _LONG)))


def with_links(text: str) -> Markup:
    """The assistant's words with links. Never for words of the person."""
    out = Markup()
    for piece, english in runs(text):
        linked = _linked(piece)
        out += in_english(linked) if english else linked
    return out


def jointed(address: str) -> Markup:
    """An address to be shown, of a page or of mail: where it does not fit it breaks between its words, not in one."""
    return Markup("<wbr>").join(_JOINT.split(address))


def _linked(text: str) -> Markup:
    out, at = Markup(), 0
    for found in _pattern(language() == ENGLISH).finditer(text):
        out += escape(text[at : found.start()]) + _link(found.group())
        at = found.end()
    return out + escape(text[at:])


def _link(shown: str) -> Markup:
    if shown.startswith("https://") or not shown[-1].isdigit():
        href, words = (shown, jointed(shown)) if shown.startswith("https://") else ("https://" + shown, shown)
        return Markup('<a href="{}" rel="noopener noreferrer">{}</a>').format(href, words)
    # Groups of figures would be turned round in a text from right to left.
    held = Markup(' dir="ltr"' if direction() == "rtl" else "")
    return Markup('<a href="tel:{}"{}>{}</a>').format(shown.replace(" ", ""), held, shown)
