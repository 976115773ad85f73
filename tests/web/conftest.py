"""The front door in-process: the real app, conversation and database; only Rasa's process is stood in for."""

from __future__ import annotations

import asyncio
import itertools
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.middleware import Middleware

from casework.conversation import Incoming
from casework.conversation.sending import add_after, leave_report, send_report
from casework.conversation.turns import Services, take_turn
from casework.privacy import Keys
from casework.settings import Settings
from casework.store import Store
from tests.web.pages_by_hand import Service
from web.app import create_app
from web.chat import pages
from web.chat.rasa_client import AssistantDown, Reply, Said
from web.chat.service import ChatService
from web.headers import SecurityHeaders


@dataclass
class StandIn:
    """Does what Rasa and the actions do with a turn, without their processes and without a language model.

    `mode`: `up`, `down`, `late` (takes the turn, then the answer is lost), `slow` (never answers in time).
    """

    services: Services
    mode: str = "up"
    seen: list[dict[str, Any]] = field(default_factory=list)

    async def turn(self, payload: dict[str, Any], *, seconds: float) -> Reply:
        self.seen.append(payload)
        if self.mode == "down":
            raise AssistantDown("unreachable")
        if self.mode == "slow":
            await asyncio.sleep(seconds)
            raise AssistantDown("timeout")
        reply = self._take(payload)
        if self.mode == "late":
            raise AssistantDown("timeout")
        return reply

    def _take(self, payload: dict[str, Any]) -> Reply:
        choices = payload["choices"]
        typed = payload["words"] if payload["choice"] is None and choices is None else None
        message = Incoming(
            payload["message_id"], typed, payload["choice"], None if choices is None else tuple(choices),
            payload["note"] or "", payload["danger"],
        )  # fmt: skip
        beside = {"body_mac": bytes.fromhex(payload["body_mac"]), "said": payload["said"]}
        if not payload["loop"]:
            add_after(self.services, payload["sender"], message, **beside)
            return Reply((Said(None, "Thank you.", None),), None, False)
        taken = take_turn(self.services, payload["sender"], payload["question"], message, (), **beside)
        if taken.ends == "send":
            send_report(self.services, payload["sender"], message, **beside)
            return Reply((), None, False)
        if taken.ends == "leave":
            outcome = leave_report(self.services, payload["sender"])
            names = {"ended": True, "sayings": [saying.name for saying in outcome.say]}
            return Reply((Said(None, "", names),), None, False)
        return Reply((), taken.question, True)

    async def healthy(self, *, seconds: float) -> bool:
        return self.mode == "up"

    async def reaches(self, url: str, *, seconds: float) -> bool:
        return self.mode == "up"

    async def close(self) -> None:
        return None


@dataclass
class Front:
    """The front door as a program meets it."""

    services: Services
    assistant: StandIn
    runner: asyncio.Runner
    client: httpx.AsyncClient
    ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def ask(self, method: str, path: str, **given: Any) -> httpx.Response:
        return self.runner.run(self.client.request(method, path, **given))

    def chat(self) -> Chat:
        answer = self.ask("POST", "/chat/api/sessions", json={})
        assert answer.status_code == 201, answer.text
        return Chat(self, answer.json()["session"], answer.json()["turn"])

    @property
    def database(self) -> Path:
        return self.services.settings.home / "reporting.db"

    def break_database(self) -> None:
        """The database file goes, with all that belongs to it."""
        self.services.store.close()
        for file in self.services.settings.home.glob("reporting.db*"):
            file.rename(file.with_name(f"away-{file.name}"))

    def mend_database(self) -> None:
        for file in self.services.settings.home.glob("away-*"):
            file.rename(file.with_name(file.name.removeprefix("away-")))


@dataclass
class Chat:
    """One reporter's chat."""

    front: Front
    session: str
    first: dict[str, Any]

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.session}"}

    def post(self, **body: Any) -> httpx.Response:
        body.setdefault("id", f"m{next(self.front.ids)}")
        return self.front.ask("POST", "/chat/api/messages", json=body, headers=self.bearer)

    def turn(self, **body: Any) -> dict[str, Any]:
        answer = self.post(**body)
        assert answer.status_code == 200, answer.text
        turn: dict[str, Any] = answer.json()["turn"]
        return turn

    def transcript(self) -> httpx.Response:
        return self.front.ask("GET", "/chat/api/transcript", headers=self.bearer)

    def until(self, question: str) -> dict[str, Any]:
        """Answer plainly until `question` is open."""
        turn = self.transcript().json()["turns"][-1]
        while turn["question"]["name"] != question:
            turn = self.turn(**PLAIN[turn["question"]["name"]])
        return turn


PLAIN: dict[str, dict[str, Any]] = {
    "danger_now": {"choice": "no"},
    "danger_check": {"choice": "no"},
    "safe_to_chat": {"choice": "safe"},
    "reporter_role": {"choice": "self"},
    "age_group": {"choice": "18_plus"},
    "account": {"text": "The neighbour plays loud music every night until three and I cannot sleep."},
    "account_more": {"choice": "done"},
    "still_happening": {"choice": "ongoing"},
    "relationship_to_them": {"choice": "neighbour"},
    "motive": {"choices": ["none"]},
    "urgent_repair": {"choice": "no"},
    "identity": {"choice": "anonymous"},
    "where_postcode": {"text": "L36 9YT"},
    "review": {"choice": "send"},
}


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with keys and a migrated, empty database, copied for each test."""
    home = tmp_path_factory.mktemp("installation")
    settings = Settings(home=home, env="test", _env_file=None)
    store = Store(settings, Keys.load(home, create=True))
    store.upgrade()
    store.close()
    return home


@pytest.fixture
def settings(installation: Path, tmp_path: Path) -> Settings:
    home = tmp_path / "home"
    shutil.copytree(installation, home)
    return Settings(home=home, env="test", rate_limit=False, turn_deadline=8.0, _env_file=None)


@pytest.fixture
def front(settings: Settings) -> Iterator[Front]:
    yield from opened_front(settings)


@pytest.fixture
def limited(settings: Settings) -> Iterator[Front]:
    """As `front`, with the limits on."""
    yield from opened_front(settings.model_copy(update={"rate_limit": True}))


def opened_front(settings: Settings) -> Iterator[Front]:
    """A front door with these settings, closed afterwards."""
    keys = Keys.load(settings.home)
    services = Services(settings, keys, Store(settings, keys))
    assistant = StandIn(services)
    app = create_app(settings, ChatService(services, assistant))
    with asyncio.Runner() as runner:
        transport = httpx.ASGITransport(app, raise_app_exceptions=True)
        client = httpx.AsyncClient(transport=transport, base_url="http://ours.example")
        yield Front(services, assistant, runner, client)
        runner.run(client.aclose())
        services.store.close()


@pytest.fixture
def service() -> Service:
    """The stand-in behind the pages, with turns made by hand."""
    return Service()


@pytest.fixture
def client(service: Service) -> TestClient:
    """The pages alone, on turns made by hand."""
    app = FastAPI(middleware=[Middleware(SecurityHeaders)])
    app.include_router(pages.router(service))  # type: ignore[arg-type]
    return TestClient(app, base_url="http://testserver", follow_redirects=False)


@pytest.fixture
def chatting(client: TestClient) -> TestClient:
    """A browser that has begun a chat."""
    assert client.post("/start").status_code == 303
    return client


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the test of the time a code takes waits for it."""
    monkeypatch.setattr("web.chat.service.CODE_SECONDS", 0.0)


@pytest.fixture
def sent(front: Front) -> Any:
    """A report that was sent, with its code."""
    from tests.web.return_by_hand import send

    return send(front)


@pytest.fixture
def browser(front: Front) -> Any:
    """A browser without script."""
    from tests.web.return_by_hand import Browser

    return Browser(front)
