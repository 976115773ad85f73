"""Processes stopped and killed: danger is answered all the same, no answer is lost, no case is doubled."""

from __future__ import annotations

import json
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.kit import Chat, Stack

pytestmark = pytest.mark.stack
DANGER = "help hes got a knife and hes kicking my door in"
PATIENCE = 120


@contextmanager
def stopped(stack: Stack, name: str) -> Iterator[None]:
    """The process is there and answers nothing: the slowest kind of failure."""
    pid = stack.signal(name, signal.SIGSTOP)
    try:
        yield
    finally:
        import os

        os.kill(pid, signal.SIGCONT)


@contextmanager
def locked_database(stack: Stack) -> Iterator[None]:
    """Somebody else holds the database's write lock."""
    held = sqlite3.connect(stack.home / "reporting.db", isolation_level=None, timeout=60)
    held.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        held.execute("ROLLBACK")
        held.close()


def broken(stack: Stack, what: str) -> object:
    return locked_database(stack) if what == "database" else stopped(stack, what)


def again(chat: Chat) -> None:
    """The last message once more, until it is taken: as somebody does who was told that it may be sent again."""
    end = time.monotonic() + PATIENCE
    while chat.post(**chat.last)[0] != 200:
        assert time.monotonic() < end, "it was never taken"
        time.sleep(0.5)


def words_of_stubs(stack: Stack) -> str:
    return "".join(
        json.dumps(stack.case(case["reference"]), ensure_ascii=False) for case in stack.cases() if not case["complete"]
    )


@pytest.mark.parametrize("what", ["rasa", "actions", "database"])
@pytest.mark.parametrize("question", ["danger_now", "account", "where_postcode"])
def test_danger_is_answered_within_the_turn_whatever_is_broken(stack: Stack, what: str, question: str) -> None:
    chat = Chat(stack.base)
    chat.to(question)
    words = f"{DANGER} {what} {question}"
    with broken(stack, what):  # type: ignore[attr-defined]
        # What is broken stays so until this is answered: it cannot have been waited for.
        turn = chat.say(words)
    assert chat.kinds[0] == "emergency" and "999" in turn["messages"][0]["text"]
    assert "error" in chat.kinds
    assert chat.asked == question
    end = time.monotonic() + PATIENCE
    while words not in words_of_stubs(stack):
        assert time.monotonic() < end, "the words never reached a case"
        time.sleep(1)


@pytest.mark.parametrize("what", ["rasa", "actions", "database"])
def test_other_words_are_refused_kindly_and_a_retry_takes_them_once(stack: Stack, what: str) -> None:
    chat = Chat(stack.base)
    chat.to("account")
    said = f"Loud music again and again, {what}."
    with broken(stack, what):  # type: ignore[attr-defined]
        status, answer = chat.post(text=said)
        assert status == 503 and "999" in answer["error"]["message"]
    stack.wait_ready()
    again(chat)
    assert chat.asked == "account_more"
    chat.to("review")
    chat.choose("send")
    assert stack.case(chat.reference)["answers"]["account"] == said


@pytest.mark.parametrize("name", ["rasa", "actions", "web", "worker"])
@pytest.mark.parametrize("question", ["account", "motive", "review"])
def test_a_killed_process_loses_no_answer_and_makes_no_second_case(stack: Stack, name: str, question: str) -> None:
    chat = Chat(stack.base)
    told = f"Every night there is loud music until two, {name}, {question}."
    chat.to(question, {"account": told})
    before = len(stack.cases())
    old = stack.signal(name, signal.SIGKILL)
    end = time.monotonic() + PATIENCE
    while stack.processes()[name]["pid"] in (old, None):
        assert time.monotonic() < end, f"{name} was not started again"
        time.sleep(0.1)
    stack.wait_ready()
    chat.to("review", {"account": told})
    chat.choose("send")
    case = stack.case(chat.reference)
    assert case["answers"]["account"] == told and case["answers"]["safe_to_chat"] == "safe"
    assert chat.post(**chat.last)[0] == 200
    assert len(stack.cases()) == before + 1


def test_sending_while_the_action_server_is_killed_makes_one_case(stack: Stack) -> None:
    chat = Chat(stack.base)
    chat.to("review")
    before = len(stack.cases())
    stack.signal("actions", signal.SIGKILL)
    status, _ = chat.post(choice="send")
    assert status in (200, 503)
    stack.wait_ready()
    again(chat)
    assert chat.reference
    assert len(stack.cases()) == before + 1
