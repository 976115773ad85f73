"""The way back: enter a code, read and write messages, change how to be reached, withdraw, get a new code.

Plain forms that work without script (POST, then 303, then GET). Until the code is given nothing here says what
it is about; afterwards only a session that the code itself opened sees the case.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response

from casework.cases import ContactError, Wish
from casework.catalogues import gettext, ngettext
from casework.conversation.checks import looks_wrong
from casework.questions import plan, wording
from web.chat import danger, page_words
from web.chat import page_return_words as words
from web.chat import page_troubles as troubles
from web.chat.bodies import MESSAGE_CHARACTERS, MessageBody
from web.chat.errors import ChatError, error
from web.chat.page_forms import Form, FormTooLarge, read_fields
from web.chat.page_headers import (
    address_of,
    forget,
    from_elsewhere,
    go,
    remember,
    session_of,
    session_to_write,
)
from web.chat.page_render import Pages
from web.chat.page_view import split_card

if TYPE_CHECKING:
    from web.chat.service import ChatService

HERE = "/return"
_AGAIN = ((HERE, troubles.TRY_AGAIN),)
Fields = dict[str, Any]
Said = list[dict[str, str]]
Route = tuple[str, str, Callable[..., Awaitable[Response]]]


class PageReturn:
    """The handlers of the way back."""

    def __init__(self, service: ChatService, pages: Pages) -> None:
        self.service = service
        self.pages = pages

    def routes(self) -> tuple[Route, ...]:
        """Path, method and handler of each. No path says what is done there."""
        return (
            (HERE, "GET", self.here),
            (HERE, "POST", self.come_back),
            (f"{HERE}/write", "POST", self.write),
            (f"{HERE}/contact", "GET", self.contact_page),
            (f"{HERE}/contact", "POST", self.contact),
            (f"{HERE}/end", "GET", self.end_page),
            (f"{HERE}/end", "POST", self.end),
            (f"{HERE}/code", "GET", self.code_page),
            (f"{HERE}/code", "POST", self.code),
        )

    async def here(self, request: Request) -> Response:
        """The case, where this session was opened with its code; else the field for the code."""
        if session_of(request) is None:
            return self._ask(request)
        done = gettext(words.DONE.get(request.query_params.get("done", ""), ""))
        return await self._page(request, "case.html", done=done)

    async def come_back(self, request: Request) -> Response:
        """A code: a paused report goes on in the chat, a sent one is shown."""
        if from_elsewhere(request):
            return troubles.refused(self.pages, request)
        try:
            code = dict(await read_fields(request)).get("code", "")[:4_000]
        except FormTooLarge:
            code = ""
        try:
            found = await self.service.receipt(code, address=address_of(request), reading=False)
        except ChatError as problem:
            if problem.status >= 500:
                return troubles.trouble(self.pages, request, problem, links=_AGAIN)
            return self._ask(request, problem, code)
        response = go("/chat" if found["case"] is None else HERE)
        remember(request, response, found["session"])
        return response

    async def write(self, request: Request) -> Response:
        """Words to the advisor: a message, or an addition to the report."""
        return await self._posted(request, "case.html", self._write)

    async def contact_page(self, request: Request) -> Response:
        """How the reporter is reached, without the number or address itself."""
        return await self._page(request, "contact.html")

    async def contact(self, request: Request) -> Response:
        """Change that, or become anonymous."""
        return await self._posted(request, "contact.html", self._contact)

    async def end_page(self, request: Request) -> Response:
        """What withdrawing means."""
        return await self._page(request, "end.html")

    async def end(self, request: Request) -> Response:
        """Withdraw, or take that back."""
        return await self._posted(request, "end.html", self._end)

    async def code_page(self, request: Request) -> Response:
        """What a new code does."""
        return await self._page(request, "code.html", code="")

    async def code(self, request: Request) -> Response:
        """A new code, shown once; a reload makes another."""
        if from_elsewhere(request):
            return troubles.refused(self.pages, request)
        token = session_of(request) or ""
        try:
            code = await self.service.returning.new_code(token)
        except ChatError as problem:
            return self._refused(request, problem, "")
        response = self.pages.page(request, "code.html", code=code, in_session=True)
        remember(request, response, token)
        return response

    async def _write(self, token: str, fields: Fields) -> Said:
        kind = "message" if fields.get("do") == "message" else "addition"
        return await self.service.returning.write(token, fields["id"], fields.get("text", ""), kind)

    async def _end(self, token: str, fields: Fields) -> Said:
        if fields.get("do") == "on":
            return await self.service.returning.go_on(token, fields["id"])
        return await self.service.returning.withdraw(token, fields["id"], fields.get("text", ""))

    async def _contact(self, token: str, fields: Fields) -> Said:
        if fields.get("do") == "anonymous":
            return await self.service.returning.reach(token, fields["id"], None)
        method, value = fields.get("method", ""), fields.get("value", "")
        odd = looks_wrong("contact_value", value, method) if value.strip() else None
        if odd and fields.get("asked") != value:
            # Asked once, then taken as written.
            fields["asked"] = value
            raise ContactError(odd)
        note, name, alert = fields.get("note", ""), fields.get("name", ""), fields.get("alert") == "yes"
        wish = Wish(method, value, tuple(fields["safe"]), note, name, alert)
        return await self.service.returning.reach(token, fields["id"], wish)

    async def _posted(self, request: Request, template: str, act: Callable[[str, Fields], Awaitable[Said]]) -> Response:
        """Do what a form asks. What has to be said at once (danger, help) is shown at once."""
        if from_elsewhere(request):
            return troubles.refused(self.pages, request)
        try:
            fields, cut = _fields(await read_fields(request)), False
        except FormTooLarge as most:
            fields, cut = _fields(most.fields), True
        typed = "\n".join(fields[name] for name in ("text", "name", "value", "note") if fields.get(name, "").strip())
        again = {**_filled_in(fields), "typed": fields.get("text", "")}
        token = session_to_write(request) or ""
        if cut and len(fields.get("text", "")) <= MESSAGE_CHARACTERS:
            # What filled it was not the words: nothing is done with half a form.
            return troubles.trouble(self.pages, request, error("too_large"), typed=typed, links=_AGAIN)
        try:
            said = await act(token, fields)
        except ContactError as wrong:
            card = danger.look(MessageBody(id="contact", text=typed)).messages()
            again["asked"] = fields.get("asked", "")
            again["wrong"] = "value" if wrong.code.startswith("check_") else wrong.code
            return await self._page(request, template, token, status=400, error=_wrong(wrong.code), card=card, **again)
        except ChatError as problem:
            if problem.status not in (400, 413):
                return self._refused(request, problem, typed)
            ours = words.ERRORS.get(problem.code)
            message = gettext(ours) if ours else split_card(problem.message)[1]
            if cut:
                message = gettext(page_words.ERRORS["cut"], count=len(fields["text"]))
            # What is too long on the page of contact is the note.
            again["wrong"] = "note"
            return await self._page(request, template, token, status=problem.status, error=message, **again)
        if said:
            return await self._page(request, "case.html", token, card=said, done=gettext(words.DONE["sent"]))
        response = go(f"{HERE}?done={'saved' if act == self._contact else 'sent'}#done")
        remember(request, response, token)
        return response

    async def _page(
        self, request: Request, template: str, token: str | None = None, *, status: int = 200, **data: Any
    ) -> Response:
        """A page of the opened case; without such a session the field for the code. `token`: of what was sent."""
        token = token or session_of(request) or ""
        try:
            case = await self.service.returning.look(token, reading=request.method != "HEAD")
        except ChatError as problem:
            if problem.status != 401:
                return troubles.trouble(self.pages, request, problem, links=_AGAIN)
            return self._ask(request)
        # `wrong`: which field of the page of contact the error belongs to.
        given: dict[str, Any] = {"card": [], "done": "", "typed": "", "wrong": "", **_filled_in({}), **data}
        if not given["method"]:
            now = case["contact"]
            given |= {"method": now.method or "", "safe": now.safe, "alert": now.alert}
        given |= {"case": case, "form_id": secrets.token_hex(12), "says": words.SAYS, "plan": plan().by_name}
        response = self.pages.page(request, template, status=status, **given)
        remember(request, response, token)
        return response

    def _ask(self, request: Request, problem: ChatError | None = None, code: str = "") -> Response:
        """The field for the code. What was typed there is read for danger like anything else."""
        if problem is None:
            return self.pages.page(request, "return.html", typed="", card=[])
        card = danger.look(MessageBody(id="code", text=code.replace("\0", ""))).messages()
        message = problem.message
        if problem.code == "too_many":
            minutes = ngettext("a minute", "{count} minutes", -(-(problem.retry_after or 60) // 60))
            message = gettext(words.WAIT, minutes=minutes)
        response = self.pages.page(
            request, "return.html", status=problem.status, typed=code[:200], error=message, card=card
        )
        if problem.retry_after is not None:
            response.headers["Retry-After"] = str(problem.retry_after)
        return response

    def _refused(self, request: Request, problem: ChatError, typed: str) -> Response:
        """Their words are given back, whatever is wrong."""
        if problem.status != 401:
            return troubles.trouble(self.pages, request, problem, typed=typed, links=_AGAIN)
        response = troubles.over(self.pages, request, Form(text=typed))
        forget(response)
        return response


def _fields(pairs: list[tuple[str, str]]) -> Fields:
    """The fields of a form; `safe` is a list. NUL, which no database holds, is left out."""
    found: Fields = {name: value.replace("\0", "") for name, value in pairs}
    found["id"] = found.get("id", "")[:64]
    found["safe"] = list(dict.fromkeys(value for name, value in pairs if name == "safe"))
    return found


def _filled_in(fields: Fields) -> dict[str, Any]:
    """What was filled in on the page of contact, to be put back."""
    kept = {name: fields.get(name, "") for name in ("method", "value", "note", "asked")}
    return {
        **kept,
        "called": fields.get("name", ""),
        "safe": fields.get("safe", []),
        "alert": fields.get("alert") == "yes",
    }


def _wrong(code: str) -> str:
    return " ".join(wording.say(code)) if code.startswith("check_") else gettext(words.ERRORS[code])
