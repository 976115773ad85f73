"""The labels of a case: what triage said, raised by what was answered, never lowered by the program."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from casework.cases.codes import (
    ASB_TYPES,
    CATEGORIES,
    REGULATOR_STRANDS,
    RISK_FLAGS,
    STRANDS,
    URGENCIES,
    higher,
    in_order,
)
from casework.cases.submission import Labels, Submission

EMERGENCY_FLAGS = frozenset({"immediate_danger", "medical_emergency"})
URGENT_FLAGS = frozenset(RISK_FLAGS) - EMERGENCY_FLAGS - {"repeat_or_escalating"}


@dataclass(frozen=True, slots=True)
class Settled:
    """Labels as they are stored with a case."""

    category: str
    hate_kind: str | None
    strands: list[str]
    asb_types: list[str]
    risk_flags: list[str]
    urgency: str
    reasons: list[dict[str, Any]]

    @property
    def regulator_hate(self) -> bool:
        return self.category == "hate" and bool(REGULATOR_STRANDS & set(self.strands))


def settle(submission: Submission, typed_flags: Iterable[str] = (), typed_urgency: str = "standard") -> Settled:
    """The labels of a report as sent. Perception decides (HP 1.5): a strand chosen as motive makes it
    hate. What typed words raised before sending stays raised."""
    found = from_labels(submission.labels)
    reasons = list(found.reasons)
    reasons += [dict(r) if isinstance(r, Mapping) else r.to_json() for r in submission.reasons]
    category, strands, hate_kind = found.category, set(found.strands), found.hate_kind
    motive = submission.answers.get("motive", [])
    chosen = in_order([motive] if isinstance(motive, str) else motive, STRANDS)
    if chosen and category != "hate":
        category, hate_kind = "hate", "incident"
        reasons.append(_reason("category", "hate", "perceived_motive", "motive", "HP 1.5"))
    reasons += [
        _reason("strands", strand, "perceived_motive", "motive", "HP 1.5") for strand in chosen if strand not in strands
    ]
    strands |= set(chosen)
    if category == "not_asb" and "other" in motive:
        category = "asb"
        reasons.append(_reason("category", "asb", "motive_other_is_never_not_asb", "motive", "AP 1.6"))
    urgency = higher(found.urgency, submission.urgency_floor, URGENCIES)
    flags = set(found.risk_flags)
    if "yes" in (submission.answers.get("danger_now"), submission.answers.get("danger_check")):
        if "immediate_danger" not in flags:
            source = "danger_now" if submission.answers.get("danger_now") == "yes" else "danger_check"
            reasons.append(_reason("risk_flags", "immediate_danger", "said_in_danger", source, "AP 2.2"))
        flags.add("immediate_danger")
    for flag in in_order(typed_flags, RISK_FLAGS):
        if flag not in flags:
            flags.add(flag)
            reasons.append(_reason("risk_flags", flag, "said_before_sending", "also_said", "AP 2.2"))
    urgency = higher(urgency, typed_urgency, URGENCIES)
    if flags & EMERGENCY_FLAGS and "immediate_danger" in flags:
        urgency = "emergency"
    if urgency != "standard" and not any((r["label"], r["value"]) == ("urgency", urgency) for r in reasons):
        reasons.append(_why_urgent(submission, flags, urgency))
    return Settled(
        category, (hate_kind or "incident") if category == "hate" else None,
        in_order(strands, STRANDS) if category == "hate" else [],
        found.asb_types, in_order(flags, RISK_FLAGS), urgency, unique(reasons),
    )  # fmt: skip


def _why_urgent(submission: Submission, flags: set[str], urgency: str) -> dict[str, Any]:
    """Why a report is urgent, where its words alone do not say so: an answer about danger, else a flag, else words
    from before sending."""
    said = "yes" if urgency == "emergency" else "not_sure"
    for question in ("danger_now", "danger_check"):
        if submission.answers.get(question) == said:
            rule = "said_in_danger" if said == "yes" else "danger_in_doubt"
            return _reason("urgency", urgency, rule, question, "AP 2.2")
    asking = [flag for flag in in_order(flags, RISK_FLAGS) if urgency_of([flag]) == urgency]
    rule = f"flag.{asking[0]}" if asking else "said_before_sending"
    return _reason("urgency", urgency, rule, "account" if asking else "also_said", "AP 2.2")


def from_labels(labels: Labels | None) -> Settled:
    """Labels of triage in the fixed orders; without any (a stub raised by a button) nothing is known yet."""
    if labels is None:
        return Settled("other", None, [], [], [], "standard", [])
    hate = labels.category == "hate"
    return Settled(
        labels.category, labels.hate_kind if hate else None, in_order(labels.strands, STRANDS) if hate
        else [], in_order(labels.asb_types, ASB_TYPES), in_order(labels.risk_flags, RISK_FLAGS),
        labels.urgency, [dict(reason) for reason in labels.to_json().get("reasons", [])],
    )  # fmt: skip


def urgency_of(flags: Iterable[str]) -> str:
    """What these flags ask for by themselves (triage-labels.md, ``urgency``)."""
    found = set(flags)
    return "emergency" if found & EMERGENCY_FLAGS else "urgent" if found & URGENT_FLAGS else "standard"


def of_row(row: Any) -> Settled:
    """The labels a case has now."""
    return Settled(row.category, row.hate_kind, row.strands, row.asb_types, row.risk_flags, row.urgency, row.reasons)


def raised(old: Settled, new: Settled) -> Settled:
    """Both together: categories and urgencies take the higher, flags, strands and types add up."""
    category = higher(old.category, new.category, CATEGORIES)
    kinds = {old.hate_kind, new.hate_kind}
    return Settled(
        category,
        None if category != "hate" else "crime" if "crime" in kinds else "incident",
        in_order([*old.strands, *new.strands], STRANDS) if category == "hate" else [],
        in_order([*old.asb_types, *new.asb_types], ASB_TYPES),
        in_order([*old.risk_flags, *new.risk_flags], RISK_FLAGS),
        higher(old.urgency, new.urgency, URGENCIES),
        unique([*old.reasons, *new.reasons]),
    )


def unique(reasons: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each reason once, in the order they came."""
    kept: dict[tuple[Any, ...], dict[str, Any]] = {}
    for reason in reasons:
        span = tuple(reason["span"]) if reason.get("span") else None
        kept.setdefault((reason["label"], reason["value"], reason["rule"], reason.get("from"), span), reason)
    return list(kept.values())


def _reason(label: str, value: str, rule: str, source: str, policy: str) -> dict[str, Any]:
    return {"label": label, "value": value, "rule": rule, "from": source, "span": None, "policy": policy}
