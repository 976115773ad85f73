"""Tracker store that rebuilds the tracker from marks and saves no words.

A tracker is remade from the slots that are filled, the active loop and the open question. RulePolicy and
forms need no more, so a turn costs the same at the beginning and at the end of a report, and losing this
process loses nothing. Where no marks come with a message (`rasa shell`), the marks themselves are kept in
memory, for a bounded number of conversations.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterable
from typing import Any

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME, REQUESTED_SLOT
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, Event, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker

from bot.turn import FORM, Turn, current_turn

MOST_CONVERSATIONS = 1000
# A mark is one short plain word; anything else in a slot would be what a person wrote.
MARK = re.compile(r"[a-z][a-z_]{0,23}\Z")
GIVEN = "given"


class MarksTrackerStore(TrackerStore):
    """Remakes trackers from marks; see the module's first lines."""

    def __init__(self, domain: Domain | None = None, event_broker: EventBroker | None = None, **_: Any) -> None:
        super().__init__(domain, event_broker)
        self._kept: OrderedDict[str, Turn] = OrderedDict()

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The tracker of the turn in hand, else of the marks kept for this sender, else None."""
        turn = current_turn.get()
        if turn is None or turn.marks is None:
            turn = self._kept.get(sender_id)
        if turn is None:
            return None
        tracker = self.init_tracker(sender_id)
        for event in self._events(turn):
            tracker.update(event, self.domain)
        return tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Hand the tracker to the channel; keep its marks where nobody else does."""
        turn = current_turn.get()
        if turn is not None:
            turn.tracker = tracker
        if turn is None or turn.marks is None:
            self._kept[tracker.sender_id] = self._turn_of(tracker)
            self._kept.move_to_end(tracker.sender_id)
            while len(self._kept) > MOST_CONVERSATIONS:
                self._kept.popitem(last=False)

    async def keys(self) -> Iterable[str]:
        """Senders whose marks are kept."""
        return list(self._kept)

    def _events(self, turn: Turn) -> list[Event]:
        known = {slot.name for slot in self.domain.slots}
        events: list[Event] = [
            SlotSet(name, mark) for name, mark in (turn.marks or {}).items() if name in known and mark
        ]
        if turn.loop and FORM in self.domain.form_names:
            events += [ActiveLoop(FORM), SlotSet(REQUESTED_SLOT, turn.question)]
        events.append(ActionExecuted(ACTION_LISTEN_NAME))
        return events

    def _turn_of(self, tracker: DialogueStateTracker) -> Turn:
        required = self.domain.required_slots_for_form(FORM) if FORM in self.domain.form_names else []
        marks = {}
        for name in required:
            value = tracker.get_slot(name)
            if value is not None:
                marks[name] = value if isinstance(value, str) and MARK.match(value) else GIVEN
        return Turn(
            marks=marks,
            loop=tracker.active_loop_name == FORM,
            question=tracker.get_slot(REQUESTED_SLOT),
        )
