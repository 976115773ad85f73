"""The review: every answer in the person's words, each with its change link."""

from __future__ import annotations

from casework.catalogues import gettext
from casework.conversation.draft import Draft
from casework.questions.plan import Plan, Question

# Answered on the way, but nothing to look over again.
UNLISTED = frozenset({"account_more", "leave_check", "more_topics", "review"})


def summary(plan: Plan, draft: Draft) -> list[dict[str, str]]:
    """One entry an answer: name, label, value."""
    return [
        {"name": question.name, "label": gettext(question.review or question.text), "value": in_words(question, draft)}
        for question in plan.questions
        if question.name in draft.answers and question.name not in UNLISTED
    ]


def in_words(question: Question, draft: Draft) -> str:
    """The answer as the person would say it; an answer taken from the account says so."""
    value = draft.answers[question.name]
    if question.options:
        values = value if isinstance(value, list) else [value]
        words = ", ".join(gettext(question.option(each).in_words) for each in values if each in question.values)
    else:
        words = value if isinstance(value, str) else ", ".join(value)
    note = draft.notes.get(question.name)
    if question.name in draft.from_account:
        return gettext("From what you wrote: {words}", words=words)
    return f"{words} ({note})" if note else words
