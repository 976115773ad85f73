"""Typed errors of the chat: one shape, plain words, never a 500.

The wording keeps the rules of the conversation: short, no blame, the next step last.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NoReturn

from starlette.responses import JSONResponse

from casework.catalogues import N_, gettext

CALL_999 = N_("If anyone is in danger now, call 999.")
# Refusals of what somebody in danger may have sent.
WITH_999 = frozenset({"no_session", "too_large", "too_long", "account_too_long", "too_many"})


@dataclass
class ChatError(Exception):
    """A refusal that the person (or their program) is told about.

    `status` is the HTTP status, `code` a short stable name, `message` plain words for a reader,
    `retry_after` whole seconds.
    """

    status: int
    code: str
    message: str
    retry_after: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.status} {self.code}"


MESSAGES: dict[str, tuple[int, str]] = {
    "malformed": (400, N_("We could not read that message. Please send it again.")),
    "empty": (400, N_("The message was empty. Please write something, or choose an answer.")),
    "bad_code": (400, N_("A receipt code has 16 digits. Please check it and type it again.")),
    "no_session": (401, N_("This chat is not open any more. Please start a new one.")),
    "wrong_origin": (403, N_("That came from another site, so we did not take it. Please use our own page.")),
    "not_found": (404, N_("There is nothing at this address.")),
    "unknown_code": (404, N_("We could not find that code, or its time is over. Please check it and try again.")),
    "method_not_allowed": (405, N_("This address does not take that kind of request.")),
    "id_reused": (409, N_("That message id was used for a different message. Please send it with a new id.")),
    "not_offered": (409, N_("That answer is not one of the choices here. Please pick one that is shown.")),
    "must_answer": (409, N_("We need an answer to this question before we can go on.")),
    "too_large": (413, N_("That is too much to send at once. Please send less.")),
    "too_long": (413, N_("One message can have up to 4,000 characters. Please send it in smaller parts.")),
    "account_too_long": (413, N_("What happened can have up to 10,000 characters. What you gave before is kept.")),
    "too_many": (429, N_("That was a lot in a short time. Please wait a little, then try again.")),
}


def message_of(code: str) -> str:
    """The words of the error called `code`, in the language of the request."""
    words = gettext(MESSAGES[code][1])
    return f"{words} {gettext(CALL_999)}" if code in WITH_999 else words


def error(code: str, *, retry_after: int | None = None, more: str = "") -> ChatError:
    """The typed error called `code`; `more` is put before its words (an emergency card, for example)."""
    status, message = MESSAGES[code][0], message_of(code)
    return ChatError(status, code, f"{more}\n\n{message}" if more else message, retry_after)


def refuse(code: str) -> NoReturn:
    """Raise the typed error called `code`."""
    raise error(code)


def body_of(code: str, message: str) -> dict[str, dict[str, str]]:
    """The JSON of an error."""
    return {"error": {"code": code, "message": message}}


def response_of(problem: ChatError) -> JSONResponse:
    """The answer for an error, with `Retry-After` where there is a time to wait."""
    headers = dict(problem.headers)
    if problem.retry_after is not None:
        headers["Retry-After"] = str(problem.retry_after)
    return JSONResponse(body_of(problem.code, problem.message), problem.status, headers)
