"""What is typed at the questions about who the reporter is: names and numbers are told apart from what happened."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

# Asked of named reporters only; an anonymous report keeps nothing that an earlier answer there held.
NAMED_ONLY = ("reporter_name", "contact_method", "contact_value", "contact_safety")
# At these questions words may say who the reporter is.
OF_REPORTER = ("identity", *NAMED_ONLY)

_CLAUSE = re.compile(r".+?(?:[.,;!?\n]+(?=\s|$)\s*|$)", re.DOTALL)
# A number, an address, or words that bring a name: "im Kelly", "its kelly marsh", "name's Kelly".
_WHO = re.compile(
    r"[\d@]|\bnames?\b\W+(?!(?:but|and|to|if|for|with|in|on|only|please|thanks|he|she|they)\b)\w|\bcall me\b"
    r"|\b(?:[Ii]['\u2019]?m|[Ii] am|[Ii]t['\u2019]?s|[Tt]his is)\s+"
    r"(?:[A-Z]\w+|\w+(?:\s\w+)?\W*(?:$|(?:and|here|from)\b))"
)
# How words begin that tell of somebody else; where a name may lead, nothing of the clause is kept.
_OF_OTHERS = re.compile(
    r"\W*(?!(?:i am|it is|this is)\b)(?:i|we|(?:he|she|there)(?:\W?s)?|they(?:\W?re)?|it|his|her|their|my|our|the|this"
    r"|that|a|an|and|but|because|so|then|when|someone|somebody|everyone|people|kids|some|help|please|last|every|now"
    r"|today|yesterday)\b",
    re.IGNORECASE,
)
_SHORTEST = 3  # words that tell of anything; fewer may be a name
_LONGEST_NAME = 4  # words; what is longer is no name alone


def says_who(text: str) -> bool:
    """Whether words may hold a name, a number or an address."""
    return bool(_WHO.search(text))


def told_apart(text: str, name: str = "") -> str:
    """What in these words tells of something that happened, without the clauses that may say who tells it; nothing
    where they only say that. Rather too little is kept here: flags that the words raised stay in any case."""
    from casework.triage import reads_as_report

    parts = name.casefold().split()
    known = set(parts) if len(parts) <= _LONGEST_NAME else set()
    kept = ""
    for clause in _CLAUSE.findall(text):
        words = re.findall(r"\w+", clause.casefold())
        if len(words) < _SHORTEST:
            continue
        if (
            _OF_OTHERS.match(clause)
            and not says_who(clause)
            and not known & set(words)
            and (len(words) >= _LONGEST_NAME or reads_as_report(clause))
        ):
            kept += clause
    if kept == text:
        return text if reads_as_report(text) else ""
    kept = kept.strip(" ,;\n")
    return kept if kept and reads_as_report(kept) else ""


def said_apart(also_said: Iterable[Mapping[str, Any]], name: str = "") -> list[dict[str, Any]]:
    """Words beside the questions, without who the reporter is."""
    kept: list[dict[str, Any]] = []
    for entry in also_said:
        one = dict(entry)
        if one.get("question") in OF_REPORTER:
            one["text"] = told_apart(str(one.get("text", "")), name)
        if (one.get("text") or entry.get("question") not in OF_REPORTER) and one not in kept:
            kept.append(one)
    return kept
