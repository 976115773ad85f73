"""The question plan: which questions there are, in which order, with which options.

The plan is data (``short_path.yml``, ``longer_path.yml``); this module gives it types and checks it. The
order of the plan is the order in which the Rasa form asks: nothing else in the program knows it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
KINDS = frozenset({"choice", "choices", "text", "date"})
# Chosen together with others these are dropped; "nothing is safe" wins over others (conversation,
# "Questions").
YIELDING = frozenset({"none", "not_sure", "prefer_not", "nobody"})
WINNING = frozenset({"nothing_safe"})
TOPIC_QUESTION = "more_topics"


class PlanError(ValueError):
    """The plan's data contradicts itself; the sentence names the question."""


@dataclass(frozen=True)
class Option:
    """One option of a question; ``value`` is stored, ``label`` is shown, ``short`` is read back."""

    value: str
    label: str
    short: str = ""
    intents: tuple[str, ...] = ()
    said_as: tuple[re.Pattern[str], ...] = ()
    unless: re.Pattern[str] | None = None

    @property
    def in_words(self) -> str:
        return self.short or self.label


@dataclass(frozen=True)
class Question:
    """One question of the plan; the fields are explained at the top of ``short_path.yml``."""

    name: str
    kind: str
    text: str
    must: bool = False
    strict: bool = False
    last: bool = False
    when: tuple[str, ...] = ()
    topic: str | None = None
    review: str = ""
    why: str = ""
    hint: str = ""
    note: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    options: tuple[Option, ...] = ()
    clears: tuple[str, ...] = ()

    @cached_property
    def values(self) -> frozenset[str]:
        return frozenset(option.value for option in self.options)

    def option(self, value: str) -> Option:
        """The option with this value; KeyError where it is not offered."""
        for option in self.options:
            if option.value == value:
                return option
        raise KeyError(value)

    @property
    def takes_words(self) -> bool:
        """Whether free words are this question's answer."""
        return self.kind in ("text", "date")


@dataclass(frozen=True)
class Plan:
    """All questions in the order in which they are asked."""

    questions: tuple[Question, ...]

    @cached_property
    def by_name(self) -> Mapping[str, Question]:
        return {question.name: question for question in self.questions}

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(question.name for question in self.questions)

    def __getitem__(self, name: str) -> Question:
        return self.by_name[name]

    def __contains__(self, name: object) -> bool:
        return name in self.by_name


def _option(data: dict[str, Any]) -> Option:
    return Option(
        value=str(data["value"]),
        label=str(data["label"]),
        short=str(data.get("short", "")),
        intents=tuple(data.get("intents", ())),
        said_as=tuple(re.compile(pattern) for pattern in data.get("said_as", ())),
        unless=re.compile(data["unless"]) if "unless" in data else None,
    )


def _question(data: dict[str, Any]) -> Question:
    known = dict(data)
    options = tuple(_option(option) for option in known.pop("options", ()))
    question = Question(
        options=options,
        when=tuple(known.pop("when", ())),
        clears=tuple(known.pop("clears", ())),
        **known,
    )
    if question.kind not in KINDS:
        raise PlanError(f"{question.name}: kind {question.kind!r} is not one of {sorted(KINDS)}")
    if question.kind in ("choice", "choices") and not question.options:
        raise PlanError(f"{question.name}: a {question.kind} needs options")
    return question


def read_plan(folder: Path) -> Plan:
    """Read and check the plan in ``folder``; the question marked ``last`` closes it. Raises PlanError."""
    found: list[Question] = []
    for name in ("short_path.yml", "longer_path.yml"):
        data = yaml.load(
            (folder / name).read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        )
        found += [_question(entry) for entry in data["questions"]]
    ordered = [question for question in found if not question.last] + [question for question in found if question.last]
    names = [question.name for question in ordered]
    if len(names) != len(set(names)):
        raise PlanError("a question stands in the plan twice")
    for question in ordered:
        for cleared in question.clears:
            if cleared not in names:
                raise PlanError(f"{question.name}: clears {cleared!r}, which is no question")
    return Plan(tuple(ordered))


@lru_cache(maxsize=1)
def plan() -> Plan:
    """The plan in use: the packaged one, or the folder that ``REPORTING_QUESTIONS`` names."""
    return read_plan(Path(os.environ.get("REPORTING_QUESTIONS", HERE)))
