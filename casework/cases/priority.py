"""Priority: the labels, and the floors the landlord adds to them. The table of case-record.md as data.

The highest floor that holds decides; ``standard`` where none does. ``review`` is the only level below it,
and needs every doubt gone: an unanswered question never counts as "no".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from casework.cases.codes import PRIORITIES
from casework.cases.labels import Settled
from casework.cases.submission import Submission

NO_CONSENT = frozenset({"no", "could_not_ask", "not_safe_to_ask", "cannot_decide"})
_UNKNOWN = frozenset({"not_sure", "prefer_not"})


@dataclass(frozen=True, slots=True)
class Facts:
    """What the floors look at."""

    labels: Settled
    consent: str | None = None
    under_18: bool = False
    reprisals_feared: bool = False
    language_not_understood: bool = False
    close_relationship: bool = False
    hate_ruled_out: bool = False
    vulnerable: bool = False
    persistent: bool = False

    @property
    def flags(self) -> frozenset[str]:
        return frozenset(self.labels.risk_flags)


@dataclass(frozen=True, slots=True)
class Floor:
    """One reason for a priority: its rule, the clause it rests on, the answer it came from, and the test."""

    priority: str
    rule: str
    policy: str
    source: str
    holds: Callable[[Facts], bool]


FLOORS: tuple[Floor, ...] = (
    Floor("emergency", "urgency_emergency", "AP 2.4", "account", lambda f: f.labels.urgency == "emergency"),
    Floor("urgent", "any_hate", "HP 2.10", "account", lambda f: f.labels.category == "hate"),
    Floor("urgent", "urgency_urgent", "AP 2.4", "account", lambda f: f.labels.urgency == "urgent"),
    Floor("urgent", "domestic_abuse", "AP 1.4", "account", lambda f: "domestic_abuse" in f.flags),
    Floor("urgent", "close_relationship", "AP 1.4", "relationship_to_them", lambda f: f.close_relationship),
    Floor("urgent", "reprisals_feared", "HP 2.11", "harm_signs", lambda f: f.reprisals_feared),
    Floor("urgent", "no_consent_with_risk", "AP 2.4", "affected_consent",
          lambda f: f.consent in NO_CONSENT and bool(f.flags - {"repeat_or_escalating"})),
    Floor("urgent", "not_safe_to_ask", "AP 2.4", "affected_consent", lambda f: f.consent ==
    "not_safe_to_ask"), Floor("urgent", "reporter_under_18", "AP 2.6", "age_group", lambda f: f.under_18),
    Floor("urgent", "language_not_understood", "HP 2.5", "account", lambda f: f.language_not_understood),
    Floor("review", "no_behaviour_reported", "AP 1.6", "account",       lambda f: f.labels.category ==
    "other" and not f.flags), Floor("review", "not_generally_asb", "AP 1.6", "account",       lambda f:
    f.labels.category == "not_asb" and not f.flags and f.hate_ruled_out       and not f.vulnerable and not
    f.persistent),
)  # fmt: skip


# Why a case is ``standard``: its reasons are never empty.
_NO_FLOOR = Floor("standard", "no_other_floor", "AP 2.4", "account", lambda f: True)


def priority(facts: Facts) -> tuple[str, list[dict[str, Any]]]:
    """The priority, and the reasons it rests on."""
    holding = [floor for floor in FLOORS if floor.holds(facts)] or [_NO_FLOOR]
    level = max((floor.priority for floor in holding), key=PRIORITIES.index)
    return level, [
        {"label": "priority", "value": level, "rule": floor.rule, "from": floor.source, "span": None,
         "policy": floor.policy}
        for floor in holding if floor.priority == level
    ]  # fmt: skip


def facts_of(submission: Submission, labels: Settled) -> Facts:
    """What a report says about the floors. A question that was asked and not answered leaves its doubt."""
    answers = submission.answers

    def several(name: str) -> set[str]:
        value = answers.get(name, [])
        return {value} if isinstance(value, str) else set(value)

    motive = several("motive")
    vulnerabilities = several("vulnerabilities")
    return Facts(
        labels=labels,
        consent=submission.affected_consent,
        under_18=submission.under_18 or answers.get("age_group") in ("under_13", "13_17"),
        reprisals_feared=submission.reprisals_feared or "warned_not_to_tell" in several("harm_signs"),
        language_not_understood=bool(submission.foreign_language),
        # The domestic-abuse path begins with either answer (conversation.md, question 11).
        close_relationship=answers.get("relationship_to_them") in ("partner_or_ex", "family"),
        hate_ruled_out=motive == {"none"},
        vulnerable=bool(vulnerabilities - {"none"})
        or "vulnerabilities" in submission.skipped
        or several("children_present") & _UNKNOWN != set(),
        persistent=answers.get("still_happening") in ("ongoing", "not_sure")
        or "still_happening" in submission.skipped
        or answers.get("frequency", "first_time") != "first_time"
        or "frequency" in submission.skipped,
    )
