"""The order of the questions is the order of the plan's file: moving a question there moves it in the conversation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from casework.questions.plan import HERE
from tests.kit import Chat, Stack

pytestmark = pytest.mark.stack


def moved(text: str, name: str, before: str) -> str:
    """The file with one question's block put before another one's; nothing else is touched."""
    blocks = re.split(r"(?m)^(?=  - name: )", text)
    names = [match[1] if (match := re.match(r"  - name: (\w+)", block)) else "" for block in blocks]
    block = blocks.pop(names.index(name))
    names.remove(name)
    blocks.insert(names.index(before), block)
    return "".join(blocks)


@pytest.fixture(scope="module")
def reordered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack whose plan asks for the age before the role, and for the place before the name."""
    folder = tmp_path_factory.mktemp("order")
    questions = folder / "questions"
    questions.mkdir()
    for file in Path(HERE).glob("*.yml"):
        (questions / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    short = questions / "short_path.yml"
    text = moved(short.read_text(encoding="utf-8"), "age_group", "reporter_role")
    short.write_text(moved(text, "where_postcode", "identity"), encoding="utf-8")
    stack = Stack(folder / "home", extra={"REPORTING_QUESTIONS": str(questions)})
    try:
        yield stack.start()
    finally:
        stack.stop()


def walk(chat: Chat) -> list[str]:
    """The questions of an ordinary report in the order in which they were asked."""
    asked: list[str] = []
    while chat.asked not in (None, "review"):
        name = str(chat.asked)
        asked.append(name)
        chat.to(next_after(chat, name))
    return asked


def next_after(chat: Chat, name: str) -> str:
    """Answer the open question ordinarily; what is asked then."""
    ordinary = {"reporter_role": "self", "account": "They play loud music at night.", "where_postcode": "L36 9YZ"}
    options = [option["value"] for option in (chat.turn["question"] or {"options": []})["options"]]
    preferred = ("no", "safe", "18_plus", "done", "ongoing", "unknown", "none", "anonymous")
    value = ordinary.get(name) or next(value for value in preferred if value in options)
    chat.answer(value)
    assert chat.asked is not None
    return chat.asked


def test_the_assistant_asks_in_the_new_order(reordered: Stack) -> None:
    asked = walk(Chat(reordered.base))
    assert asked[:4] == ["danger_now", "safe_to_chat", "age_group", "reporter_role"]
    assert asked.index("where_postcode") == asked.index("identity") - 1
    assert asked[-1] == "identity"


def test_a_report_in_the_new_order_is_a_whole_case(reordered: Stack) -> None:
    chat = Chat(reordered.base)
    walk(chat)
    chat.choose("send")
    case = reordered.case(chat.reference)
    assert case["complete"] and case["answers"]["where_postcode"] == "L36 9YZ"


def test_the_packaged_order_is_as_it_was(running_stack: Stack) -> None:
    asked = walk(Chat(running_stack.base))
    assert asked[:4] == ["danger_now", "safe_to_chat", "reporter_role", "age_group"]
    assert asked.index("identity") == asked.index("where_postcode") - 1
