"""What may be chosen at a question: its own options and the controls that every question takes."""

from __future__ import annotations

from casework.conversation.draft import MAX_ACCOUNT, Draft
from casework.questions.conditions import offered
from casework.questions.plan import Question, plan
from web.chat.bodies import MessageBody
from web.chat.errors import ChatError, error

CONTROLS = frozenset({"skip", "keep", "back", "pause", "language", "person", "leave"})
CHANGE = "change:"
# A message this short may mean "that's all", so it is left to the conversation (question 9).
SHORT_WORDS = 12
_BREAK = "\n\n"


def is_control(value: str) -> bool:
    """Whether a choice is a wish that any question takes, or one of the review's change links."""
    return value in CONTROLS or value.startswith(CHANGE)


def normal(body: MessageBody) -> tuple[str | None, tuple[str, ...] | None]:
    """What was chosen, as the conversation takes it: a wish or one value, or several."""
    if not body.chosen:
        return None, None
    if body.choice is not None or is_control(body.chosen[0]):
        return body.chosen[0], None
    return None, body.chosen


def refusal(asked: str | None, draft: Draft, body: MessageBody) -> ChatError | None:
    """Why this message cannot be taken at the question `asked`: 409 or 413; None where it can."""
    question = None if asked is None else plan().by_name.get(asked)
    if body.text is not None:
        return _too_long(question, draft, body.text)
    if question is None:
        return error("not_offered")
    if len(body.chosen) == 1 and is_control(body.chosen[0]):
        return _control(question, draft, body.chosen[0])
    values = {option.value for option in offered(question, draft)}
    if not values.issuperset(body.chosen) or (len(body.chosen) > 1 and question.kind != "choices"):
        return error("not_offered")
    return None


def _control(question: Question, draft: Draft, wish: str) -> ChatError | None:
    if wish in question.values:
        return None
    if wish.startswith(CHANGE):
        name = wish.removeprefix(CHANGE)
        changeable = question.name == "review" and name in plan() and draft.has(name)
        return None if changeable else error("not_offered")
    kept = draft.keeps(question.name)
    if wish == "keep" and not kept:
        return error("not_offered")
    if wish == "skip" and question.must and not kept:
        return error("must_answer")
    return None


def _too_long(question: Question | None, draft: Draft, text: str) -> ChatError | None:
    if question is None or question.name not in ("account", "account_more"):
        return None
    if question.name == "account_more":
        if len(text.split()) < SHORT_WORDS and len(draft.account) < MAX_ACCOUNT:
            return None
        whole = len(draft.account) + len(_BREAK) + len(text)
    else:
        whole = len(text)
    return error("account_too_long") if whole > MAX_ACCOUNT else None
