"""When a question is asked: each condition of the plan as a function of the draft.

The names are used in the plan's ``when``; a name that stands there and not here stops the start.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from casework.conversation.draft import Draft
    from casework.questions.plan import Option, Plan, Question

Condition = Callable[["Draft"], bool]

CHILD_SAFETY_FLAGS = frozenset({"child_at_risk", "sexual_offence"})
UNDER_18 = frozenset({"under_13", "13_17"})


def for_someone_else(draft: Draft) -> bool:
    """A representative reports (HP 2.9, AP 2.4)."""
    return draft.answer("reporter_role") == "on_behalf"


def no_consent(draft: Draft) -> bool:
    """A representative without the affected person's yes (HP 2.9: only to safeguard)."""
    consent = draft.answer("affected_consent")
    return for_someone_else(draft) and consent is not None and consent != "yes"


def information_only(draft: Draft) -> bool:
    """An adult said no and is at no risk: kept as information, with nothing that identifies them."""
    return (
        no_consent(draft)
        and draft.answer("affected_consent") == "no"
        and draft.answer("affected_at_risk") == "no"
        and not (draft.flags - {"repeat_or_escalating"})
    )


def under_18(draft: Draft) -> bool:
    return draft.answer("age_group") in UNDER_18


def child_in_need(draft: Draft) -> bool:
    """Under 18 with a child-safety flag: no questions on details, help for a child (conversation,
    age_group)."""
    return under_18(draft) and bool(draft.flags & CHILD_SAFETY_FLAGS)


def domestic_abuse(draft: Draft) -> bool:
    """The domestic-abuse path: partner, ex-partner, family, or the flag."""
    return draft.answer("relationship_to_them") in ("partner_or_ex", "family") or "domestic_abuse" in draft.flags


CONDITIONS: Mapping[str, Condition] = {
    "danger_in_doubt": lambda draft: draft.doubt or draft.has("danger_check"),
    "wants_to_leave": lambda draft: draft.leaving,
    "for_someone_else": for_someone_else,
    "no_consent": no_consent,
    "not_information_only": lambda draft: not information_only(draft),
    "account_given": lambda draft: draft.has("account"),
    "details_may_be_asked": lambda draft: not child_in_need(draft),
    "damage_told": lambda draft: draft.damage,
    "named": lambda draft: draft.answer("identity") == "named",
    "contact_wanted": lambda draft: (
        draft.answer("identity") == "named" and draft.answer("contact_method") in ("phone", "text", "email", "letter")
    ),
    "contact_known": lambda draft: draft.answer("identity") == "named" and draft.answer("contact_value") is not None,
    "wants_to_add_more": lambda draft: draft.wants_more and not child_in_need(draft),
    "police_told": lambda draft: "police" in (draft.answer("reported_to") or ()),
    "no_domestic_abuse": lambda draft: not domestic_abuse(draft),
}


def is_asked(question: Question, draft: Draft) -> bool:
    """Whether this question is asked in this report as it stands: of the longer path those of the chosen topics, and
    one that the person opened by itself."""
    topics = draft.answer("more_topics") or ()
    if question.topic is not None and question.topic not in topics and question.name != draft.reopened:
        return False
    return belongs(question, draft)


def belongs(question: Question, draft: Draft) -> bool:
    """Whether this question has a place in this report. A child in need is not asked for details, and may change what
    they told."""
    if question.topic is not None and child_in_need(draft) and not draft.has(question.name):
        return False
    return all(CONDITIONS[name](draft) for name in question.when)


def offered(question: Question, draft: Draft) -> tuple[Option, ...]:
    """The options of this question in this report: a child in need is not led into the longer path."""
    if question.name == "review" and child_in_need(draft):
        return tuple(option for option in question.options if option.value != "more")
    return question.options


def required(plan: Plan, draft: Draft) -> list[str]:
    """The names of all questions of this report, answered or not, in the order of the plan."""
    return [question.name for question in plan.questions if is_asked(question, draft)]
