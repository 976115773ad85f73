"""What an account already answers, so that nobody is asked twice: only where it is plain."""

from __future__ import annotations

import re
from functools import cache

from casework.triage.decide import reads_as_account, triage
from casework.triage.languages import foreign
from casework.triage.reading import read_account

__all__ = ["foreign", "mentions_damage", "reads_as_report", "told"]


# Of these one answer is right, of the second several may be.
_ONE = ("still_happening", "relationship_to_them", "children_present", "frequency")
_SEVERAL = ("reported_to", "evidence")
_TOLD = frozenset(f"told.{question}" for question in (*_ONE, *_SEVERAL, "happened_when"))
# The date and the clock right after a day are part of when it happened; words that only lead to one are none. A bare
# number is a time only where nothing counted or numbered follows ("at 11 Elm Road", "about 10 lads").
_LEADING = re.compile(
    r"(?:,?\s+(?:at|around|about|a|half|quarter|past|to|two|three|four|five|six|seven|eight|nine|ten|twenty|\d{1,2}))+$",
    re.I,
)
_HOUR = r"(?:\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
_PART = r"(?:\s+(?:in\s+the\s+(?:morning|afternoon|evening)|at\s+night)\b)"
_ON_IT_GOES = r"(?:and|but|he|she|they|we|i|my|our|when|while|someone|somebody|a)\b"
_CLOCK = rf"""(?:
    (?:half|(?:a\s+)?quarter|\d{{1,2}}|five|ten|twenty)\s+(?:past|to)\s+{_HOUR}\b
    | half\s+{_HOUR}\b
    | (?:midnight|midday|noon|lunch\s?time|tea\s?time|dinner\s?time)\b
    | \d{{1,2}}[:.]\d\d(?!\d)(?:\s?[ap]\.?m\b)?
    | {_HOUR}\s?(?:[ap]\.?m\b|o['’]?\s?clock\b)
    | {_HOUR}(?={_PART}|\s*(?:[.,;!?]|-\s|$)|\s+{_ON_IT_GOES})
)"""
_FURTHER = re.compile(
    rf"""(?:\s+(?:the\s+)?\d{{1,2}}(?:st|nd|rd|th)\b)?
    (?:,?\s+(?:(?:at|around|about|just|before|after)\s+){{1,3}}{_CLOCK} | ,?\s+\d{{1,2}}\s?[ap]m\b)?{_PART}?""",
    re.IGNORECASE | re.VERBOSE,
)
_DAMAGE = frozenset({"type", "sig"})


def told(text: str) -> dict[str, str | list[str]]:
    """Answers plainly given, of the short path and the longer one; never one about consent or safety.

    A wrong guess is worse than a question, so an answer that two readings share is left out.
    """
    account = read_account(text)
    words, found = account.words, account.find(_TOLD)
    answers: dict[str, str | list[str]] = {}
    for question in (*_ONE, *_SEVERAL):
        start = f"told.{question}:"
        values = {name[len(start) :] for name in found if name.startswith(start)}
        if question in _SEVERAL and values:
            answers[question] = sorted(values)
        elif "unclear" not in values and len(values) == 1:
            answers[question] = values.pop()
    when = found.get("told.happened_when:words")
    if when:
        first, last = min(hit.first for hit in when), max(hit.last for hit in when)
        if len(when) == 1 or last - first <= 8:
            answers["happened_when"] = _moment(text, words.starts[first], words.ends[last])
    return answers


def _moment(text: str, start: int, end: int) -> str:
    """When it happened, in the words of the account: the day that was found, with the date and the clock after it."""
    day = _LEADING.sub("", text[start:end])
    further = _FURTHER.match(text, start + len(day))
    return day + (further[0] if further else "")


def mentions_damage(text: str) -> bool:
    """Whether a repair may be needed: damage, graffiti, a broken door, window or lock."""
    found = read_account(text).find(_DAMAGE)
    return any(name in found for name in ("type:vandalism_damage", "sig:repairable"))


def reads_as_report(text: str) -> bool:
    """Whether the words tell of behaviour or risk, rather than only ask about the service."""
    labels = triage(text, account=reads_as_account(text))
    return labels.category != "other" or bool(labels.risk_flags)


@cache
def ready() -> bool:
    """Reads all tables now, so that the first message does not wait for it."""
    triage("ready")
    return True
