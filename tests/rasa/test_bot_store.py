"""The tracker store by itself, run in the bot's own environment."""

from __future__ import annotations

import json
import subprocess
from typing import Any

from tests.rasa.bot_kit import BOT_PYTHON, ROOT

CHECK = r"""
import asyncio, json, sys
from bot import lean, logs
logs.set_up(); lean.leave_out_unused()
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActiveLoop, SlotSet, UserUttered, ActionExecuted
from bot import tracker_store
from bot.turn import Turn, current_turn

domain = Domain.from_dict({
    "slots": {
        n: {"type": "any", "influence_conversation": False, "mappings": [{"type": "from_text"}]}
        for n in "abc"
    },
    "forms": {"report_form": {"required_slots": ["a", "b", "c"]}}, "intents": ["x"],
})
store = tracker_store.MarksTrackerStore(domain)
found = {}

async def main():
    token = current_turn.set(Turn(marks={"a": "given", "zz": "given"}, loop=True, question="b"))
    tracker = await store.get_or_create_tracker("one")
    found["slots"] = {n: tracker.get_slot(n) for n in "abc"}
    found["question"] = tracker.get_slot("requested_slot")
    found["loop"] = tracker.active_loop_name
    found["listening"] = tracker.latest_action_name
    await store.save(tracker)
    found["kept with marks"] = list(await store.keys())
    current_turn.reset(token)

    tracker = await store.get_or_create_tracker("shell")
    found["new"] = [tracker.active_loop_name, tracker.get_slot("a")]
    for event in (UserUttered("hello world"), ActiveLoop("report_form"), SlotSet("a", "Hello my World"),
                  SlotSet("b", "skipped"), SlotSet("requested_slot", "c"), ActionExecuted("action_listen")):
        tracker.update(event)
    await store.save(tracker)
    again = await store.get_or_create_tracker("shell")
    found["shell"] = {n: again.get_slot(n) for n in "abc"}
    found["shell question"] = again.get_slot("requested_slot")
    found["shell words"] = "orld" in repr([e.as_dict() for e in again.events]) + repr(store._kept)
    for i in range(tracker_store.MOST_CONVERSATIONS + 50):
        await store.save(store.init_tracker(f"s{i}"))
    found["most"] = len(list(await store.keys()))

asyncio.run(main())
print(json.dumps(found))
"""


def test_trackers_are_remade_from_marks_and_no_words_are_kept() -> None:
    ran = subprocess.run(
        [str(BOT_PYTHON), "-c", CHECK], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120
    )
    found: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    assert found == {
        "slots": {"a": "given", "b": None, "c": None},
        "question": "b",
        "loop": "report_form",
        "listening": "action_listen",
        "kept with marks": [],
        "new": [None, None],
        "shell": {"a": "given", "b": "skipped", "c": None},
        "shell question": "c",
        "shell words": False,
        "most": 1000,
    }
