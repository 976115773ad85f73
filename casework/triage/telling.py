"""What an account already answers, so that nobody is asked twice: only where it is plain."""

from __future__ import annotations

from functools import cache

from casework.triage.decide import reads_as_account, triage
from casework.triage.languages import foreign
from casework.triage.reading import read_account

__all__ = ["foreign", "mentions_damage", "reads_as_report", "told"]


_QUESTIONS = ("still_happening", "relationship_to_them", "children_present")
_TOLD = frozenset(f"told.{question}" for question in (*_QUESTIONS, "happened_when"))
_DAMAGE = frozenset({"type", "sig"})


def told(text: str) -> dict[str, str]:
    """Answers plainly given: ``still_happening``, ``relationship_to_them``, ``happened_when``, ``children_present``.

    A wrong guess is worse than a question, so an answer that two readings share is left out.
    """
    account = read_account(text)
    words, found = account.words, account.find(_TOLD)
    answers: dict[str, str] = {}
    for question in _QUESTIONS:
        start = f"told.{question}:"
        values = {name[len(start) :] for name in found if name.startswith(start)}
        if "unclear" not in values and len(values) == 1:
            answers[question] = values.pop()
    when = found.get("told.happened_when:words")
    if when:
        first, last = min(hit.first for hit in when), max(hit.last for hit in when)
        if len(when) == 1 or last - first <= 8:
            answers["happened_when"] = text[words.starts[first] : words.ends[last]]
    return answers


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
