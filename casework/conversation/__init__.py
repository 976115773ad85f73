"""The conversation: what a message means at the open question and what it does to the draft.

Knows nothing of Rasa or the web. ``turns`` is the part that reads and writes the store.
"""

from casework.conversation.draft import Draft
from casework.conversation.outcome import Incoming, Outcome, Saying

__all__ = ["Draft", "Incoming", "Outcome", "Saying"]
