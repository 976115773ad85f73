"""``action_after_report``: words that come when no question is open."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, FollowupAction
from rasa_sdk.executor import CollectingDispatcher

from actions.message import carried_out, read_message, services, utter
from casework.conversation.sending import add_after


class AfterReport(Action):
    """After sending, words are added to the case. In a developer's shell any first words open a report."""

    def name(self) -> str:
        return "action_after_report"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        message = read_message(tracker)
        if not message.from_front_door:
            return [FollowupAction("report_form")]
        outcome = await carried_out(
            add_after,
            services(),
            message.draft_id,
            message.incoming,
            body_mac=message.body_mac,
            said=message.said,
        )
        utter(dispatcher, outcome)
        return []
