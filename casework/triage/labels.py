"""The labels of one account: their fixed names, their order, and why each was given."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

CATEGORIES = ("hate", "asb", "not_asb", "other")
HATE_KINDS = ("crime", "incident")
STRANDS = (
    "race_ethnicity",
    "religion_belief",
    "disability",
    "sexual_orientation",
    "gender_identity",
    "sex",
    "age",
)
ASB_TYPES = (
    "noise",
    "harassment_intimidation",
    "vandalism_damage",
    "animal_nuisance",
    "vehicle_nuisance",
    "drugs",
    "alcohol_disorder",
    "domestic_abuse",
    "fly_tipping",
    "garden_neglect",
    "communal_misuse",
)
RISK_FLAGS = (
    "immediate_danger",
    "weapon",
    "violence",
    "threat_of_harm",
    "arson_fire",
    "domestic_abuse",
    "suicide_self_harm",
    "child_at_risk",
    "adult_at_risk",
    "sexual_offence",
    "exploitation",
    "medical_emergency",
    "repeat_or_escalating",
)
URGENCIES = ("emergency", "urgent", "standard")

# Any of these makes an account at least urgent (guide, table "urgency"); recurrence alone does not.
URGENT_FLAGS = frozenset(RISK_FLAGS) - {"immediate_danger", "medical_emergency", "repeat_or_escalating"}
EMERGENCY_FLAGS = frozenset({"immediate_danger", "medical_emergency"})

# The clause a label rests on when its rule names none: HP is the Hate Incidents & Crime Policy,
# AP the Anti-Social Behaviour Policy, both version 1.0.
CLAUSES = {"hate": "HP 1.5", "asb": "AP 1.6", "not_asb": "AP 1.6", "other": "AP 2.4"}
FLAG_CLAUSES = {
    "child_at_risk": "AP 2.6",
    "adult_at_risk": "AP 2.6",
    "exploitation": "AP 2.6",
    "domestic_abuse": "AP 1.6",
    "repeat_or_escalating": "AP 2.2",
}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why one label was given: the rule, the words relied on, and the policy clause.

    ``span`` is ``(start, end)`` in the answer named by ``from_``; None where no single place decides.
    """

    label: str
    value: str
    rule: str
    from_: str = "account"
    span: tuple[int, int] | None = None
    policy: str = "AP 2.4"

    def to_json(self) -> dict[str, Any]:
        """The reason as ``reporting triage`` prints it."""
        return {
            "label": self.label,
            "value": self.value,
            "rule": self.rule,
            "from": self.from_,
            "span": None if self.span is None else list(self.span),
            "policy": self.policy,
        }


@dataclass(frozen=True, slots=True)
class Labels:
    """What one account is labelled with. Advice only: provisional until an advisor confirms it."""

    category: str
    hate_kind: str | None
    strands: tuple[str, ...]
    asb_types: tuple[str, ...]
    risk_flags: tuple[str, ...]
    urgency: str
    reasons: tuple[Reason, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Exactly the fields of ``reporting triage``, in its order."""
        return {
            "category": self.category,
            "hate_kind": self.hate_kind,
            "strands": list(self.strands),
            "asb_types": list(self.asb_types),
            "risk_flags": list(self.risk_flags),
            "urgency": self.urgency,
            "reasons": [reason.to_json() for reason in self.reasons],
        }


@dataclass(frozen=True, slots=True)
class Screen:
    """The danger screening of one message.

    ``emergency`` brings the card at once; ``doubt`` asks "is anyone in danger now?"; ``rules`` names the
    rules that fired, for the log (never words).
    """

    emergency: bool
    doubt: bool
    flags: frozenset[str]
    rules: tuple[str, ...]


def ordered(values: Iterable[str], order: tuple[str, ...]) -> tuple[str, ...]:
    """``values`` without repeats, in the guide's order."""
    present = set(values)
    return tuple(value for value in order if value in present)
