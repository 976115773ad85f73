"""``validate_report_form``: the one action call of an ordinary turn."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.forms import REQUESTED_SLOT, FormValidationAction

from actions.message import carried_out, read_message, services, utter
from casework.conversation.sending import begin
from casework.conversation.turns import take_turn

OUTCOME_SLOT = "outcome"
START = "start_report"


class ValidateReportForm(FormValidationAction):
    """Takes the message into the draft and tells the form which slots are filled and which one to request."""

    def name(self) -> str:
        return "validate_report_form"

    async def get_extraction_events(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Nothing: what a message means is decided where it is stored."""
        return []

    async def get_validation_events(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """One message into the draft. Slots are set to marks, never to words."""
        message = read_message(tracker)
        asked = tracker.get_slot(REQUESTED_SLOT)
        if asked is None:
            opened = await carried_out(begin, services(), message.draft_id, create=not message.from_front_door)
            return [SlotSet(REQUESTED_SLOT, opened)]
        taken = await carried_out(
            take_turn,
            services(),
            message.draft_id,
            asked,
            message.incoming,
            message.ranking,
            body_mac=message.body_mac,
            said=message.said,
        )
        if not taken.ends:
            utter(dispatcher, taken.outcome)
        names = {
            asked,
            *taken.marks,
            *(name for name in self.domain_slots(domain) if tracker.slots.get(name)),
        }
        events: list[EventType] = [
            SlotSet(name, taken.marks.get(name))
            for name in sorted(names)
            if name == asked or taken.marks.get(name) != tracker.slots.get(name)
        ]
        if taken.ends:
            events.append(SlotSet(OUTCOME_SLOT, taken.ends))
        return [*events, SlotSet(REQUESTED_SLOT, taken.question)]

    async def next_requested_slot(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> EventType | None:
        """Already among the validation events: the first open question of the plan, or None to end the form."""
        return None
