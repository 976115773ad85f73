"""Pages for when something is wrong: kind words, the numbers, what was typed, and a way on."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from casework.catalogues import N_, gettext
from web.chat import page_words as words
from web.chat.errors import ChatError
from web.chat.page_forms import Form
from web.chat.page_headers import forget, was_idle
from web.chat.page_render import Pages
from web.chat.page_view import split_card

Links = tuple[tuple[str, str], ...]
START_AGAIN = (("/", N_("Go to the start")), ("/return", N_("I have a code")))
TRY_AGAIN = N_("Try again")


def trouble(
    pages: Pages,
    request: Request,
    problem: ChatError,
    *,
    form: Form | None = None,
    typed: str = "",
    links: Links = (),
) -> Response:
    """What is wrong; with `form`, what was typed and a button that sends the same once more; with `typed`
    alone, what was typed, to copy."""
    urgent, message = split_card(problem.message)
    response = pages.page(
        request,
        "trouble.html",
        status=problem.status,
        urgent=urgent,
        heading=gettext(words.TROUBLE if problem.status >= 429 else words.REFUSED),
        message=message,
        again=form.again if form else (),
        typed=form.text if form else typed,
        links=links,
    )
    response.headers.update(problem.headers)
    if problem.retry_after is not None:
        response.headers["Retry-After"] = str(problem.retry_after)
    return response


def refused(pages: Pages, request: Request) -> Response:
    """A form that another site sent."""
    problem = ChatError(403, "wrong_origin", gettext(words.ERRORS["elsewhere"]))
    return trouble(pages, request, problem, links=START_AGAIN[:1])


def over(pages: Pages, request: Request, form: Form) -> Response:
    """The session ended while somebody was writing: their words are given back to them."""
    return _ended(pages, request, 401, form.text, cut=form.cut)


def nothing_here(pages: Pages, request: Request) -> Response:
    """No session: nothing is shown of anything that was here."""
    response = _ended(pages, request, 200, "", idle=was_idle(request))
    forget(response)
    return response


def _ended(
    pages: Pages, request: Request, status: int, typed: str, *, idle: bool = False, cut: bool = False
) -> Response:
    more = {"cut": cut, "typed": typed, "idle": idle, "links": START_AGAIN, "in_session": False}
    return pages.page(request, "nothing.html", status=status, **more)
