"""What a person can want at any question: skip, go back, change, pause, another language, a person, to
leave."""

from __future__ import annotations

from casework.conversation.called import named_answers, words_beside
from casework.conversation.choosing import named
from casework.conversation.draft import IDENTITY_ANSWERS, Draft
from casework.conversation.outcome import Incoming, Outcome
from casework.conversation.plain import Said
from casework.questions.conditions import belongs
from casework.questions.plan import Plan, Question

FEW_WORDS = 4
# Wishes that leave a question unanswered.
PASSES = frozenset({"skip", "keep", "not_sure", "prefer_not"})
# Answers to these questions go when their question no longer belongs to the report; others are never
# dropped so.
DEPENDENT = frozenset(
    {
        "for_someone_else",
        "no_consent",
        "named",
        "contact_wanted",
        "contact_known",
        "police_told",
        "not_information_only",
    }
)


def grant(plan: Plan, draft: Draft, question: Question, wish: str, incoming: Incoming, outcome: Outcome) -> None:
    """Do what was asked for by a control (interfaces, "Controls") or by words that mean one."""
    if wish in PASSES:
        _skip(draft, question, wish, outcome)
    elif wish == "back":
        _back(draft, question, outcome)
    elif wish == "change":
        _change(plan, draft, question, incoming, outcome)
    elif wish.startswith("change:"):
        _reopen(plan, draft, wish.removeprefix("change:"), outcome)
    elif wish == "pause":
        outcome.pauses = True
    elif wish == "language":
        note_support(plan, draft, incoming.text or "")
        outcome.add("language", "help")
    elif wish == "person":
        draft.wants_person = True
        outcome.add("person", "help")
    elif wish == "leave":
        draft.leaving = True
    elif wish == "finished":
        _finished(draft, question, outcome)
    else:
        outcome.add("not_understood")


def _skip(draft: Draft, question: Question, wish: str, outcome: Outcome) -> None:
    if question.name == "account_more":
        draft.put("account_more", "done")
    elif question.must and not draft.keeps(question.name):
        outcome.add("must_answer" if wish == "skip" else "needs_words" if question.takes_words else "must_answer")
    else:
        draft.pass_over(question.name)
        draft.reopened = ""


def _finished(draft: Draft, question: Question, outcome: Outcome) -> None:
    if question.name == "account_more":
        draft.put("account_more", "done")
    else:
        outcome.add("not_understood")


def _back(draft: Draft, question: Question, outcome: Outcome) -> None:
    """Open the last answered question; its answer stays until it is replaced. On the first one, put it
    again."""
    if question.name == "leave_check":
        draft.leaving = False
        return
    place = draft.order.index(question.name) if question.name in draft.order else len(draft.order)
    if place == 0:
        return
    draft.reopened = draft.order[place - 1]
    outcome.add("went_back")


def _change(plan: Plan, draft: Draft, question: Question, incoming: Incoming, outcome: Outcome) -> None:
    """Open the answer that the words name; without a name the last one, or on the review ask which."""
    words = Said(incoming.text or "")
    named = named_answers(plan, draft, words.text, anew=question.last)
    for name in IDENTITY_ANSWERS:
        if name in named:
            # They may say what it should be.
            draft.said_in.setdefault(name, []).append(incoming.message_id)
    if question.last and words_beside(words.tidy) and not set(named) & set(IDENTITY_ANSWERS):
        draft.keep_words(question.name, words.text)
    if len(named) == 1:
        _reopen(plan, draft, named[0], outcome)
    elif question.last or named:
        outcome.add("change_which")
    else:
        _back(draft, question, outcome)


def _reopen(plan: Plan, draft: Draft, name: str, outcome: Outcome) -> None:
    if name in plan and (draft.has(name) or belongs(plan[name], draft)):
        draft.reopened = name
        outcome.add("went_back" if draft.has(name) else "noted")
    else:
        outcome.add("change_which")


# What a wish for another language or format can ask for.
_FORMS = ("interpreter", "bsl", "easy_read", "large_print")


def note_support(plan: Plan, draft: Draft, words: str) -> None:
    """Note the language or format asked for, beside those noted before (HP 2.11: interpreters are never under 18)."""
    asked_for = named(plan["support_needs"], Said(words)).values
    forms = [value for value in _FORMS if value in asked_for] or ["interpreter"]
    if {"interpreter", "bsl"} & set(forms):
        draft.needs_interpreter = True
    needs = draft.answers.get("support_needs")
    held = needs if isinstance(needs, list) else []
    draft.answers["support_needs"] = [*held, *(form for form in forms if form not in held)]
    note = draft.notes.get("support_needs", "")
    if words.strip() and words not in note:
        draft.notes["support_needs"] = f"{note}; {words}" if note else words


def settle(plan: Plan, draft: Draft) -> None:
    """Drop answers whose question no longer belongs to the report, until nothing more falls away."""
    while True:
        stale = [
            question.name
            for question in plan.questions
            if draft.has(question.name) and DEPENDENT & set(question.when) and not belongs(question, draft)
        ]
        if not stale:
            return
        draft.drop(stale)
