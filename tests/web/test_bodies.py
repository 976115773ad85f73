"""Shapes of messages: what is taken, and what is refused before anything else happens."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from web.chat.bodies import MessageBody, ReceiptBody, check_lengths, read_body
from web.chat.errors import ChatError

TAKEN = [
    b'{"id": "a", "text": "hello"}',
    b'{"id": "a", "text": "hello", "note": null}',
    b'{"id": "A-_9", "choice": "self"}',
    b'{"id": "a", "choice": "self", "note": "since March"}',
    b'{"id": "a", "choices": ["sex", "age"], "note": "x"}',
    '{"id": "a", "text": "naïve \U0001f600 \u2028"}'.encode(),
    b'{"id": "a", "text": "\\ud83d\\ude00"}',
    b'{"id": "' + b"x" * 64 + b'", "text": "hello"}',
    b'\xef\xbb\xbf{"id": "a", "text": "with a mark before"}',
]
REFUSED = [
    b"",
    b"{",
    b"null",
    b"[]",
    b'"text"',
    b"\xff\xfe",
    b'{"id": "a", "text": "\xff"}',
    b'{"id": "a"}',
    b'{"text": "hello"}',
    b'{"id": "", "text": "hello"}',
    b'{"id": "a b", "text": "hello"}',
    b'{"id": "a\\n", "text": "hello"}',
    b'{"id": "' + b"x" * 65 + b'", "text": "hello"}',
    b'{"id": "\xc3\xa9", "text": "hello"}',
    b'{"id": 1, "text": "hello"}',
    b'{"id": "a", "text": 1}',
    b'{"id": "a", "text": ["hello"]}',
    b'{"id": "a", "text": null}',
    b'{"id": "a", "text": "hello", "choice": "self"}',
    b'{"id": "a", "choice": "self", "choices": ["self"]}',
    b'{"id": "a", "text": "hello", "note": "x"}',
    b'{"id": "a", "choice": true}',
    b'{"id": "a", "choices": []}',
    b'{"id": "a", "choices": "self"}',
    b'{"id": "a", "choices": ["self", 1]}',
    b'{"id": "a", "choices": ' + json.dumps(["x"] * 41).encode() + b"}",
    b'{"id": "a", "text": "nul \\u0000 inside"}',
    b'{"id": "a", "choice": "self", "note": "\\u0000"}',
    b'{"id": "a", "text": "half \\ud800 a pair"}',
    b'{"id": "a", "choices": ["\\udc00"]}',
    b'{"id": "a", "text": "hello", "sender": "someone"}',
    b'{"id": "a", "text": NaN}',
    b'{"id": "a", "text": ' + b"[" * 50_000,
    b'{"id": "a", "text": ' + b"9" * 10_000 + b"}",
]


@pytest.mark.parametrize("raw", TAKEN)
def test_a_message_is_taken(raw: bytes) -> None:
    assert read_body(raw, MessageBody).id


@pytest.mark.parametrize("raw", REFUSED, ids=range(len(REFUSED)))
def test_anything_else_is_refused_as_malformed(raw: bytes) -> None:
    with pytest.raises(ChatError) as refused:
        read_body(raw, MessageBody)
    assert (refused.value.status, refused.value.code) == (400, "malformed")


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=100).map(lambda s: s.encode("utf-8", "surrogatepass")))
def test_random_bytes_are_taken_or_refused_never_more(raw: bytes) -> None:
    try:
        read_body(raw, MessageBody)
    except ChatError as refused:
        assert refused.status == 400


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=10,
)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(["id", "text", "choice", "choices", "note", "x"]), JSON))
def test_random_fields_are_taken_or_refused_never_more(fields: dict[str, object]) -> None:
    try:
        read_body(json.dumps(fields).encode(), MessageBody)
    except ChatError as refused:
        assert refused.status == 400


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("x" * 4_000, None),
        ("\U0001f600" * 4_000, None),
        ("x" * 4_001, "too_long"),
        (" \n\t", "empty"),
        ("", "empty"),
    ],
)
def test_a_message_has_a_length(text: str, code: str | None) -> None:
    body = MessageBody(id="a", text=text)
    if code is None:
        check_lengths(body)
        return
    with pytest.raises(ChatError) as refused:
        check_lengths(body)
    assert refused.value.code == code


def test_a_note_has_a_length_too() -> None:
    with pytest.raises(ChatError) as refused:
        check_lengths(MessageBody(id="a", choice="other", note="x" * 4_001))
    assert refused.value.status == 413


def test_the_same_body_is_the_same_whatever_its_id_and_spelling() -> None:
    one = read_body(b'{"id": "a", "text": "caf\\u00e9"}', MessageBody)
    other = read_body('{"note": null, "text": "café", "id": "b"}'.encode(), MessageBody)
    assert one.canonical() == other.canonical()
    assert one.canonical() != MessageBody(id="a", text="cafe").canonical()
    assert MessageBody(id="a", choice="x").canonical() != MessageBody(id="a", choices=["x"]).canonical()


@pytest.mark.parametrize(
    "code",
    [
        "1234567890123456",
        " 1234 5678-9012 3456 ",
        "\uff11\uff12\uff13\uff14 5678 9012 3456",
        "1234\u20135678\u20139012\u20133456",
    ],
)
def test_a_receipt_code_is_read_as_people_type_it(code: str) -> None:
    assert ReceiptBody(code=code).digits() == "1234567890123456"


@pytest.mark.parametrize(
    "code", ["", "123456789012345", "12345678901234567", "1234 5678 9012 345x", "²" * 16 + "1", "٣" * 16]
)
def test_what_is_no_receipt_code_is_said_to_be_none(code: str) -> None:
    with pytest.raises(ChatError) as refused:
        ReceiptBody(code=code).digits()
    assert refused.value.code == "bad_code"
