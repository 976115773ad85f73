"""By what one report is found: its people and its place, normalised, each with the kind of its value.

``responsible`` is who was complained about, as far as the reporter wrote it at that question; names within an account
are not indexed (see ``casework.related.accounts``). ``respondent`` is who an advisor has confirmed it to be (see
``casework.related.confirmed``). An anonymous reporter is found by nothing (case-record.md, "Identity apart").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from casework.related import normal, scripts

SUBJECTS = ("reporter", "affected", "responsible", "respondent", "place")
# A name in full is as sure as a name can be; a name by its sound, or a part of it at one postcode, is a maybe.
SURE = ("full_name", "phone", "email", "address")
MAYBE = ("name_sound", "name_at_postcode")
KINDS = (*SURE, *MAYBE, "postcode")

_BREAKS = re.compile(r"[;:()/\n\"“”]|\.(?=\s|$)(?<!\b[A-Z]\.)(?<!Mr\.)(?<!Mrs\.)(?<!Ms\.)(?<!Dr\.)|\d\w*|\s[-–]\s")
_PART = re.compile(r",|\band\b|&|\+", re.IGNORECASE)


class Token(NamedTuple):
    """One value that a report is found by."""

    subject: str
    kind: str
    value: str


def tokens_of(told: Mapping[str, Any], identity: Mapping[str, str], role: str | None) -> set[Token]:
    """All values of one report. ``told`` and ``identity`` are what ``casework.cases.records`` keeps of it; ``role`` is
    the reporter's (``self``: the reporter is the affected person too)."""
    answers: Mapping[str, Any] = told.get("answers", {})
    place = _text(answers.get("where_postcode"))
    code = normal.postcode(place)
    found: set[Token] = set()
    reporter: set[tuple[str, str]] = set()
    if told.get("contact") is not None:
        reporter = {*_of_name(identity.get("reporter_name", "")), *_of_contact(identity.get("contact_value", ""))}
    affected = set(_of_name(identity.get("affected_name", "")))
    if role == "self":
        affected |= reporter
    found |= {Token("reporter", *value) for value in reporter}
    found |= {Token("affected", *value) for value in affected}
    found |= {Token("responsible", *value) for value in _of_responsible(_text(answers.get("person_responsible")), code)}
    if code:
        found.add(Token("place", "postcode", code))
    found |= {Token("place", "address", value) for value in normal.addresses(place)}
    return {token for token in found if token.value}


def tokens_of_person(subject: str, name: str, contact: str) -> set[Token]:
    """What one person is found by whose name and contact are known."""
    found = {Token(subject, *value) for value in (*_of_name(name), *_of_contact(contact))}
    return {token for token in found if token.value}


def names_in(text: str) -> list[list[str]]:
    """The names in a description, each as its words: "Kyle Brennan, the lad at no. 14" is [["kyle", "brennan"]]."""
    words = normal.words()
    names = []
    for part in (part for sentence in _BREAKS.split(text) for part in _PART.split(sentence)):
        run: list[str] = []
        titled = False
        for word in [*normal.name_words(part, with_titles=True), ""]:
            title = word in words.titles
            # "The white van" names nobody; "Mr White" and "Dave White" do.
            if word and not title and word not in words.described and (run or titled or word not in words.also_names):
                run.append(word)
            elif run:
                names.append(run)
                run = []
            titled = title
    return [name for name in names if len(name) <= 4]


def _of_name(name: str) -> Iterator[tuple[str, str]]:
    words = normal.name_words(name)
    yield "full_name", normal.full_name(words)
    yield "name_sound", normal.name_sound(words)
    yield from (("full_name", value) for value in scripts.full_names(name))


def _of_contact(contact: str) -> Iterator[tuple[str, str]]:
    if address := normal.email(contact):
        yield "email", address
    elif number := normal.phone(contact):
        yield "phone", number
    else:
        yield from (("address", value) for value in normal.addresses(contact))


def _of_responsible(text: str, code: str) -> Iterator[tuple[str, str]]:
    code = normal.postcode(text) or code
    for words in names_in(text):
        yield "full_name", normal.full_name(words)
        yield "name_sound", normal.name_sound(words)
        if code:
            # Neighbours know a first name, or a family name: at one postcode that may be enough.
            yield from (("name_at_postcode", f"{word}|{code}") for word in words if len(word) > 2)
    yield from (("address", value) for value in normal.addresses(text, code, told_freely=True))
    yield from (("phone", number) for number in normal.phones_in(text))
    yield from (("email", address) for address in normal.emails_in(text))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
