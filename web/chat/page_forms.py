"""From a posted form to the messages it means. Words are never dropped: beside a button they are its note."""

from __future__ import annotations

import asyncio
import contextlib
import re
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request

from casework.catalogues.dates import LONDON
from web.chat.page_dates import NotADay, day_in_words

# What is kept of a form: more than twenty times what a message may hold, in any alphabet.
MAX_BYTES = 1024 * 1024
# What is read and thrown away beyond that, so that the browser comes to see the answer.
DRAINED_BYTES = 16 * 1024 * 1024
_DRAIN_SECONDS = 10.0
_HALF = re.compile(rb"%[0-9A-Fa-f]?$")
CONTROLS = ("skip", "back", "pause", "language", "person", "leave")
# After these the question stays open: words typed at an open text question are its answer first.
KEEPS_ANSWER = ("pause", "language", "person")


class FormTooLarge(ValueError):
    """More than is kept of a form. `fields`: those in the part that was."""

    def __init__(self, fields: list[tuple[str, str]]) -> None:
        super().__init__("form too large")
        self.fields = fields


@dataclass(frozen=True)
class Form:
    """One posted form of the chat page."""

    id: str = ""
    after: str = ""
    question: str = ""
    kind: str = ""
    text: str = ""
    chosen: tuple[str, ...] = ()
    button: str = ""
    several: bool = False
    # Day, month and year as typed, where they make no day; a day that holds is part of `text`.
    day: tuple[str, str, str] = ("", "", "")
    fault: str = ""
    # Whether more was sent than is kept of a form.
    cut: bool = False

    @property
    def again(self) -> tuple[tuple[str, str], ...]:
        """The fields that post the same message once more; the words are left to the page."""
        fields = [("id", self.id), ("after", self.after), ("question", self.question), ("kind", self.kind)]
        fields += [("choices" if self.several else "choice", value) for value in self.chosen]
        return (*fields, ("do", self.button)) if self.button else tuple(fields)

    @property
    def empty(self) -> bool:
        return not (self.text.strip() or self.chosen or self.button or self.fault)


async def read_fields(request: Request) -> list[tuple[str, str]]:
    """The fields of an url-encoded form, line ends as typed.

    Raises FormTooLarge above MAX_BYTES or 100 fields.
    """
    body, size = bytearray(), 0
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(None) as limit:
            async for part in request.stream():
                size += len(part)
                body += part[: MAX_BYTES - len(body)]
                if size > MAX_BYTES and limit.when() is None:
                    limit.reschedule(asyncio.get_running_loop().time() + _DRAIN_SECONDS)
                if size > DRAINED_BYTES:
                    break
    if size <= MAX_BYTES:
        return _pairs(body)
    # The end may be half of a character.
    raise FormTooLarge([(name, value.rstrip("\ufffd")) for name, value in _pairs(_HALF.sub(b"", bytes(body)))])


def _pairs(body: bytes | bytearray) -> list[tuple[str, str]]:
    try:
        pairs = parse_qsl(
            body.decode("latin-1"),
            keep_blank_values=True,
            encoding="utf-8",
            errors="replace",
            max_num_fields=100,
        )
    except ValueError as error:
        raise FormTooLarge([]) from error
    # Browsers send every line end of a text area as CR LF; the person typed one.
    return [(name, value.replace("\r\n", "\n")) for name, value in pairs]


def read_form(pairs: list[tuple[str, str]]) -> Form:
    """The form that `pairs` describe; unknown fields are left out."""
    last = dict(pairs)
    text, day, fault = last.get("text", ""), _day_of(last), ""
    if last.get("given") == mark_of(text) and (last.get("do") or any(day)):
        # It stood there before: beside a button, or beside a new day, nobody says it a second time.
        text = ""
    try:
        said = day_in_words(*day, today=datetime.now(LONDON).date())
        text, day = ", ".join(part for part in (said, text) if part.strip()), ("", "", "")
    except NotADay as wrong:
        fault = str(wrong)
        if last.get("do"):
            # A button does not wait for a better date: what was typed goes along as words.
            text, day, fault = " ".join((*filter(None, day), text)), ("", "", ""), ""
    chosen = tuple(dict.fromkeys(value for name, value in pairs if name in ("choice", "choices") and value))
    return Form(
        id=last.get("id", "")[:64],
        after=last.get("after", "")[:64],
        question=last.get("question", "")[:64],
        kind=last.get("kind", "")[:16],
        text=text,
        chosen=chosen,
        button=last.get("do", "")[:80],
        several=last.get("kind") == "choices",
        day=day,
        fault=fault,
    )


def _day_of(fields: dict[str, str]) -> tuple[str, str, str]:
    day, month, year = (fields.get(name, "")[:20] for name in ("day", "month", "year"))
    return day, month, year


def bodies(form: Form) -> list[dict[str, Any]]:
    """The messages that `form` means, in order, each with its own id.

    Usually one. Two when the person wrote an answer and then pressed a button that leaves it open:
    the answer is kept before the button acts.
    """
    text = form.text if form.text.strip() else ""
    if form.button:
        if text and form.button in KEEPS_ANSWER and form.kind in ("text", "date"):
            return [{"id": form.id, "text": text}, {"id": form.id[:60] + "-2", "choice": form.button}]
        return [_with_note({"id": form.id, "choice": form.button}, text)]
    if form.chosen and form.several:
        return [_with_note({"id": form.id, "choices": list(form.chosen)}, text)]
    if form.chosen:
        return [_with_note({"id": form.id, "choice": form.chosen[0]}, text)]
    return [{"id": form.id, "text": text}]


def mark_of(words: str) -> str:
    """What words are known by that stood in the field before anybody typed."""
    return sha256(words.strip().encode()).hexdigest()[:16]


def next_id(turn_id: str) -> str:
    """The id of the message that answers the turn `turn_id`.

    Made from the turn, not drawn at random: a reload, a double press and a second window all send the
    same id, so the same answer counts once and a different one is refused instead of landing under
    another question.
    """
    return "p" + sha256(b"next message\0" + turn_id.encode()).hexdigest()[:31]


def _with_note(body: dict[str, Any], note: str) -> dict[str, Any]:
    return {**body, "note": note} if note else body
