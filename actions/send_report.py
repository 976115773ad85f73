"""``action_send_report``: the report becomes a case with a named advisor (HP 2.10, AP 2.4)."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.message import carried_out, read_message, services, utter
from casework.conversation.sending import send_report


class SendReport(Action):
    def name(self) -> str:
        return "action_send_report"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        message = read_message(tracker)
        outcome = await carried_out(
            send_report,
            services(),
            message.draft_id,
            message.incoming,
            body_mac=message.body_mac,
            said=message.said,
        )
        utter(dispatcher, outcome)
        return []
