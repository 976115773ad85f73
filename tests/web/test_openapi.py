"""The API's own document: valid, complete, and true of what the API answers."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from pydantic import BaseModel

from tests.web.conftest import Front
from web.chat import shapes

schemathesis = pytest.importorskip("schemathesis")
DOCUMENT = "/chat/api/openapi.json"


def test_the_document_names_every_route_and_nothing_else(front: Front) -> None:
    document = front.ask("GET", DOCUMENT).json()
    assert {(path, method) for path, methods in document["paths"].items() for method in methods} == {
        ("/chat/api/sessions", "post"),
        ("/chat/api/messages", "post"),
        ("/chat/api/transcript", "get"),
        ("/chat/api/leave", "post"),
        ("/chat/api/receipts", "post"),
    }
    for methods in document["paths"].values():
        for operation in methods.values():
            refusals = {code for code in operation["responses"] if code >= "400"}
            assert refusals >= {"400", "413", "429", "503"}


ANSWERS: dict[str, type[BaseModel]] = {
    "/chat/api/sessions": shapes.Started,
    "/chat/api/messages": shapes.TurnAnswer,
    "/chat/api/transcript": shapes.Transcript,
    "/chat/api/receipts": shapes.ReceiptAnswer,
}


@pytest.mark.parametrize("path", ANSWERS)
def test_every_answer_to_generated_requests_fits_the_document(front: Front, path: str) -> None:
    document: dict[str, Any] = front.ask("GET", DOCUMENT).json()
    found = schemathesis.openapi.from_dict(document).get_all_operations()
    operation = next(each.ok() for each in found if each.ok().path == path)
    chat = front.chat()

    @settings(max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy())
    def fits(case: Any) -> None:
        sent = {} if type(case.body).__name__ == "NotSet" else {"json": case.body}
        answer = front.ask(operation.method.upper(), path, headers=chat.bearer, **sent)
        assert str(answer.status_code) in operation.definition.raw["responses"], answer.text
        shape = ANSWERS[path] if answer.status_code < 400 else shapes.Error
        shape.model_validate(answer.json())

    fits()


def test_a_whole_chat_fits_the_document(front: Front) -> None:
    chat = front.chat()
    turn = chat.until("review")
    turn = chat.turn(choice="send")
    shapes.Turn.model_validate(turn)
    shapes.Transcript.model_validate(chat.transcript().json())
    code = {"code": turn["receipt"]["code"]}
    shapes.ReceiptAnswer.model_validate(front.ask("POST", "/chat/api/receipts", json=code).json())
