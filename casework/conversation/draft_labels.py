"""The labels of a whole report: every answer read, every option counted, nothing ever lowered.

Perception decides (HP 1.5, 2.3): a strand that was chosen makes the report a hate report; "none" removes
nothing that the words show.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from casework.conversation.draft import Draft
from casework.conversation.signs import option_flags
from casework.questions.conditions import domestic_abuse
from casework.triage import Labels, Reason, reads_as_account, triage
from casework.triage.labels import (
    ASB_TYPES,
    CATEGORIES,
    EMERGENCY_FLAGS,
    RISK_FLAGS,
    STRANDS,
    URGENCIES,
    URGENT_FLAGS,
)

# Free words beside the account that may show hostility or risk.
READ_ALSO = ("no_consent_reason", "impact", "wishes", "person_responsible", "happened_when", "where_postcode")
TYPES_OF_OPTIONS = {("harm_signs", "damage"): "vandalism_damage", ("harm_signs", "animal"): "animal_nuisance"}


def label_report(draft: Draft) -> Labels:
    """The labels of the report as it stands, with a reason for each."""
    motive = draft.answer("motive")
    chosen = tuple(motive) if isinstance(motive, list) else ()
    labels = triage(draft.account, chosen)
    for source, text in _other_words(draft):
        labels = _join(labels, triage(text, account=reads_as_account(text)), source)
    return _settle(draft, labels)


def _other_words(draft: Draft) -> Iterable[tuple[str, str]]:
    for name in READ_ALSO:
        value = draft.answer(name)
        if isinstance(value, str):
            yield name, value
    for name, note in draft.notes.items():
        yield f"{name}_note", note
    for words in draft.also_said:
        yield "also_said", words["text"]


def _join(labels: Labels, other: Labels, source: str) -> Labels:
    """Add what other words show. A word that shows nothing changes nothing."""
    reasons = tuple(replace(reason, from_=source) for reason in other.reasons)
    category = labels.category
    if CATEGORIES.index(other.category) < CATEGORIES.index(category):
        category = other.category
    kinds = {labels.hate_kind, other.hate_kind}
    return Labels(
        category=category,
        hate_kind=None if category != "hate" else "crime" if "crime" in kinds else "incident",
        strands=_ordered(STRANDS, labels.strands, other.strands),
        asb_types=_ordered(ASB_TYPES, labels.asb_types, other.asb_types),
        risk_flags=_ordered(RISK_FLAGS, labels.risk_flags, other.risk_flags),
        urgency=min((labels.urgency, other.urgency), key=URGENCIES.index),
        reasons=(*labels.reasons, *(reason for reason in reasons if _is_raised(reason, labels, category))),
    )


def _is_raised(reason: Reason, labels: Labels, category: str) -> bool:
    """Whether this reason of other words says something that the labels did not say before."""
    held = {"category": (labels.category,), "urgency": (labels.urgency,), "strand": labels.strands,
            "strands": labels.strands, "asb_type": labels.asb_types, "asb_types": labels.asb_types,
            "risk_flag": labels.risk_flags, "risk_flags": labels.risk_flags,
            "hate_kind": (labels.hate_kind,)}.get(reason.label, ())  # fmt: skip
    if reason.label == "category":
        return reason.value == category and category != labels.category
    return reason.value not in held


def _ordered(order: tuple[str, ...], *several: Iterable[str]) -> tuple[str, ...]:
    found = {value for values in several for value in values}
    return tuple(value for value in order if value in found)


def _settle(draft: Draft, labels: Labels) -> Labels:
    """Add what options and earlier words raised; choose the urgency that the flags ask for."""
    flags, reasons = set(labels.risk_flags), list(labels.reasons)
    for flag, source in option_flags(draft).items():
        if flag not in flags:
            reasons.append(Reason("risk_flags", flag, "chosen_option", source, None, "AP 2.4"))
        flags.add(flag)
    for flag in draft.raised:
        if flag not in flags:
            # Raised by words that were since replaced: typed words never fall.
            reasons.append(Reason("risk_flags", flag, "said_earlier", "also_said", None, "AP 2.4"))
        flags.add(flag)
    if draft.answer("relationship_to_them") in ("partner_or_ex", "family") and domestic_abuse(draft):
        partner = draft.answer("relationship_to_them") == "partner_or_ex"
        harm = flags & {"violence", "threat_of_harm", "weapon", "sexual_offence", "arson_fire"}
        if "domestic_abuse" not in flags and (
            (partner and labels.category != "not_asb") or harm or "harassment_intimidation" in labels.asb_types
        ):
            flags.add("domestic_abuse")
            reasons.append(
                Reason("risk_flags", "domestic_abuse", "relationship", "relationship_to_them", None, "AP 1.6")
            )
    types = set(labels.asb_types)
    for (name, value), kind in TYPES_OF_OPTIONS.items():
        if value in (draft.answer(name) or ()):
            types.add(kind)
    urgency = _urgency(draft, labels, flags)
    category = labels.category
    if category in ("not_asb", "other") and (flags & (URGENT_FLAGS | EMERGENCY_FLAGS) or draft.hate_seen):
        category = "hate" if draft.hate_seen else "asb" if category == "not_asb" else category
    return replace(
        labels,
        category=category,
        hate_kind=labels.hate_kind or ("incident" if category == "hate" else None),
        asb_types=_ordered(ASB_TYPES, types),
        risk_flags=_ordered(RISK_FLAGS, flags),
        urgency=urgency,
        reasons=tuple(reasons),
    )


def _urgency(draft: Draft, labels: Labels, flags: set[str]) -> str:
    """The highest of the words', the flags' and the danger answers' urgency."""
    candidates = [labels.urgency, draft.urgency]
    if flags & EMERGENCY_FLAGS:
        candidates.append("emergency")
    elif (flags - set(labels.risk_flags)) & URGENT_FLAGS:
        candidates.append("urgent")
    if "not_sure" in (draft.answer("danger_now"), draft.answer("danger_check")):
        candidates.append("urgent")
    return min(candidates, key=URGENCIES.index)


def reprisals_feared(draft: Draft) -> bool:
    """A warning not to tell: the landlord's floor for the priority (case record, "urgent")."""
    return "warned_not_to_tell" in (draft.answer("harm_signs") or ())
