"""The front door's way into the Rasa server, on the model as it is served."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.rasa.bot_kit import NO_EVENTS, Reply, Server, served, slot

CANARY = "xylophonequagmire"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with served(tmp_path_factory.mktemp("bot")) as running:
        yield running


@pytest.fixture(autouse=True)
def fresh_actions(server: Server) -> None:
    server.actions.calls.clear()
    server.actions.answer = fills_the_asked_slot


def questions(server: Server) -> list[str]:
    """The form's slots in order, as the action server is told them."""
    domains: list[dict[str, Any]] = []

    def answer(call: dict[str, Any]) -> Reply:
        if "domain" not in call:
            return 449, {"error": "domain", "action_name": call["next_action"]}
        domains.append(call["domain"])
        return NO_EVENTS

    server.actions.answer = answer
    server.turn("/start_report")
    server.actions.answer = fills_the_asked_slot
    slots: list[str] = domains[0]["forms"]["report_form"]["required_slots"]
    return slots


def fills_the_asked_slot(call: dict[str, Any]) -> Reply:
    """As the real action does: the asked slot gets a mark, never the words."""
    asked = call["tracker"]["slots"]["requested_slot"]
    return 200, {"events": [slot(asked, "given")] if asked else [], "responses": []}


def test_only_the_front_door_gets_in(server: Server) -> None:
    body = {"sender": "a", "message_id": "1", "text": "hello"}
    assert server.call("POST", "/webhooks/front_door/turn", body, key=None)[0] == 403
    assert server.call("POST", "/webhooks/front_door/turn", body, key="another")[0] == 403
    assert server.actions.calls == []


@pytest.mark.parametrize(
    "path", ["/", "/version", "/status", "/model/parse", "/conversations/a/tracker", "/webhooks/rest/webhook"]
)
def test_nothing_else_is_served(server: Server, path: str) -> None:
    assert server.call("GET", path)[0] == 404


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        {"sender": "a", "text": "hello"},
        {"sender": "", "message_id": "1", "text": "hello"},
        {"sender": "a" * 65, "message_id": "1", "text": "hello"},
        {"sender": "a", "message_id": 1, "text": "hello"},
        {"sender": "a", "message_id": "1", "text": "hello " * 4000},
        {"sender": "a", "message_id": "1", "text": "hello", "marks": ["x"]},
        {"sender": "a", "message_id": "1", "text": "hello", "marks": {"x": 1}},
        {"sender": "a", "message_id": "1", "text": "hello", "question": 5},
    ],
)
def test_a_malformed_message_is_refused(server: Server, body: Any) -> None:
    status, reply = server.call("POST", "/webhooks/front_door/turn", body)
    assert (status, server.actions.calls) == (400, []), reply


def test_a_report_begins_with_the_first_question(server: Server) -> None:
    first = questions(server)[0]
    status, reply = server.turn("/start_report")
    assert status == 200
    assert (reply["question"], reply["loop"], reply["acted"]) == (first, True, True)
    assert reply["said"][-1]["response"] == f"utter_ask_report_form_{first}"


def test_the_marks_alone_carry_the_conversation(server: Server) -> None:
    """Any number of answers in, a sender never seen before goes on where the marks say."""
    slots = questions(server)
    for given in (1, 5, len(slots) // 2):
        server.actions.calls.clear()
        marks = dict.fromkeys(slots[:given], "given")
        status, reply = server.turn(
            "it was the neighbour", sender=f"new-{given}", marks=marks, loop=True, question=slots[given]
        )
        assert status == 200
        assert reply["question"] == slots[given + 1]
        assert [call["next_action"] for call in server.actions.calls] == ["validate_report_form"]
        tracker = server.actions.calls[0]["tracker"]
        assert {name: tracker["slots"][name] for name in marks} == marks
        assert tracker["active_loop"]["name"] == "report_form"


def test_nothing_is_kept_between_turns(server: Server) -> None:
    slots = questions(server)
    server.turn("an earlier answer", sender="kept", marks={slots[0]: "given"}, loop=True, question=slots[1])
    server.actions.calls.clear()
    server.turn("an answer", sender="kept", marks={}, loop=True, question=slots[0])
    tracker = server.actions.calls[0]["tracker"]
    assert tracker["slots"][slots[1]] is None
    assert "earlier" not in str(server.actions.calls)
    assert sum(event["event"] == "user" for event in tracker["events"]) == 1


def test_the_actions_get_the_message_without_the_marks(server: Server) -> None:
    slots = questions(server)
    server.actions.calls.clear()
    server.turn("/choose", choice="self", note="n", danger=True, marks={}, loop=True, question=slots[0])
    message = server.actions.calls[0]["tracker"]["latest_message"]
    metadata = message["metadata"]
    assert message["intent"]["name"] == "choose"
    assert (metadata["choice"], metadata["note"], metadata["danger"]) == ("self", "n", True)
    assert metadata["sender"] == "draft-1"
    assert "marks" not in metadata


def test_typed_words_are_ranked_over_all_intents(server: Server) -> None:
    """The actions pick the best intent that makes sense for the open question, so none may be missing."""
    slots = questions(server)
    server.actions.calls.clear()
    server.turn("yes", loop=True, question=slots[0])
    ranking = server.actions.calls[0]["tracker"]["latest_message"]["intent_ranking"]
    assert ranking[0]["name"] == "affirm"
    assert abs(sum(one["confidence"] for one in ranking) - 1) < 1e-6


def test_one_action_call_in_an_ordinary_turn_and_no_domain_in_it(server: Server) -> None:
    slots = questions(server)
    server.actions.calls.clear()
    server.turn("yes", loop=True, question=slots[0])
    assert len(server.actions.calls) == 1
    assert "domain" not in server.actions.calls[0]
    assert server.actions.calls[0]["domain_digest"]


@pytest.mark.parametrize("reply", [(500, {"error": CANARY}), (404, {}), (200, {"events": [{"event": "no such"}]})])
def test_a_failed_action_ends_the_turn_and_says_nothing(server: Server, reply: Reply) -> None:
    slots = questions(server)
    server.actions.answer = lambda call: reply
    given: dict[str, Any] = {"marks": {slots[0]: "given"}, "loop": True, "question": slots[1]}
    assert server.turn("an answer", **given) == (502, {"error": "action_failed"})
    server.actions.answer = fills_the_asked_slot
    status, after = server.turn("an answer", **given)
    assert (status, after["question"]) == (200, slots[2])


def test_a_rejected_form_is_no_failure_of_the_server(server: Server) -> None:
    slots = questions(server)
    server.actions.answer = lambda call: (
        (400, {"action_name": "validate_report_form", "error": "rejected"})
        if call["next_action"] == "validate_report_form"
        else NO_EVENTS
    )
    status, _ = server.turn("an answer", loop=True, question=slots[0])
    assert status == 200


def test_a_form_that_is_done_sends_the_report(server: Server) -> None:
    slots = questions(server)

    def answer(call: dict[str, Any]) -> Reply:
        if call["next_action"] == "action_send_report":
            return 200, {"events": [], "responses": [{"text": "one\n\ntwo", "custom": {"reference": "R"}}]}
        return 200, {
            "events": [slot(slots[-1], "given"), slot("outcome", "send"), slot("requested_slot", None)],
            "responses": [],
        }

    server.actions.answer = answer
    status, reply = server.turn("/choose", choice="send", loop=True, question=slots[-1])
    assert (status, reply["loop"], reply["question"]) == (200, False, None)
    assert reply["said"] == [{"response": None, "text": "one\n\ntwo", "custom": {"reference": "R"}}]


def test_after_the_report_other_words_reach_the_case_once(server: Server) -> None:
    status, _ = server.turn("and he came back again later on", marks={"outcome": "send"})
    assert status == 200
    assert [call["next_action"] for call in server.actions.calls] == ["action_after_report"]


def test_messages_of_one_sender_wait_for_each_other(server: Server) -> None:
    """Three at once are taken one after the other."""
    import threading

    slots = questions(server)
    busy, most = 0, 0
    guard = threading.Lock()

    def answer(call: dict[str, Any]) -> Reply:
        nonlocal busy, most
        with guard:
            busy += 1
            most = max(most, busy)
        # Long enough for the others to come in, if nothing kept them out.
        threading.Event().wait(0.05)
        with guard:
            busy -= 1
        return fills_the_asked_slot(call)

    server.actions.answer = answer
    threads = [
        threading.Thread(target=server.turn, args=("yes",), kwargs={"loop": True, "question": slots[0]})
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1


def test_no_words_in_the_log(server: Server) -> None:
    slots = questions(server)
    given: dict[str, Any] = {"loop": True, "question": slots[0]}
    server.turn(f"my account {CANARY}", **given)
    server.turn(f"/no_such_intent{CANARY}", **given)
    for reply in ((500, {"error": CANARY}), (400, {"error": CANARY}), (200, {"events": CANARY})):
        server.actions.answer = lambda call, reply=reply: reply  # type: ignore[misc]
        server.turn(f"my account {CANARY}", note=CANARY, **given)
    server.call("POST", "/webhooks/front_door/turn", {"sender": CANARY})
    server.call("GET", f"/{CANARY}")
    written = server.log.read_text()
    assert "action failed" in written
    assert CANARY not in written


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_tensorflow_stays_out_and_only_the_loopback_address_listens(server: Server) -> None:
    process = Path(f"/proc/{server.process.pid}")
    assert "tensorflow" not in (process / "maps").read_text()
    listening = [
        line.split()[1]
        for line in (process / "net" / "tcp").read_text().splitlines()[1:]
        if line.split()[3] == "0A" and line.split()[1].endswith(f":{server.port:04X}")
    ]
    assert listening == [f"0100007F:{server.port:04X}"]


def test_the_log_names_the_kind_of_error_only(server: Server) -> None:
    slots = questions(server)
    server.actions.answer = lambda call: (500, {"error": "text of the error"})
    server.turn("words", loop=True, question=slots[0])
    last = [line for line in server.log.read_text().splitlines() if "action failed" in line][-1]
    assert re.search(r"ERROR bot\.channel: action failed: \w+ \(\w+\)$", last), last
