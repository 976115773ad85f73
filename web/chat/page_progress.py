"""How far a report is, in words. Counted from the turns alone: which questions came, and which still come as a rule."""

from __future__ import annotations

from collections.abc import Iterable

from casework.catalogues import gettext
from casework.questions.plan import Plan, plan

# Asked beside the count: they come in doubt, belong to the question before, or end the path.
UNCOUNTED = frozenset({"danger_check", "leave_check", "review", "more_topics"})
PART_OF = {"account_more": "account"}
# Everybody is asked these, unless the account has told the answer.
USUAL = frozenset({"details_may_be_asked"})
# What comes with a question that only some are asked.
BRINGS = {
    "affected_consent": ("affected_name", "affected_contact_ok"),
    "affected_at_risk": ("no_consent_reason",),
    "reporter_name": ("contact_method", "contact_value", "contact_safety"),
}


def progress(asked: Iterable[str | None]) -> str:
    """ "Question 3 of about 8" for the questions that were open one after the other, the open one last.

    Empty where no honest number can be given: after the review, and outside the short path.
    """
    names = [PART_OF.get(name, name) for name in asked if name]
    steps = _steps(plan())
    if not names or names[-1] not in steps or "review" in names:
        return ""
    seen = set(names)
    usual = {name for name in steps if USUAL.issuperset(plan()[name].when)}
    coming = usual | {name for first, more in BRINGS.items() if first in seen for name in more}
    here = steps.index(names[-1])
    before = sum(name in seen for name in steps[:here])
    after = sum(name in seen or name in coming for name in steps[here + 1 :])
    return gettext("Question {number} of about {all}", number=before + 1, all=before + 1 + after)


def _steps(questions: Plan) -> list[str]:
    """The questions of the short path that count, in their order."""
    return [
        question.name
        for question in questions.questions
        if question.topic is None and question.name not in UNCOUNTED and question.name not in PART_OF
    ]
