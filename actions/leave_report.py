"""``action_leave_report``: the person leaves; what is unsent is deleted at once."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.message import carried_out, read_message, services, utter
from casework.conversation.sending import leave_report


class LeaveReport(Action):
    def name(self) -> str:
        return "action_leave_report"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        outcome = await carried_out(leave_report, services(), read_message(tracker).draft_id)
        utter(dispatcher, outcome)
        # The front door has no stored turn to read after this: it is told by data beside the words.
        dispatcher.utter_message(json_message={"ended": True, "sayings": [saying.name for saying in outcome.say]})
        return []
