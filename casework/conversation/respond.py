"""One turn of the conversation, as a function of the draft and the message. No I/O.

Which question comes next is not decided here: the Rasa form asks the first one of the plan that is
required and not yet settled (``open_questions``).
"""

from __future__ import annotations

from casework.conversation import wishes
from casework.conversation.answers import take_answer, take_free_words
from casework.conversation.draft import IDENTITY_ANSWERS, Draft
from casework.conversation.outcome import Incoming, Outcome
from casework.conversation.signs import ask_about_danger, risk_now, take_in_words
from casework.conversation.understand import Meaning, Ranking, tells_beside, understand
from casework.questions.conditions import information_only, is_asked, no_consent, required
from casework.questions.plan import Plan, Question


def open_questions(plan: Plan, draft: Draft) -> list[str]:
    """The questions still to ask, in the order of the plan, with a reopened one first."""
    still = [name for name in required(plan, draft) if not draft.has(name)]
    first = [name for name in ("danger_check", "leave_check") if name in still]
    if draft.reopened in plan and draft.reopened not in first and is_asked(plan[draft.reopened], draft):
        still = [*first, draft.reopened, *(name for name in still if name not in (*first, draft.reopened))]
    return still


def respond(plan: Plan, draft: Draft, asked: str, incoming: Incoming, ranking: Ranking) -> Outcome:
    """Take one message at the question ``asked`` into the draft and say what is to be said.

    The draft is changed in place. Words are screened before they are understood, whatever they answer.
    """
    outcome, knew = Outcome(), risk_now(draft)
    question = plan[asked]
    informing = information_only(draft)
    if incoming.text is not None:
        _take_words(plan, draft, question, incoming, ranking, outcome)
    else:
        _take_choice(plan, draft, question, incoming, outcome)
    _remember_who(draft, asked, incoming)
    if informing and no_consent(draft) and not information_only(draft):
        # They were told that it is kept as information only: what they told since makes it more, and they hear so.
        outcome.add("consent_concern")
    wishes.settle(plan, draft)
    if risk_now(draft) and not knew and asked != "danger_check":
        ask_about_danger(draft)
    if not outcome.say and not outcome.ends:
        outcome.add("leave_asked" if draft.leaving else "noted")
    return outcome


def _remember_who(draft: Draft, asked: str, incoming: Incoming) -> None:
    """Which messages may say who the reporter is, whatever they were taken for: an anonymous report erases them."""
    typed = incoming.text is not None or bool(incoming.note)
    if asked in IDENTITY_ANSWERS or (asked == "identity" and typed and draft.answer("identity") != "anonymous"):
        draft.said_in.setdefault(asked, []).append(incoming.message_id)


def _take_choice(plan: Plan, draft: Draft, question: Question, incoming: Incoming, outcome: Outcome) -> None:
    if incoming.note:
        take_in_words(draft, outcome, incoming.note, danger=incoming.danger)
    if incoming.choices is not None:
        take_answer(plan, draft, question, incoming.choices, incoming, outcome)
        return
    choice = incoming.choice or ""
    if choice in question.values:
        values = (choice,)
        take_answer(plan, draft, question, values, incoming, outcome)
    else:
        wishes.grant(plan, draft, question, choice, incoming, outcome)


def _take_words(
    plan: Plan, draft: Draft, question: Question, incoming: Incoming, ranking: Ranking, outcome: Outcome
) -> None:
    text = incoming.text or ""
    # "That's all" adds nothing; "hes back" may be a whole account.
    more = question.name == "account_more" and len(text.split()) >= wishes.FEW_WORDS
    account = question.name == "account" or more
    danger = take_in_words(draft, outcome, text, danger=incoming.danger, account=account)
    if danger:
        # Kept unchecked as the answer where free words are asked for; beside the question where they are not.
        if (question.takes_words and question.name != "contact_value") or question.name == "account_more":
            take_free_words(plan, draft, question, incoming, outcome, unchecked=True)
        else:
            draft.keep_words(question.name, text)
            outcome.add("kept_words")
        return
    meaning = understand(question, text, ranking)
    if meaning.name == "ask_for_interpreter":
        wishes.note_support(plan, draft, text)
    if meaning.kind == "answer":
        take_answer(plan, draft, question, meaning.values, incoming, outcome)
    elif meaning.kind in ("control", "faq"):
        told = _keep_told(plan, draft, question, meaning, incoming, outcome)
        if meaning.kind == "faq":
            outcome.add(meaning.name)
        elif not (told and meaning.name in wishes.PASSES):
            wishes.grant(plan, draft, question, meaning.name, incoming, outcome)
    elif meaning.kind == "words":
        take_free_words(plan, draft, question, incoming, outcome)
    else:
        _not_understood(draft, question, text, outcome)


def _keep_told(
    plan: Plan, draft: Draft, question: Question, meaning: Meaning, incoming: Incoming, outcome: Outcome
) -> bool:
    """Keep words that tell of something beside a wish or a question. True where they have answered this one."""
    text = incoming.text or ""
    if not tells_beside(text, meaning):
        return False
    if question.name not in ("account", "account_more"):
        draft.keep_words(question.name, text)
        return False
    # An account that is there already is added to: only an answer replaces it.
    open_one = plan["account_more"] if draft.account else question
    take_free_words(plan, draft, open_one, incoming, outcome)
    return question.name == "account"


def _not_understood(draft: Draft, question: Question, text: str, outcome: Outcome) -> None:
    """Put the question again, kindly; the words are kept beside it, since they may be part of the report."""
    misses = draft.misses.get(question.name, 0) + 1
    draft.misses[question.name] = misses
    long = len(text.split()) > wishes.FEW_WORDS
    if long or question.name != "contact_value":
        # A mistyped number is no part of a report, and would stay when somebody becomes anonymous.
        draft.keep_words(question.name, text)
    if long:
        outcome.add("kept_words")
    if question.strict:
        outcome.add("review_again" if question.last else "strict_again")
    elif misses == 1:
        outcome.add("not_understood")
    else:
        outcome.add("not_understood_must" if question.must else "not_understood_again")
