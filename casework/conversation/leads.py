"""The word that an answer leads with: yes, no, or not knowing. It decides unless the rest takes it back.

The patterns are in ``leads.yml``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from casework.conversation.plain import Said, joined, read_data

YES, NO, UNSURE, MIXED = "yes", "no", "not_sure", "mixed"


@lru_cache(maxsize=1)
def patterns() -> Mapping[str, re.Pattern[str]]:
    """Read once."""
    data = read_data("leads.yml")
    parts = data.pop("parts")
    return {str(name): joined(found, parts) for name, found in data.items()}


def lead(said: Said) -> str | None:
    """``yes``, ``no``, ``not_sure``, ``mixed`` where it says both, or None where the words lead with none of them."""
    book, tidy = patterns(), said.tidy
    if book["taken_back"].search(tidy):
        return MIXED
    for name, leads in (("not_sure", UNSURE), (NO, NO), (YES, YES)):
        if book[name].match(tidy):
            return leads
    for words in (tidy, *said.clauses[:1]):
        for name, leads in (("whole_no", NO), ("whole_yes", YES)):
            if book[name].fullmatch(words):
                return leads
    return None
