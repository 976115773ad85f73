"""The reporter's pages: plain forms that work without script (POST, then 303, then GET).

The script posts the same forms with `X-Part: turn` and gets only what is new. Nothing here decides
what is said: every turn comes from the chat's service.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response

from casework.catalogues import N_, gettext
from web.chat import page_troubles as troubles
from web.chat import page_words as words
from web.chat.bodies import MESSAGE_CHARACTERS, MessageBody
from web.chat.errors import ChatError, error
from web.chat.page_exit import ExitRoutes
from web.chat.page_forms import Form, FormTooLarge, bodies, read_fields, read_form
from web.chat.page_headers import (
    WIPE,
    address_of,
    forget,
    framed_elsewhere,
    from_elsewhere,
    go,
    remember,
    session_of,
    session_to_write,
)
from web.chat.page_render import Pages
from web.chat.page_return import PageReturn, Route
from web.chat.page_troubles import TRY_AGAIN
from web.chat.page_view import Said, chat_view, split_card
from web.chat.sessions import speaking
from web.headers import policy
from web.heads import READING

if TYPE_CHECKING:
    from web.chat.service import ChatService


def router(service: ChatService) -> APIRouter:
    """The routes of the pages, on one service."""
    return PageRoutes(service).routes()


class PageRoutes:
    """The handlers of the pages."""

    def __init__(self, service: ChatService) -> None:
        self.service = service
        self.pages = Pages(service.settings)

    def routes(self) -> APIRouter:
        """One route an address, with HEAD where there is GET; the framework refuses a method that is not listed."""
        found, out = APIRouter(include_in_schema=False), ExitRoutes(self.service)
        routes: tuple[Route, ...] = (
            ("/", "GET", self.first_page),
            ("/start", "GET", self.start_page),
            ("/start", "POST", self.start),
            ("/chat", "GET", self.chat),
            ("/chat", "POST", self.answer),
            *PageReturn(self.service, self.pages).routes(),
            ("/leave", "GET", out.leave),
            ("/leave", "POST", out.leave),
            ("/close", "GET", out.close),
            ("/close", "POST", out.close),
            ("/presence", "POST", out.presence),
            ("/language", "POST", self.language),
            ("/ways", "GET", self.ways),
            ("/safety", "GET", self.safety),
            ("/static/{name}", "GET", self.static),
        )
        for path, method, handler in routes:
            methods = [*READING] if method == "GET" else [method]
            found.add_api_route(path, handler, methods=methods, response_model=None)
        if self.service.settings.embed_page:
            found.add_api_route("/embedding", self.embedding, methods=[*READING], response_model=None)
        return found

    async def first_page(self, request: Request) -> Response:
        """How to leave, before anything else. Who has a session has read it, and goes on."""
        if session_of(request):
            return await self.start_page(request)
        return self.pages.page(request, "framed.html" if framed_elsewhere(request) else "leaving.html")

    async def start_page(self, request: Request) -> Response:
        """What this is, before anything is asked."""
        return self.pages.page(request, "framed.html" if framed_elsewhere(request) else "start.html")

    async def start(self, request: Request) -> Response:
        """Begin, or go on where the same browser already is: a second press starts nothing twice."""
        if from_elsewhere(request):
            return troubles.refused(self.pages, request)
        token = session_of(request)
        if token and await self._open(token, unsent=True):
            return go("/chat")
        try:
            begun = await self.service.start(address=address_of(request))
        except ChatError as problem:
            return troubles.trouble(self.pages, request, problem, links=(("/", TRY_AGAIN),))
        response = go("/chat")
        remember(request, response, begun.token)
        return response

    async def chat(self, request: Request) -> Response:
        """The conversation so far and the open question."""
        token = session_of(request)
        if not token:
            return troubles.nothing_here(self.pages, request)
        try:
            entries = await self._entries(token)
        except ChatError as problem:
            if problem.status == 401:
                return troubles.nothing_here(self.pages, request)
            return troubles.trouble(self.pages, request, problem, links=(("/chat", TRY_AGAIN),))
        if not entries:
            # A session to a sent report, opened with its code: that is where it is shown.
            return go("/return")
        response = self.pages.page(request, "chat.html", chat=chat_view(entries))
        remember(request, response, token)
        return response

    async def answer(self, request: Request) -> Response:
        """One posted form: an answer, words, or a button."""
        if from_elsewhere(request):
            return troubles.refused(self.pages, request)
        try:
            form = read_form(await read_fields(request))
        except FormTooLarge as most:
            form = replace(read_form(most.fields), cut=True)
        token = session_to_write(request)
        if not token:
            return troubles.over(self.pages, request, form)
        if form.cut and len(form.text) <= MESSAGE_CHARACTERS:
            # What filled it was not the words: nothing is done with half a form.
            links = (("/chat", N_("Go back")),)
            return troubles.trouble(self.pages, request, error("too_large"), typed=form.text, links=links)
        if form.empty:
            return await self._again(request, token, form, _nothing(form), 400)
        if form.fault:
            return await self._again(request, token, form, form.fault, 400)
        turns: list[dict[str, Any]] = []
        try:
            for body in bodies(form):
                turns.append(await self.service.message(token, MessageBody(**body), address=address_of(request)))
        except ValidationError:
            return await self._again(request, token, form, gettext(words.ERRORS["form"]), 400)
        except ChatError as problem:
            return await self._failed(request, token, form, problem)
        return await self._answered(request, token, form, turns)

    async def ways(self, request: Request) -> Response:
        """Other people and numbers."""
        return self.pages.page(request, "ways.html")

    async def language(self, request: Request) -> Response:
        """Another language for the pages and the chat from here on. It goes with the session, like everything."""
        if from_elsewhere(request):
            return troubles.refused(self.pages, request)
        try:
            chosen = dict(await read_fields(request)).get("language", "")
        except FormTooLarge:
            chosen = ""
        token = session_of(request) or ""
        response = go("/chat" if token else "/")
        if chosen in self.service.settings.languages:
            remember(request, response, speaking(token, chosen))
        return response

    async def safety(self, request: Request) -> Response:
        """What a browser keeps, and how to leave less behind."""
        return self.pages.page(request, "safety.html")

    async def embedding(self, request: Request) -> Response:
        """How the launcher looks on the landlord's website; only where a setting asks for it."""
        response = self.pages.page(request, "embedding.html")
        response.headers["Content-Security-Policy"] = policy(("'self'",), frames=True)
        response.headers["X-Frame-Options"] = "SAMEORIGIN"
        return response

    async def static(self, request: Request, name: str) -> Response:
        """The style, the script, the icon."""
        found = self.pages.file(name, request)
        if found is None:
            raise error("not_found")
        return found

    async def _open(self, token: str, *, unsent: bool = False) -> bool:
        """Whether there is a chat of this session (`unsent`: one that is not sent yet)."""
        try:
            entries = await self._entries(token)
        except ChatError as problem:
            return problem.status != 401
        return bool(entries) and not (unsent and entries[-1].turn.get("ended"))

    async def _entries(self, token: str) -> list[Said]:
        return [Said(entry.turn, entry.said, entry.erases) for entry in await self.service.transcript(token)]

    async def _answered(self, request: Request, token: str, form: Form, turns: list[dict[str, Any]]) -> Response:
        if turns[-1].get("ended") and not turns[-1].get("receipt") and not await self._open(token):
            return self._left(request, turns[-1])
        part = request.headers.get("x-part") == "turn"
        in_trouble = any(m.get("kind") == "error" for turn in turns for m in turn["messages"])
        if not part and not in_trouble:
            response: Response = go(f"/chat#{_place(turns[-1])}")
            remember(request, response, token)
            return response
        try:
            entries = await self._entries(token)
        except ChatError:
            entries = []
        if not entries or entries[-1].turn["id"] != turns[-1]["id"]:
            # The record is out of reach: what was just said is shown all the same.
            entries += [Said(turn, form.text or None) for turn in turns]
        view = chat_view(entries, after=form.after if part else "")
        response = self.pages.page(request, "turn.html" if part else "chat.html", chat=view)
        remember(request, response, token)
        return response

    def _left(self, request: Request, turn: dict[str, Any]) -> Response:
        """The whole page anew, for the script too: nothing of the chat stays on it."""
        told = [message["text"] for message in turn["messages"]]
        response = self.pages.page(request, "left.html", told=told, in_session=False)
        response.headers["X-Part"] = "whole"
        response.headers["Clear-Site-Data"] = WIPE
        forget(response)
        return response

    async def _failed(self, request: Request, token: str, form: Form, problem: ChatError) -> Response:
        if problem.status == 401:
            return troubles.over(self.pages, request, form)
        if problem.status in (409, 413, 400):
            urgent, message = split_card(problem.message)
            if problem.code == "too_long":
                message = gettext(words.ERRORS["cut" if form.cut else "too_long"], count=len(form.text))
            elif problem.code == "id_reused":
                message = gettext(words.ERRORS["stale"])
            return await self._again(request, token, form, message, problem.status, urgent)
        if request.headers.get("x-part") == "turn":
            urgent, message = split_card(problem.message)
            return await self._again(request, token, form, message, problem.status, urgent)
        return troubles.trouble(self.pages, request, problem, form=form)

    async def _again(
        self,
        request: Request,
        token: str,
        form: Form,
        message: str,
        status: int,
        urgent: tuple[str, ...] = (),
    ) -> Response:
        """The open question once more, with what was filled in and what is wrong."""
        try:
            entries = await self._entries(token)
        except ChatError as problem:
            if problem.status == 401:
                return troubles.over(self.pages, request, form)
            entries = []
        if not entries:
            said = "\n\n".join(["\n".join(urgent), message] if urgent else [message])
            return troubles.trouble(self.pages, request, ChatError(status, "again", said), form=form)
        part = request.headers.get("x-part") == "turn"
        # What is wrong with the answer is said beside it; what is wrong on our side stands apart.
        ours, fault = (message, "") if status >= 429 else ("", message)
        after = form.after if part else ""
        view = chat_view(entries, after=after, form=form, urgent=urgent, trouble=ours)
        return self.pages.page(request, "turn.html" if part else "chat.html", status=status, chat=view, error=fault)


def _nothing(form: Form) -> str:
    return gettext(words.ERRORS["nothing_typed" if form.kind in ("text", "date") else "nothing"])


def _place(turn: dict[str, Any]) -> str:
    """Where on the page this turn is read from: its card, its receipt, or what was said."""
    if any(message.get("kind") == "emergency" for message in turn["messages"]):
        return "card"
    return "kept" if turn.get("receipt") else "new"
