"""A turn as the chat API gives it: names put into words, the open question, the review, the receipt."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from casework.catalogues import dates, gettext
from casework.conversation.draft import MAX_MESSAGE, Draft
from casework.conversation.outcome import Outcome, Saying
from casework.conversation.summary import summary
from casework.questions import plan as the_plan
from casework.questions import wording
from casework.questions.conditions import offered
from casework.questions.plan import Question

GIVEN, SKIPPED = "given", "skipped"


def marks(draft: Draft) -> dict[str, str]:
    """Which slots are filled, and nothing of what they hold: slot → ``given`` or ``skipped``."""
    found = dict.fromkeys(draft.passed_over, SKIPPED) | dict.fromkeys(draft.answers, GIVEN)
    return {name: mark for name, mark in found.items() if name in the_plan()}


def question_json(name: str | None, draft: Draft | None = None) -> dict[str, Any] | None:
    """The open question as ``Turn.question``; None where none is open. KeyError for a name not in the plan.

    ``why``, ``hint``, ``note``, ``given`` and ``kept`` are additions of ours: why we ask, an example, the label of the
    note's field, what stands in the field for words already, whether the choice ``keep`` leaves the answer as it is.
    """
    if name is None:
        return None
    question = the_plan()[name]
    shown = question.options if draft is None else offered(question, draft)
    options = [{"value": option.value, "label": gettext(option.label)} for option in shown]
    return {
        "name": question.name,
        "kind": question.kind,
        "options": options,
        "optional": not question.must,
        "text": gettext(_text(question, draft)),
        "why": gettext(question.why),
        "hint": gettext(question.hint),
        "note": gettext(question.note),
        "given": "" if draft is None else _given(question, draft),
        "kept": draft is not None and name in draft.answers and draft.keeps(name),
    }


def _given(question: Question, draft: Draft) -> str:
    """What stands in the field already: words that looked wrong, or the answer that is being changed, where one message
    holds it."""
    if not question.takes_words:
        return ""
    held = draft.answers.get(question.name) if draft.reopened == question.name else None
    words = draft.doubted.get(question.name, held)
    return words if isinstance(words, str) and len(words) <= MAX_MESSAGE else ""


def _text(question: Question, draft: Draft | None) -> str:
    """The question's text; some read differently for a representative, a way of contact, an anonymous
    report."""
    if draft is not None:
        for name in ("contact_method", "identity", "reporter_role"):
            text = question.texts.get(str(draft.answer(name)))
            if text:
                return text
    return question.text


def said(saying: Saying) -> list[dict[str, str]]:
    """The messages of one saying. The emergency card is one message."""
    lines = wording.say(saying.name, **saying.filled)
    if saying.kind == "emergency":
        return [{"text": "\n".join(lines), "kind": saying.kind}]
    return [{"text": line, "kind": saying.kind} for line in lines]


def messages(outcome: Outcome) -> list[dict[str, str]]:
    """All messages of a turn, emergency first, then help, then the rest in their order."""
    rank = {"emergency": 0, "help": 1}
    ordered = sorted(outcome.say, key=lambda saying: rank.get(saying.kind, 2))
    return [message for saying in ordered for message in said(saying)]


def build_turn(message_id: str, outcome: Outcome, draft: Draft, question: str | None) -> dict[str, Any]:
    """The ``Turn`` of the chat API."""
    return {
        "id": message_id,
        "messages": messages(outcome),
        "question": question_json(question, draft),
        "summary": summary(the_plan(), draft) if question == "review" else None,
        "receipt": _receipt(outcome.receipt),
        "ended": outcome.ended,
    }


def _receipt(kept: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The receipt with its next steps in words. One that was kept before steps had names has the words already."""
    if kept is None:
        return None
    return {**kept, "next": [_step(step) for step in kept["next"]]}


def _step(step: Mapping[str, str]) -> dict[str, str]:
    if "name" not in step:
        return dict(step)
    due = dates.day(datetime.fromisoformat(step["due_at"]))
    return {"text": " ".join(wording.say(step["name"], due=due)), "due_at": step["due_at"]}


def first_turn(draft: Draft, question: str) -> dict[str, Any]:
    """The welcome and the first question."""
    return build_turn("start", Outcome(say=[Saying("welcome")]), draft, question)


def safe_turn(message_id: str, question: str | None, *, kept: bool) -> dict[str, Any]:
    """The reply to danger while the assistant cannot take the turn: the card, what is wrong, the same
    question."""
    sayings: list[Mapping[str, str]] = [
        {"text": wording.card(), "kind": "emergency"},
        {"text": "\n".join(wording.say("unavailable_kept" if kept else "unavailable")), "kind": "error"},
    ]
    return {
        "id": message_id,
        "messages": list(sayings),
        "question": question_json(question),
        "summary": None,
        "receipt": None,
        "ended": False,
    }
