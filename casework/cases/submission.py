"""A report as it is sent: what was answered, and what it was labelled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

Answer = str | list[str]


class Reason(Protocol):
    """Why a label was given: the answer and words relied on, the rule, the policy clause."""

    def to_json(self) -> dict[str, Any]: ...


class Labels(Protocol):
    """What triage says of a text (``casework.triage.Labels``)."""

    @property
    def category(self) -> str: ...
    @property
    def hate_kind(self) -> str | None: ...
    @property
    def strands(self) -> Sequence[str]: ...
    @property
    def asb_types(self) -> Sequence[str]: ...
    @property
    def risk_flags(self) -> Sequence[str]: ...
    @property
    def urgency(self) -> str: ...
    def to_json(self) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """One report. ``submission_id`` makes one case however often it is sent; it is the draft's id in the
    chat.

    ``foreign_language`` names the language of an account that was not understood, or is empty.
    ``read_before`` holds labels of words that may be found beside the report, by the words, so that nobody waits for
    them. ``skipped`` names the questions that were asked and not answered: they never count as "no".
    """

    submission_id: str
    labels: Labels
    channel: str = "webchat"
    answers: Mapping[str, Answer] = field(default_factory=dict, repr=False)
    notes: Mapping[str, str] = field(default_factory=dict, repr=False)
    also_said: Sequence[Mapping[str, Any]] = field(default=(), repr=False)
    reasons: Sequence[Reason | Mapping[str, Any]] = ()
    reporter_role: str | None = None
    identity: str | None = None
    affected_consent: str | None = None
    wants_person: bool = False
    needs_interpreter: bool = False
    information_only: bool = False
    safeguarding_basis: bool = False
    under_18: bool = False
    urgency_floor: str = "standard"
    reprisals_feared: bool = False
    foreign_language: str = ""
    skipped: frozenset[str] = frozenset()
    read_before: Mapping[str, Labels] = field(default_factory=dict, repr=False)
