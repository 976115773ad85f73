"""Message processor that ends the turn when an action fails.

Stock Rasa logs the failure with its traceback (which may hold words of a person), drops the action's events
and goes on as if it had run, so the person would be asked the next question although nothing was stored.
"""

from __future__ import annotations

from typing import Any

from rasa.core.actions.action import Action, ActionExecutionRejection
from rasa.core.channels.channel import OutputChannel
from rasa.core.nlg import NaturalLanguageGenerator
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.processor import MessageProcessor
from rasa.shared.core.events import Event
from rasa.shared.core.trackers import DialogueStateTracker

from bot.turn import FALLBACK, ActionFailed, current_turn


class Watched:
    """An action that notes its failure instead of raising it."""

    def __init__(self, action: Action) -> None:
        self._action = action
        self.error: Exception | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._action, name)

    async def run(self, *args: Any) -> list[Event]:
        """Run it; on failure no events, and the failure noted."""
        try:
            return await self._action.run(*args)
        except ActionExecutionRejection:
            raise
        except Exception as error:
            self.error = error
            return []


class TurnProcessor(MessageProcessor):
    """Stock processing, but a failed action ends the turn and nothing of it is said or saved."""

    def _check_for_unseen_features(self, parse_data: dict[str, Any]) -> None:
        """Nothing: model and domain are of one training, and the check builds a domain for every message."""

    async def _run_action(
        self,
        action: Action,
        tracker: DialogueStateTracker,
        output_channel: OutputChannel,
        nlg: NaturalLanguageGenerator,
        prediction: PolicyPrediction,
    ) -> bool:
        watched = Watched(action)
        goes_on = await super()._run_action(watched, tracker, output_channel, nlg, prediction)
        if watched.error is not None:
            turn = current_turn.get()
            if turn is not None:
                turn.failed = f"{action.name()} ({type(watched.error).__name__})"
            raise ActionFailed(f"{action.name()} ({type(watched.error).__name__})")
        # The fallback is predicted again and again where it names nothing to follow: it ends the turn then.
        return goes_on and not (action.name() == FALLBACK and tracker.followup_action is None)
