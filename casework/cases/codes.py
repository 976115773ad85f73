"""The codes a case is described with, each list in its fixed order (triage-labels.md, case-record.md)."""

from __future__ import annotations

from collections.abc import Iterable

CATEGORIES = ("other", "not_asb", "asb", "hate")
STRANDS = (
    "race_ethnicity", "religion_belief", "disability", "sexual_orientation", "gender_identity", "sex", "age",
)  # fmt: skip
# The regulator counts five strands, the hate policy seven (HP 1.5).
REGULATOR_STRANDS = frozenset(STRANDS[:5])
ASB_TYPES = (
    "noise", "harassment_intimidation", "vandalism_damage", "animal_nuisance", "vehicle_nuisance", "drugs",
    "alcohol_disorder", "domestic_abuse", "fly_tipping", "garden_neglect", "communal_misuse",
)  # fmt: skip
RISK_FLAGS = (
    "immediate_danger", "weapon", "violence", "threat_of_harm", "arson_fire", "domestic_abuse",
    "suicide_self_harm", "child_at_risk", "adult_at_risk", "sexual_offence", "exploitation",
    "medical_emergency", "repeat_or_escalating",
)  # fmt: skip
URGENCIES = ("standard", "urgent", "emergency")
PRIORITIES = ("review", "standard", "urgent", "emergency")
STATUSES = (
    "new", "acknowledged", "risk_assessed", "action_plan", "in_progress", "closing_review", "closed",
    "withdrawn",
)  # fmt: skip
# From these a case only goes on by a person's wish, as in progress.
ENDED_STATUSES = frozenset({"closed", "withdrawn"})
# What advisors' notes are about.
NOTES = ("contact", "visit", "plan", "referral", "safeguarding", "other")
# Enforcement (AP 2.4, HP 2.10), and whether it is a legal case (AP 4.2).
ENFORCEMENT = {"warning": False, "injunction": True, "possession": True, "other_legal": True}
CHANNELS = ("webchat", "website", "phone", "email", "in_person")


def in_order(values: Iterable[str], order: tuple[str, ...]) -> list[str]:
    """Each known value once, in the fixed order."""
    found = set(values)
    return [code for code in order if code in found]


def higher(first: str, second: str, order: tuple[str, ...]) -> str:
    """The later of two codes in an order that rises."""
    return first if order.index(first) >= order.index(second) else second
