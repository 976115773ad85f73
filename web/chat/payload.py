"""One message as the channel of the assistant takes it."""

from __future__ import annotations

from typing import Any

from casework.catalogues import language
from casework.conversation import views
from web.chat import offered
from web.chat.bodies import MessageBody
from web.chat.record import Place, said

_CHOOSE = "/choose"


def payload(draft_id: str, place: Place, body: MessageBody, *, danger: bool, mac: bytes) -> dict[str, Any]:
    """The JSON of one turn. `words` are as typed; `text` is what the model reads, and never a command."""
    choice, choices = offered.normal(body)
    return {
        "sender": draft_id,
        "message_id": body.id,
        "text": _CHOOSE if body.text is None else disarmed(body.text),
        "words": body.text,
        "choice": choice,
        "choices": choices,
        "note": body.note,
        "danger": danger,
        "said": said(body, place.question),
        "body_mac": mac.hex(),
        "marks": views.marks(place.draft),
        "loop": not place.ended,
        "question": place.question,
        "language": language(),
    }


def disarmed(text: str) -> str:
    """Typed text that Rasa cannot take for a command: it looks for a slash first, after white space."""
    return f".{text}" if text.lstrip().startswith("/") else text
