"""Ages in figures and in words, as people write them about themselves."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from casework.conversation.plain import Said, joined, read_data
from casework.triage import reads_as_report

YOUNGEST, CHILD, ADULT, OLD, OLDEST = 3, 13, 18, 65, 110
LONGEST = 30  # words
LAST_CHILD_YEAR, FIRST_TEEN_YEAR, LAST_TEEN_YEAR = 7, 9, 12


@dataclass(frozen=True)
class Tables:
    """``ages.yml``, ready to use."""

    numbers: Mapping[str, int]
    ten_and_one: re.Pattern[str]
    number: re.Pattern[str]
    groups: Mapping[str, re.Pattern[str]]
    patterns: Mapping[str, re.Pattern[str]]


@lru_cache(maxsize=1)
def tables() -> Tables:
    """Read once."""
    data = read_data("ages.yml")
    ones, tens, also = data.pop("ones"), data.pop("tens"), data.pop("also")
    groups = {str(name): joined(found, {}) for name, found in data.pop("groups").items()}
    numbers = {word: number for number, word in enumerate(ones)}
    numbers |= {word: 10 * number for number, word in enumerate(tens, start=2)} | also
    longest_first = sorted(numbers, key=len, reverse=True)
    return Tables(
        numbers,
        re.compile(rf"\b({'|'.join([*tens, *also])}) ({'|'.join(ones[1:10])})\b"),
        re.compile(rf"\b(\d{{1,3}}|{'|'.join(longest_first)})(s|ish|odd|yrs?|yo)?\b"),
        groups,
        {str(name): re.compile(pattern) for name, pattern in data.items()},
    )


def _number(word: str) -> int:
    return int(word) if word.isdigit() else tables().numbers[word]


def _figures(tidy: str) -> str:
    return tables().ten_and_one.sub(lambda found: str(_number(found.group(1)) + _number(found.group(2))), tidy)


def ages_told(said: Said) -> tuple[list[int], list[int], list[int]]:
    """Ages that the person gives as their own, those they have not reached yet, and those that may be anybody's."""
    book = tables().patterns
    line = book["school_year"].sub(" ", _figures(said.tidy))
    own: list[int] = []
    coming: list[int] = []
    other: list[int] = []
    for found in tables().number.finditer(line):
        before, after = line[: found.start()].rstrip(), line[found.end() :]
        age = _number(found.group(1))
        no_age = book["not_an_age"].match(after) or book["time_or_place"].search(before)
        if not YOUNGEST <= age <= OLDEST or no_age or book["others"].search(before):
            continue
        if book["about_to_be"].search(before) or book["and_soon"].match(after):
            coming.append(age - 1)
        elif book["own"].search(before) or (
            not before and (said.clauses[0] == found[0] or book["goes_on"].match(after))
        ):
            own.append(age)
        else:
            other.append(age)
    return own, coming, other


def group(age: int) -> str:
    """The option of ``age_group`` that holds this age."""
    return "under_13" if age < CHILD else "13_17" if age < ADULT else "18_plus"


def age_group(said: Said) -> str | None:
    """The one age group that the words plainly give, or None."""
    if not said.tidy or said.count > LONGEST:
        return None
    if re.search(r"\b18 ?\+", said.text):
        return "18_plus"
    words = _figures(said.tidy)
    groups = {value for value, pattern in tables().groups.items() if pattern.search(words)}
    denied = bool(tables().patterns["not_adult"].search(words)) and "under_13" not in groups
    if groups:
        return groups.pop() if len(groups) == 1 and not denied else None
    own, coming, other = ages_told(said)
    # In an account of what happened, a number that is not said to be their age is something else.
    for ages in (own, coming, [] if other and reads_as_report(said.text) else other):
        groups = {group(age) for age in ages}
        if groups:
            return groups.pop() if len(groups) == 1 and not (denied and groups == {"18_plus"}) else None
    year = tables().patterns["school_year"].search(words)
    return _by_school_year(int(year.group(1))) if year else None


def _by_school_year(year: int) -> str | None:
    """Year 8 and Year 13 hold two groups each."""
    if year <= LAST_CHILD_YEAR:
        return "under_13"
    return "13_17" if FIRST_TEEN_YEAR <= year <= LAST_TEEN_YEAR else None
