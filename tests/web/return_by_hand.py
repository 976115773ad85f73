"""A browser without script and a report that was sent, for the tests of the way back."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from typing import Any

import httpx
import sqlalchemy as sa

from casework import cases
from casework.clocks import now
from casework.store.tables import outbox
from tests.web.conftest import Front
from tests.web.pages_by_hand import hidden
from web.chat import service

OURS = {"sec-fetch-site": "same-origin", "accept": "text/html"}
KNIFE = "He is at my door with a knife now and says he will kill me"
SECONDS = service.CODE_SECONDS


@dataclass
class Browser:
    """A browser without script on the real pages."""

    front: Front
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str) -> httpx.Response:
        return self._kept(self.front.ask("GET", path, headers=self._headers()))

    def post(self, path: str, **data: Any) -> httpx.Response:
        return self._kept(self.front.ask("POST", path, data=data, headers=self._headers()))

    def open(self, code: str) -> str:
        reply = self.post("/return", code=code)
        assert (reply.status_code, reply.headers["location"]) == (303, "/return"), reply.text
        return self.get("/return").text

    def send(self, page: str, **data: Any) -> httpx.Response:
        """Fill in the form of one of the pages behind the code."""
        form = self.get(page if page != "/return/write" else "/return").text
        return self.post(page, id=hidden(form, "id"), **data)

    def _headers(self) -> dict[str, str]:
        return {**OURS, "cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}

    def _kept(self, reply: httpx.Response) -> httpx.Response:
        self.front.client.cookies.clear()
        for given in reply.headers.get_list("set-cookie"):
            name, _, rest = given.partition("=")
            self.cookies[name] = rest.partition(";")[0].strip('"')
        return reply


@dataclass
class Sent:
    """A sent report: its code, and what the advisor's side sees of it."""

    front: Front
    reference: str
    code: str

    def case(self, **more: Any) -> dict[str, Any]:
        with self.front.services.store.begin() as db:
            return cases.as_json(db, self.reference, by="test", **more)

    def answer(self, text: str) -> None:
        with self.front.services.store.begin() as db:
            cases.add_message(db, self.reference, text, "cli:test", now(self.front.services.settings))

    def told(self) -> list[str]:
        with self.front.services.store.read() as db:
            return list(db.execute(sa.select(outbox.c.kind)).scalars())


def send(front: Front, **answers: dict[str, Any]) -> Sent:
    chat = front.chat()
    for name, body in answers.items():
        chat.until(name)
        chat.turn(**body)
    chat.until("review")
    receipt = chat.turn(id="send", choice="send")["receipt"]
    return Sent(front, receipt["reference"], receipt["code"])


NAMED: dict[str, dict[str, Any]] = {
    "identity": {"choice": "named"}, "reporter_name": {"text": "Canary Name"}, "contact_method": {"choice": "email"},
    "contact_value": {"text": "canary@example.org"}, "contact_safety": {"choices": ["email_ok"], "note": "canary-note"},
}  # fmt: skip


def words(html: str) -> str:
    """What a page says, without its tags."""
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)))
