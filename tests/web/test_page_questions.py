"""Questions, review and receipt as forms, in-process, on turns made by hand."""

from __future__ import annotations

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.web.pages_by_hand import FORBIDDEN, PAUSED, RECEIPT, Service, hidden, title, turn
from web.chat.page_forms import Form, bodies, mark_of, next_id
from web.chat.page_progress import progress

# --- questions ---


def test_choice_is_a_group_of_radios_with_a_box_for_own_words(chatting: TestClient) -> None:
    html = chatting.get("/chat").text
    assert re.search(r"<legend[^>]*>Is anyone in danger right now\?</legend>", html)
    assert html.count('type="radio"') == 3
    assert 'name="text"' in html
    assert 'value="skip"' not in html
    for control in ("back", "pause", "person", "language", "leave"):
        assert f'name="do" value="{control}"' in html


def test_optional_choices_are_boxes_and_can_be_skipped(chatting: TestClient, service: Service) -> None:
    service.at((turn("a", asks="motive"), "no"))
    html = chatting.get("/chat").text
    assert html.count('type="checkbox"') == 11
    assert 'value="skip"' in html


@pytest.mark.parametrize(
    ("fields", "body"),
    [
        ({"choice": "no"}, {"choice": "no"}),
        ({"choice": "no", "text": " and more "}, {"choice": "no", "note": " and more "}),
        ({"kind": "choices", "choices": ["race_ethnicity", "age"]}, {"choices": ["race_ethnicity", "age"]}),
        ({"kind": "choices", "choices": ["age"], "text": "my cane"}, {"choices": ["age"], "note": "my cane"}),
        ({"text": "line one\r\nline two"}, {"text": "line one\nline two"}),
        ({"do": "skip"}, {"choice": "skip"}),
        ({"do": "back", "text": "half a thought"}, {"choice": "back", "note": "half a thought"}),
        ({"do": "change:account"}, {"choice": "change:account"}),
        ({"text": "/restart"}, {"text": "/restart"}),
    ],
)
def test_forms_become_messages(
    chatting: TestClient, service: Service, fields: dict[str, Any], body: dict[str, Any]
) -> None:
    reply = chatting.post("/chat", data={"id": "m1", **fields})
    assert (reply.status_code, reply.headers["location"]) == (303, "/chat#new")
    assert service.taken == [{"id": "m1", **body}]


def test_an_answer_is_kept_before_a_pause() -> None:
    found = bodies(Form(id="m1", kind="text", text="It was loud", button="pause"))
    assert found == [{"id": "m1", "text": "It was loud"}, {"id": "m1-2", "choice": "pause"}]


def test_the_id_of_a_form_stays_the_same_until_it_is_answered(chatting: TestClient) -> None:
    first, again = (hidden(chatting.get("/chat").text, "id") for _ in range(2))
    assert first == again == next_id("start")
    chatting.post("/chat", data={"id": first, "choice": "no"})
    assert hidden(chatting.get("/chat").text, "id") == next_id(first)
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", first)


def test_nothing_answered_is_said_kindly_in_place(chatting: TestClient, service: Service) -> None:
    reply = chatting.post("/chat", data={"id": "m1", "kind": "choice", "text": "  "})
    assert reply.status_code == 400
    assert service.taken == []
    assert title(reply.text).startswith("Error: ")
    assert (
        'id="fault"' in reply.text and 'aria-describedby="fault"' in reply.text and 'aria-invalid="true"' in reply.text
    )


def test_words_are_shown_as_words(chatting: TestClient, service: Service) -> None:
    service.at((turn("a", "Thank you.", asks="account"), "<script>alert(1)</script>"))
    html = chatting.get("/chat").text
    assert "<script>alert" not in html and "&lt;script&gt;" in html


def test_history_names_who_speaks_and_keeps_old_questions(chatting: TestClient, service: Service) -> None:
    service.at(
        (turn("start.", "Hello.", asks="danger_now"), None),
        (turn("a", "I have noted that.", asks="account"), "No"),
    )
    html = chatting.get("/chat").text
    log = html[html.index('role="log"') : html.index('id="answer"')]
    assert (
        log.index("Is anyone in danger right now?")
        < log.index(">You<")
        < log.index("Livv, automated", log.index(">You<"))
    )
    assert "What happened?" not in log


def test_a_bare_thank_you_before_the_next_question_is_not_shown(chatting: TestClient, service: Service) -> None:
    service.at(
        (turn("start.", "Hello.", asks="danger_now"), None),
        (turn("a", "Thank you.", asks="reporter_role"), "No"),
        (turn("b", "Thank you.", "I have noted that.", asks="account"), "For me"),
    )
    html = chatting.get("/chat").text
    assert "Thank you." not in html and "I have noted that." in html


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (["danger_now"], "Question 1 of about 10"),
        (["danger_now", "safe_to_chat", "reporter_role"], "Question 3 of about 10"),
        (["danger_now", "safe_to_chat", "reporter_role", "age_group", "affected_consent"], "Question 5 of about 13"),
        (["danger_now", "safe_to_chat", "danger_check"], ""),
        (["danger_now", "safe_to_chat", "danger_now"], "Question 1 of about 10"),
        (["danger_now", "reporter_role", "age_group", "account", "account_more"], "Question 4 of about 9"),
        (["identity", "reporter_name", "contact_method"], "Question 3 of about 6"),
        (["where_postcode", "review", "where_postcode"], ""),
        (["where_postcode", "review", "happened_when"], ""),
        (["review"], ""),
    ],
)
def test_progress_is_said_in_words(asked: list[str], words: str) -> None:
    assert progress(asked) == words


def test_progress_stands_with_the_question(chatting: TestClient) -> None:
    html = chatting.get("/chat").text
    assert html.index("Question 1 of about 10") < html.index('id="asked"')
    assert re.search(r'<fieldset id="question"[^>]*aria-describedby="progress"', html)


@pytest.mark.parametrize(
    ("text", "token"),
    [
        ("What number should we call?", "tel"),
        ("What is your email address?", "email"),
        ("What address should we write to?", "street-address"),
        ("What is the number, email or address?", "off"),
    ],
)
def test_contact_fields_can_be_filled_in_by_the_browser(
    chatting: TestClient, service: Service, text: str, token: str
) -> None:
    given = turn("a", asks="contact_value")
    given["question"]["text"] = text
    service.at((given, "Phone"))
    field = re.search(r'<(input|textarea) id="text"[^>]*>', chatting.get("/chat").text)
    assert field and f'autocomplete="{token}"' in field[0]
    # An address has more than one line; a browser fills it in only where there is room for it.
    assert field[1] == ("textarea" if token == "street-address" else "input")
    assert field[1] == "textarea" or f'type="{token if token in ("tel", "email") else "text"}"' in field[0]


def test_date_is_typed_in_words(chatting: TestClient, service: Service) -> None:
    service.at((turn("a", asks="happened_when"), "x"))
    html = chatting.get("/chat").text
    assert '<input id="text" name="text" type="text"' in html and "last Tuesday" in html
    for name in ("day", "month", "year"):
        assert f'<input name="{name}"' in html


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"day": "3", "month": "5", "year": "2026"}, "3 May 2026"),
        ({"day": "03", "month": "march", "year": "26"}, "3 March 2026"),
        ({"month": "Feb", "year": "2026", "text": "late at night"}, "February 2026, late at night"),
        ({"year": "2025"}, "2025"),
        ({"day": "29", "month": "2"}, "29 February"),
        ({"day": "", "text": "last Tuesday"}, "last Tuesday"),
        # What stood in the field before gives way to a day.
        ({"day": "3", "month": "5", "text": "last night", "given": mark_of("last night")}, "3 May"),
        ({"day": "3", "month": "5", "text": "at night", "given": mark_of("last night")}, "3 May, at night"),
        ({"text": "last night", "given": mark_of("last night")}, "last night"),
    ],
)
def test_a_day_in_fields_becomes_words(
    chatting: TestClient, service: Service, fields: dict[str, str], text: str
) -> None:
    assert chatting.post("/chat", data={"id": "m1", "kind": "date", **fields}).status_code == 303
    assert service.taken == [{"id": "m1", "text": text}]


@pytest.mark.parametrize(
    ("day", "told"),
    [
        (("31", "2", "2026"), "The day must be a number from 1 to 28."),
        (("3", "", "2026"), "Put the month too"),
        (("3", "13", "2026"), "The month must be"),
        (("x", "1", "2026"), "The day must be"),
        (("1", "1", "20266"), "The year must have 4 numbers"),
        (("1", "1", "1026"), "The year must have 4 numbers"),
        (("1", "1", "9998"), "still to come"),
        (("1", "000000012", "٢٠٢٦"), "The month must be"),
    ],
)
def test_a_day_that_is_none_is_said_in_place(
    chatting: TestClient, service: Service, day: tuple[str, str, str], told: str
) -> None:
    service.at((turn("a", asks="happened_when"), "x"))
    fields = dict(zip(("day", "month", "year"), day, strict=True))
    reply = chatting.post(
        "/chat", data={"id": "m1", "kind": "date", "question": "happened_when", **fields, "text": "so"}
    )
    assert reply.status_code == 400 and service.taken == []
    assert told in reply.text and all(f'value="{part}"' in reply.text for part in day if part)
    assert 'value="so"' in reply.text and title(reply.text).startswith("Error: ")


def test_a_button_does_not_wait_for_a_better_day(chatting: TestClient, service: Service) -> None:
    fields = {"day": "31", "month": "2", "year": "", "text": "or so", "do": "skip"}
    assert chatting.post("/chat", data={"id": "m1", "kind": "date", **fields}).status_code == 303
    assert service.taken == [{"id": "m1", "choice": "skip", "note": "31 2 or so"}]


@pytest.mark.parametrize("headers", [{}, {"x-part": "turn"}], ids=["plain", "script"])
def test_words_that_are_asked_about_again_stay_in_the_field(
    chatting: TestClient, service: Service, headers: dict[str, str]
) -> None:
    given = turn("a", "Please check it.", asks="contact_value")
    given["question"] |= {"text": "What number should we call?", "given": "0151 <496>"}
    service.next_turn = given
    reply = chatting.post("/chat", data={"id": "m1", "kind": "text", "text": "0151 <496>"}, headers=headers)
    html = reply.text or chatting.get("/chat").text
    assert 'type="tel" value="0151 &lt;496&gt;"' in html
    form = {"kind": "text", "given": hidden(html, "given")}
    # As it stood there it is not said a second time by a button; changed, and by Continue, it is.
    for number, (text, do, taken) in enumerate(
        [
            ("0151 <496>", "skip", [{"choice": "skip"}]),
            ("0151 <496>", "person", [{"choice": "person"}]),
            ("0151 5", "skip", [{"choice": "skip", "note": "0151 5"}]),
            ("0151 <496>", "", [{"text": "0151 <496>"}]),
        ]
    ):
        service.taken.clear()
        assert chatting.post("/chat", data={"id": f"n{number}", "text": text, "do": do, **form}).status_code == 303
        assert [{name: body[name] for name in body if name != "id"} for body in service.taken] == taken


# --- review and receipt ---


def test_review_lists_everything_with_a_way_to_change_it(chatting: TestClient, service: Service) -> None:
    service.at((turn("a", asks="review"), "x"))
    html = chatting.get("/chat").text
    assert 'name="do" value="change:account"' in html and 'name="do" value="change:where_postcode"' in html
    assert "Show what I wrote" in html and "second &lt;b&gt;line&lt;/b&gt;" in html
    for way in ("send", "more", "leave"):
        assert f'name="do" value="{way}"' in html


def test_receipt_shows_what_to_take_away(chatting: TestClient, service: Service) -> None:
    service.at((turn("a", "Thank you.", receipt=RECEIPT, ended=True), "Send"))
    html = chatting.get("/chat").text
    for wanted in (
        "LV-2026-0001",
        "1234 5678 9012 3456",
        "Sam Example",
        "Tuesday 29 December",
        "other people may see it",
    ):
        assert wanted in html
    assert "You can add more here" in html
    assert not FORBIDDEN.search(title(html))


def test_paused_report_shows_its_code_alone(chatting: TestClient, service: Service) -> None:
    service.at((turn("a", asks="account", receipt=PAUSED), "pause"))
    html = chatting.get("/chat").text
    assert "1234 5678 9012 3456" in html and "24 hours" in html and "LV-2026" not in html
