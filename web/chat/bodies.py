"""What the chat API takes in: shapes checked before anything else happens.

Types are strict (a number is no text), unknown fields are refused, and text that no database or
log could hold (NUL, half of a surrogate pair) is refused here once for all.
"""

from __future__ import annotations

import json
import unicodedata
from typing import Annotated, Any, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from casework.conversation.draft import MAX_MESSAGE
from web.chat.errors import refuse

MESSAGE_CHARACTERS = MAX_MESSAGE
ACCOUNT_CHARACTERS = 10_000
CODE_DIGITS = 16

MessageId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


class Strict(BaseModel):
    """A body without room for anything that was not asked for."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class MessageBody(Strict):
    """One message: typed words, or one chosen option, or several, with a note if there is one."""

    id: MessageId
    text: str | None = None
    choice: str | None = None
    choices: Annotated[list[str], Field(min_length=1, max_length=40)] | None = None
    note: str | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if sum(given is not None for given in (self.text, self.choice, self.choices)) != 1:
            raise ValueError("exactly one of text, choice and choices")
        if self.note is not None and self.text is not None:
            raise ValueError("a note goes with a choice")
        if any("\0" in words for words in self.strings()):
            raise ValueError("NUL")
        for words in self.strings():
            words.encode()  # refuses half of a surrogate pair: UnicodeEncodeError is a ValueError
        return self

    def strings(self) -> list[str]:
        """Every string of the body that a person gave."""
        given = [self.text, self.choice, *(self.choices or ()), self.note]
        return [words for words in given if words is not None]

    @property
    def chosen(self) -> tuple[str, ...]:
        """The chosen options, each once, in the order given; nothing for typed words."""
        if self.choice is not None:
            return (self.choice,)
        return tuple(dict.fromkeys(self.choices or ()))

    @property
    def words(self) -> str:
        """What was typed: the text, or the note beside a choice."""
        return self.text if self.text is not None else self.note or ""

    def canonical(self) -> bytes:
        """The body as bytes that are the same for the same body, for the check of a repeated id."""
        fields = {"text": self.text, "choice": self.choice, "choices": self.choices, "note": self.note}
        kept = {name: value for name, value in fields.items() if value is not None}
        return json.dumps(kept, sort_keys=True, ensure_ascii=True, separators=(",", ":")).encode()


class ReceiptBody(Strict):
    """A receipt code as somebody typed it."""

    code: str

    def digits(self) -> str:
        """The sixteen digits. Spaces and dashes between them do not matter. Raises `bad_code`."""
        plain = unicodedata.normalize("NFKC", self.code[:200])
        kept = "".join(c for c in plain if not (c.isspace() or unicodedata.category(c) == "Pd"))
        if len(kept) != CODE_DIGITS or not (kept.isascii() and kept.isdigit()):
            refuse("bad_code")
        return kept


class StartBody(Strict):
    """`{}`, or the language to speak (BCP 47, such as `en-GB`); the nearest that is offered is taken."""

    language: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{2,35}$")] | None = None


Body = TypeVar("Body", bound=Strict)


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def read_body(raw: bytes, shape: type[Body]) -> Body:
    """The checked body of a request; raises `malformed` for anything that is not `shape`."""
    try:
        return shape.model_validate(json.loads(raw.decode("utf-8-sig"), parse_constant=_no_constant))
    except (ValueError, RecursionError, ValidationError):
        refuse("malformed")


def check_lengths(body: MessageBody) -> None:
    """Raises `too_long` above 4,000 characters and `empty` where only white space was typed."""
    if len(body.text or "") > MESSAGE_CHARACTERS or len(body.note or "") > MESSAGE_CHARACTERS:
        refuse("too_long")
    if body.text is not None and not body.text.strip():
        refuse("empty")
