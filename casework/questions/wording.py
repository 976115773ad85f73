"""What the assistant says, by name, in the language in use.

Numbers come from ``helplines.yml``; unverified ones are never shown.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from casework.catalogues import gettext

HERE = Path(__file__).parent
Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _read(name: str) -> dict[str, Any]:
    data: dict[str, Any] = yaml.load((HERE / name).read_text(encoding="utf-8"), Loader=Loader)
    return data


@lru_cache(maxsize=1)
def helplines() -> dict[str, dict[str, Any]]:
    """Every verified helpline, by its key: name, number, perhaps hours, source, ``checked_on`` (a date)."""
    return {key: line for key, line in _read("helplines.yml")["helplines"].items() if line["verified"]}


class _Lines:
    """Gives ``{line.samaritans}`` in a text its words."""

    def __getattr__(self, key: str) -> str:
        line = helplines()[key]
        name, number = gettext(line["name"]), in_words(line["number"])
        if line.get("hours"):
            return gettext("{name}: {number}, {hours}", name=name, number=number, hours=gettext(line["hours"]))
        return gettext("{name}: {number}", name=name, number=number)


def in_words(number: str) -> str:
    """A helpline's number as it is shown; "text SHOUT to 85258" has words in it."""
    return gettext(number) if any(character.isalpha() for character in number) else number


@lru_cache(maxsize=1)
def texts() -> dict[str, list[str]]:
    """All sayings, by name, unfilled, as they are written."""
    return {name: list(lines) for name, lines in _read("wording.yml").items()}


@lru_cache(maxsize=1)
def faq() -> dict[str, list[str]]:
    """The answers to questions that people ask, by intent (``ask_who_sees``), as they are written."""
    return {intent: list(entry["answer"]) for intent, entry in _read("faq.yml").items()}


@lru_cache(maxsize=1)
def landlord() -> str:
    """The landlord's name as the reporter reads it, from the settings."""
    from casework.settings import load_settings

    return load_settings().landlord_name


def say(name: str, **filled: object) -> list[str]:
    """The messages of this name with their gaps filled. ``name`` may be of the sayings or of the faq;
    KeyError else."""
    lines = texts().get(name)
    if lines is None:
        lines = faq()[name]
    values = {"landlord": landlord(), "line": _Lines(), **filled}
    return [gettext(line, **values) for line in lines]


def card() -> str:
    """The emergency card, as one message (conversation, "Danger first")."""
    return "\n".join(say("card"))


def unavailable() -> str:
    """What is said when the assistant cannot answer, with the emergency numbers."""
    return "\n".join(say("unavailable"))
