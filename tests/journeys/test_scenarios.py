"""Journeys written as data, talked over HTTP with the real running stack.

A scenario is a list of steps and what the case must say at its end:

- ``to: question`` answers ordinarily until it is open (``with:`` gives answers by question name);
- ``say: words``, ``choose: value or values`` (``note:``), ``again: true`` repeats the last message with its id;
- beside a step: ``asks`` the question open after it, ``kinds`` of messages it must hold, ``says`` words in them,
  ``status`` where it must be refused;
- ``case`` must be contained in the case's JSON; ``kept`` are words that must stand in its answers, ``absent`` ones
  that must stand nowhere in it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.kit import Chat, Stack

FOLDER = Path(__file__).parent / "scenarios"


def scenarios() -> list[Any]:
    found = []
    for file in sorted(FOLDER.glob("*.yml")):
        for scenario in yaml.safe_load(file.read_text(encoding="utf-8")):
            found.append(pytest.param(scenario, id=f"{file.stem}: {scenario['name']}"))
    return found


def contains(whole: Any, part: Any, where: str = "case") -> None:
    """Assert that ``part`` stands in ``whole``: dictionaries by their keys, lists as sets, the rest exactly."""
    if isinstance(part, dict):
        for key, value in part.items():
            assert key in whole, f"{where}.{key} is missing"
            contains(whole[key], value, f"{where}.{key}")
    elif isinstance(part, list):
        for value in part:
            assert value in whole, f"{where}: {value} is not in {whole}"
    else:
        assert whole == part, f"{where}: {whole!r} is not {part!r}"


def take(chat: Chat, step: dict[str, Any]) -> None:
    if "to" in step:
        chat.to(step["to"], step.get("with"))
        return
    if "say" in step:
        status, answer = chat.post(text=step["say"])
    elif step.get("again"):
        before = chat.turn
        status, answer = chat.post(**chat.last)
        assert chat.turn == before
    else:
        values = step["choose"] if isinstance(step["choose"], list) else [step["choose"]]
        several = isinstance(step["choose"], list)
        body: dict[str, Any] = {"choices": values} if several else {"choice": values[0]}
        if "note" in step:
            body["note"] = step["note"]
        status, answer = chat.post(**body)
    assert status == step.get("status", 200), (step, answer)
    if status == 200:
        assert chat.turn["messages"], "an empty reply"
    if "asks" in step:
        assert chat.asked == step["asks"], step
    for kind in step.get("kinds", ()):
        assert kind in chat.kinds, (step, chat.turn["messages"])
    said = " ".join(message["text"] for message in chat.turn["messages"])
    for words in step.get("says", ()):
        assert words in said, (step, said)


@pytest.mark.stack
@pytest.mark.parametrize("scenario", scenarios())
def test_a_journey(running_stack: Stack, scenario: dict[str, Any]) -> None:
    chat = Chat(running_stack.base)
    for step in scenario["steps"]:
        take(chat, step)
    if not {"case", "kept", "absent"} & scenario.keys():
        return
    case = running_stack.case(chat.reference)
    contains(case, scenario.get("case", {}))
    assert case["advisor"]["name"], "a case without an owner"
    answers = json.dumps(case["answers"], ensure_ascii=False)
    for words in scenario.get("kept", ()):
        assert json.dumps(words, ensure_ascii=False)[1:-1] in answers
    for words in scenario.get("absent", ()):
        assert words not in json.dumps(case, ensure_ascii=False)
