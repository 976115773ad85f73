"""The shapes of the chat API's answers, for its OpenAPI document. Turns themselves are plain data."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel


class Message(BaseModel):
    text: str
    kind: Literal["say", "emergency", "help", "error"]


class Option(BaseModel):
    value: str
    label: str


class Question(BaseModel):
    """The open question: what the next message answers.

    `why` says why we ask, `hint` gives an example, `note` is the label of the note's field, if there is one,
    `given` what stands in the field for words already: the answer that is being changed, or words that looked wrong,
    `kept` whether the choice `keep` leaves an answer that is being changed as it is.
    """

    name: str
    kind: Literal["choice", "choices", "text", "date"]
    options: list[Option]
    optional: bool
    text: str
    why: str = ""
    hint: str = ""
    note: str = ""
    given: str = ""
    kept: bool = False


class SummaryLine(BaseModel):
    """One answer on the review, in the person's words."""

    name: str
    label: str
    value: str


class NextStep(BaseModel):
    text: str
    due_at: str | None


class Receipt(BaseModel):
    """Given once: after sending, or with `reference` null for a paused report."""

    reference: str | None
    code: str
    advisor: str | None
    next: list[NextStep]


class Turn(BaseModel):
    """What the assistant says to one message."""

    id: str
    messages: list[Message]
    question: Question | None
    summary: list[SummaryLine] | None
    receipt: Receipt | None
    ended: bool


class TurnAnswer(BaseModel):
    turn: Turn


class Started(BaseModel):
    session: str
    turn: Turn


class Transcript(BaseModel):
    turns: list[Turn]


class CaseMessage(BaseModel):
    """One message between advisor and reporter since the report was sent."""

    at: str
    author: Literal["reporter", "advisor"]
    kind: str
    text: str
    new: bool


class CaseOfReceipt(BaseModel):
    """A sent report: its status in plain words and as the case's code, and what was written since."""

    reference: str
    status: str
    state: str
    messages: list[CaseMessage]


class ReceiptAnswer(BaseModel):
    """`turns`: the conversation of a paused report so far, the open `turn` as its last."""

    session: str
    case: CaseOfReceipt | None
    turn: Turn | None
    turns: list[Turn]


class ErrorDetail(BaseModel):
    code: str
    message: str


class Error(BaseModel):
    """Every refusal has this shape."""

    error: ErrorDetail
