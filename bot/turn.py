"""One turn's own state, carried from the channel to the tracker store and back.

The front door hands the marks over with every message, so nothing about a conversation has to be kept here
between turns. A context variable ties the state to the task that handles the message.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rasa.shared.core.trackers import DialogueStateTracker

FORM = "report_form"
FALLBACK = "action_after_report"  # as in config.yml


class ActionFailed(Exception):
    """An action of this turn could not be carried out; carries its name, never what it was given."""


@dataclass
class Turn:
    """`marks` is None where the caller keeps no draft (`rasa shell`)."""

    marks: dict[str, str] | None
    loop: bool = False
    question: str | None = None
    failed: str | None = None
    tracker: DialogueStateTracker | None = None


current_turn: ContextVar[Turn | None] = ContextVar("current_turn", default=None)
