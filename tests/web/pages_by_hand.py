"""Turns made by hand, and a stand-in for the chat's service that gives them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from html import unescape
from types import SimpleNamespace
from typing import Any

from casework.cases import Contact, ContactError, Wish
from casework.questions.plan import plan
from casework.questions.wording import card, say
from casework.settings import Settings
from web.chat.bodies import MESSAGE_CHARACTERS, MessageBody
from web.chat.errors import ChatError, error

TOKEN = "secret-token"
# What no title, address or cookie may say to whoever looks at the browser afterwards.
FORBIDDEN = re.compile(r"hate|crime|abuse|asb|report", re.I)
SUMMARY = [
    {"name": "danger_now", "label": "Danger now", "value": "No"},
    {"name": "account", "label": "What happened", "value": "First line\nsecond <b>line</b>"},
    {"name": "where_postcode", "label": "Where", "value": "L36 9YY"},
]
RECEIPT: dict[str, Any] = {
    "reference": "LV-2026-0001",
    "code": "1234 5678 9012 3456",
    "advisor": "Sam Example",
    "next": [{"text": "Your advisor gets in touch by the end of Tuesday 29 December.", "due_at": None}],
}
CASE: dict[str, Any] = {
    "reference": "LV-2026-0001",
    "status": "Your advisor has read it.",
    "messages": [
        {
            "at": "2026-07-20T21:27:32+00:00",
            "author": "reporter",
            "kind": "addition",
            "text": "It was <b>late</b>.",
            "new": False,
        },
        {"at": "2026-07-20T22:27:32+00:00", "author": "reporter", "kind": "withdrawal_asked", "text": "", "new": False},
        {"at": "2026-07-21T09:00:00+00:00", "author": "advisor", "kind": "message", "text": "Hello.", "new": True},
    ],
}
PAUSED = {**RECEIPT, "reference": None, "advisor": None, "next": []}
# A short report: what is asked after what.
FLOW = ("danger_now", "reporter_role", "account", "account_more", "motive", "happened_when", "review")


def question(name: str) -> dict[str, Any]:
    """A question of the plan as the service gives it."""
    asked = plan()[name]
    return {
        "name": name,
        "kind": asked.kind,
        "options": [{"value": option.value, "label": option.label} for option in asked.options],
        "optional": not asked.must,
        "text": asked.text,
        "why": asked.why,
        "hint": asked.hint,
        "note": asked.note,
    }


def turn(id_: str, *texts: str, asks: str | None = None, kind: str = "say", **more: Any) -> dict[str, Any]:
    """A turn as the service gives it."""
    base = {
        "id": id_,
        "messages": [{"text": text, "kind": kind} for text in texts],
        "question": question(asks) if asks else None,
        "summary": SUMMARY if asks == "review" else None,
        "receipt": None,
        "ended": False,
    }
    return {**base, **more}


def emergency(id_: str, asks: str) -> dict[str, Any]:
    """A turn with the emergency card before what else is said."""
    given = turn(id_, card(), kind="emergency", asks=asks)
    return {**given, "messages": [*given["messages"], {"text": "I have kept what you wrote.", "kind": "say"}]}


def first() -> dict[str, Any]:
    """The welcome and the first question."""
    return turn("start", *say("welcome"), asks="danger_now")


@dataclass
class Service:
    """Stands in for the chat's service: follows FLOW, or gives what it was told to give."""

    entries: list[SimpleNamespace] = field(default_factory=list)
    taken: list[dict[str, Any]] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    put: list[str] = field(default_factory=list)
    # To the advisor.
    written: list[str] = field(default_factory=list)
    problem: ChatError | None = None
    deaf: ChatError | None = None
    next_turn: dict[str, Any] | None = None
    opened: dict[str, Any] | None = None
    # What is wrong with the contact that is given next.
    wrong: ContactError | None = None
    settings: Settings = field(
        default_factory=lambda: Settings(
            landlord_name="Livv", landlord_phone="0151 000 0000", env="test", _env_file=None
        )
    )

    def at(self, *entries: tuple[dict[str, Any], str | None]) -> None:
        """Put the conversation at the last of these turns, each with what was said to get it."""
        self.entries = [SimpleNamespace(turn=given, said=said, erases=False) for given, said in entries]

    def clear(self) -> None:
        """Forget everything."""
        self.entries, self.taken, self.left, self.put, self.written = [], [], [], [], []
        self.problem = self.deaf = self.next_turn = self.opened = self.wrong = None

    async def start(self, channel: str = "webchat", address: str | None = None) -> Any:
        if self.problem:
            raise self.problem
        self.at((first(), None))
        return SimpleNamespace(token=TOKEN, turn=self.entries[0].turn)

    async def message(self, token: str, body: MessageBody, address: str | None = None) -> dict[str, Any]:
        if self.problem:
            raise self.problem
        known = [entry.turn for entry in self.entries if entry.turn["id"] == body.id]
        if known:
            return known[0]
        self.taken.append(body.model_dump(exclude_none=True))
        given = {**(self.next_turn or self._follow(body)), "id": body.id}
        self.entries.append(SimpleNamespace(turn=given, said=body.words or ", ".join(body.chosen), erases=False))
        return given

    async def transcript(self, token: str) -> list[Any]:
        if self.deaf:
            raise self.deaf
        return list(self.entries)

    async def leave(self, token: str) -> None:
        self.left.append(token)
        if self.problem:
            raise self.problem
        self.entries = []

    async def put_away(self, token: str) -> None:
        self.put.append(token)

    @property
    def returning(self) -> Service:
        """What a code opens is given by hand too."""
        return self

    async def look(self, token: str, *, reading: bool = True) -> dict[str, Any]:
        if self.deaf:
            raise self.deaf
        if not self.opened or not self.opened["case"]:
            raise error("no_session")
        more = {
            "state": "new",
            "withdrawn": False,
            "closed": False,
            "contact": Contact(True, "email", ("email_ok",), True),
        }
        seen = {**more, **self.opened["case"]}
        return {**seen, "contact": seen["contact"] or Contact(False, None, (), False)}

    async def write(self, token: str, form: str, words: str, kind: str) -> list[dict[str, str]]:
        if not words.strip():
            raise error("empty")
        _fits(words)
        self.written.append(words)
        return [{"text": card(), "kind": "emergency"}] if "knife" in words else []

    async def reach(self, token: str, form: str, wish: Wish | None) -> list[dict[str, str]]:
        if self.wrong:
            raise self.wrong
        _fits(wish.note if wish else "")
        return []

    async def withdraw(self, token: str, form: str, words: str) -> list[dict[str, str]]:
        _fits(words)
        return []

    async def go_on(self, token: str, form: str) -> list[dict[str, str]]:
        return []

    async def new_code(self, token: str) -> str:
        return str(RECEIPT["code"])

    async def receipt(self, code: str, address: str | None = None, *, reading: bool = True) -> dict[str, Any]:
        if self.problem:
            raise self.problem
        assert self.opened is not None
        return self.opened

    def _follow(self, body: MessageBody) -> dict[str, Any]:
        last = self.entries[-1].turn if self.entries else first()
        here = (last["question"] or {"name": "review"})["name"]
        if "knife" in body.words:
            return emergency("x", _after(here))
        match body.choice:
            case "pause":
                return turn("x", "Your report is paused.", asks=here, receipt=PAUSED)
            case "send":
                return turn("x", "Thank you. Your report is sent.", receipt=RECEIPT, ended=True)
            case "person" | "language" | "back":
                return turn("x", "I have noted that.", asks=here)
        return turn("x", *_thanks(here), asks=_after(here))


def _fits(words: str) -> None:
    if len(words) > MESSAGE_CHARACTERS:
        raise error("too_long")


def _after(name: str) -> str:
    at = FLOW.index(name) if name in FLOW else len(FLOW)
    return FLOW[min(at + 1, len(FLOW) - 1)]


def _thanks(name: str) -> Iterable[str]:
    return ("Thank you for telling me. I have kept what you wrote.",) if name == "account" else ()


def hidden(html: str, name: str) -> str:
    """What a hidden field of the page holds."""
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found, name
    return unescape(found[1])


def title(html: str) -> str:
    """The page's title."""
    found = re.search(r"<title>(.*?)</title>", html, re.S)
    assert found
    return unescape(found[1])
