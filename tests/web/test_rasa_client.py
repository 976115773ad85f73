"""The way to the assistant, against a real small server: what counts as an answer, and what does not."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web

from web.chat.rasa_client import Assistant, AssistantDown, Reply, Said, read_reply

GOOD = {
    "said": [{"response": "utter_faq_ask_who_sees", "text": "An advisor.", "custom": None}],
    "question": "motive",
    "loop": True,
    "acted": True,
}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def turn(handler: Handler, *, seconds: float = 2.0, key: str | None = None, times: int = 1) -> list[Reply]:
    """The replies to `times` turns, one after the other on one client."""

    async def all_of_it() -> list[Reply]:
        app = web.Application()
        app.router.add_post("/webhooks/front_door/turn", handler)
        runner = web.AppRunner(app, keepalive_timeout=0.2, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        assistant = Assistant(f"http://127.0.0.1:{port}", key)
        try:
            replies = []
            for _ in range(times):
                replies.append(await assistant.turn({"text": "words"}, seconds=seconds))
                await asyncio.sleep(0.3 if times > 1 else 0)
            return replies
        finally:
            await assistant.close()
            await runner.cleanup()

    return asyncio.run(all_of_it())


def answering(body: Any, status: int = 200) -> Handler:
    async def handler(_: web.Request) -> web.Response:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return web.Response(body=raw, status=status, content_type="application/json")

    return handler


def test_a_turn_comes_back_as_what_was_said_and_what_is_asked() -> None:
    assert turn(answering(GOOD)) == [Reply((Said("utter_faq_ask_who_sees", "An advisor.", None),), "motive", True)]


def test_the_key_and_the_payload_travel() -> None:
    seen: list[tuple[str | None, Any]] = []

    async def handler(request: web.Request) -> web.Response:
        seen.append((request.headers.get("X-Front-Door"), await request.json()))
        return web.json_response(GOOD)

    turn(handler, key="of this start")
    turn(handler)
    assert seen == [("of this start", {"text": "words"}), (None, {"text": "words"})]


def test_a_connection_closed_while_idle_is_opened_again() -> None:
    assert len(turn(answering(GOOD), times=3)) == 3


def test_a_connection_dropped_in_the_middle_is_tried_once_more() -> None:
    calls = 0

    async def handler(request: web.Request) -> web.Response:
        nonlocal calls
        calls += 1
        if calls == 1 and request.transport is not None:
            request.transport.close()
        return web.json_response(GOOD)

    assert len(turn(handler)) == 1
    assert calls == 2


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (GOOD, 500),
        ({"error": "action_failed"}, 502),
        ({**GOOD, "acted": False}, 200),
        ({"said": [], "question": None}, 200),
        ({**GOOD, "said": None}, 200),
        ({**GOOD, "said": ["words"]}, 200),
        ({**GOOD, "question": 7}, 200),
        ([], 200),
        (None, 200),
        (b"", 200),
        (b"<html>", 200),
        (b"\xff", 200),
        (b"[" * 100_000, 200),
    ],
)
def test_anything_else_means_that_the_assistant_is_down(body: Any, status: int) -> None:
    with pytest.raises(AssistantDown):
        turn(answering(body, status))


def test_an_assistant_that_does_not_answer_in_time_is_down() -> None:
    async def handler(_: web.Request) -> web.Response:
        await asyncio.sleep(1)
        return web.json_response(GOOD)

    with pytest.raises(AssistantDown, match="timeout"):
        turn(handler, seconds=0.2)


def test_an_assistant_that_is_not_there_is_down() -> None:
    async def nobody() -> None:
        assistant = Assistant("http://127.0.0.1:9", None)
        try:
            assert not await assistant.healthy(seconds=1)
            await assistant.turn({}, seconds=1)
        finally:
            await assistant.close()

    with pytest.raises(AssistantDown, match="unreachable"):
        asyncio.run(nobody())


def test_a_reason_never_holds_words() -> None:
    secret = "canary words"
    with pytest.raises(AssistantDown) as down:
        read_reply(json.dumps({"said": [secret], "question": secret}).encode())
    assert secret not in f"{down.value} {down.value.__cause__}"
