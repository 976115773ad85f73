"""The way back, in-process on the real record: how it stands, withdrawing, contact, a new code, a paused report."""

from __future__ import annotations

import re

import pytest

from casework.clocks import now
from tests.reading import watch_reading
from tests.web.conftest import Chat, Front
from tests.web.pages_by_hand import hidden
from tests.web.return_by_hand import KNIFE, NAMED, Browser, Sent, send
from web.chat import service

SECONDS = service.CODE_SECONDS


pytestmark = pytest.mark.usefixtures("no_waiting")


# --- how it stands ---


def test_a_representative_is_told_how_it_stands_once_consent_is_confirmed(front: Front, browser: Browser) -> None:
    other = {"reporter_role": {"choice": "on_behalf"}, "affected_consent": {"choice": "yes"},
             "affected_name": {"choice": "skip"}, "affected_contact_ok": {"choice": "only_me"}}  # fmt: skip
    sent = send(front, **other)
    from casework.cases.progress import change_status, confirm_consent

    with front.services.store.begin() as db:
        change_status(db, sent.reference, "action_plan", "test", now(front.services.settings))
    assert "plan for what happens next" not in browser.open(sent.code)
    assert "until an advisor has checked that they agree" in browser.get("/return").text
    body = front.ask("POST", "/chat/api/receipts", json={"code": sent.code}).json()
    assert body["case"]["state"] == "not_told"
    with front.services.store.begin() as db:
        confirm_consent(db, sent.reference, "test", now(front.services.settings))
    assert "plan for what happens next" in browser.open(sent.code)


# --- withdrawing ---


def test_withdrawing_and_going_on_after_all(browser: Browser, sent: Sent) -> None:
    browser.open(sent.code)
    assert "We do not delete it at once" in browser.get("/return/end").text
    assert browser.send("/return/end", do="end", text="I would rather not.").status_code == 303
    html = browser.get("/return").text
    assert "You asked to withdraw" in html and "I would rather not." in html and "Go on after all" in html
    assert (sent.case()["status"], sent.case()["withdrawal_asked"]) == ("withdrawn", True)
    assert "withdrawal_asked" in sent.told()
    assert "You can change your mind" in browser.get("/return/end").text
    browser.send("/return/end", do="on")
    assert (sent.case()["status"], sent.case()["withdrawal_asked"]) == ("new", False)


def test_withdrawing_with_words_of_danger_ends_nothing(browser: Browser, sent: Sent) -> None:
    browser.open(sent.code)
    reply = browser.send("/return/end", do="end", text=KNIFE)
    assert 'id="card"' in reply.text
    case = sent.case()
    assert (case["status"], case["priority"], case["withdrawal_asked"]) == ("new", "emergency", True)
    assert "Someone may be at risk" in browser.get("/return").text


@pytest.mark.parametrize("form", [{"page": "/return/write", "do": "message"}, {"page": "/return/end", "do": "end"}])
def test_words_are_read_while_others_may_write(
    form: dict[str, str], front: Front, browser: Browser, sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser.open(sent.code)
    seen = watch_reading(monkeypatch, front.services.store)
    browser.send(**form, text=KNIFE)
    assert (KNIFE, True) in seen and all(free for _, free in seen)
    assert sent.case()["priority"] == "emergency"


# --- contact ---


def test_contact_is_changed_and_never_shown(front: Front, browser: Browser) -> None:
    sent = send(front, **NAMED)
    browser.open(sent.code)
    html = browser.get("/return/contact").text
    assert "canary" not in html.lower() and re.search(r'value="email" checked', html)
    data = {"method": "text", "value": "12", "safe": ["text_ok"], "note": "after six", "do": "save"}
    form = hidden(html, "id")
    reply = browser.post("/return/contact", id=form, **data)
    assert reply.status_code == 400 and "full phone number" in reply.text and "after six" in reply.text
    reply = browser.post("/return/contact", id=form, asked=hidden(reply.text, "asked"), **data)
    assert reply.headers["location"] == "/return?done=saved#done"
    case = sent.case(reveal=True, reason="test")
    assert case["contact"] == {"method": "text", "safe": ["text_ok"]}
    assert case["identity_details"] == {
        "reporter_name": "Canary Name", "contact_value": "12", "contact_safety": "after six",
    }  # fmt: skip


def test_only_a_field_with_a_fault_is_said_to_be_wrong(browser: Browser, sent: Sent) -> None:
    browser.open(sent.code)
    assert "aria-invalid" not in browser.get("/return/contact").text
    reply = browser.send("/return/contact", do="save", method="none", note="word " * 900)
    assert reply.status_code == 413
    assert re.findall(r'<(\w+)[^>]* aria-invalid="true"', reply.text) == ["textarea"]


def test_becoming_anonymous_erases_and_stops_the_alert(front: Front, browser: Browser) -> None:
    sent = send(front, **NAMED)
    browser.open(sent.code)
    browser.send("/return/contact", do="save", method="email", safe=["email_ok"], alert="yes")
    assert sent.case()["contact"]["alert"] is True
    sent.answer("Hello.")
    assert "reporter_alert" in sent.told()
    assert browser.send("/return/contact", do="anonymous").status_code == 303
    case = sent.case(reveal=True, reason="test")
    assert (case["identity"], case["contact"], case["identity_details"]) == ("anonymous", None, {})
    assert "Become anonymous" not in browser.get("/return/contact").text


@pytest.mark.parametrize(("data", "said"), [({}, "Choose how"), ({"method": "phone"}, "Write the number")])
def test_a_contact_that_is_not_whole_is_asked_for(
    browser: Browser, sent: Sent, data: dict[str, str], said: str
) -> None:
    browser.open(sent.code)
    reply = browser.send("/return/contact", do="save", name="Al", **data)
    assert reply.status_code == 400 and said in reply.text and 'value="Al"' in reply.text


def test_danger_in_a_field_of_contact_is_not_missed(browser: Browser, sent: Sent) -> None:
    browser.open(sent.code)
    reply = browser.send("/return/contact", do="save", method="none", note=KNIFE)
    assert reply.status_code == 200 and 'id="card"' in reply.text
    assert sent.case()["priority"] == "emergency"


# --- a new code ---


def test_a_new_code_stops_the_old_one_at_once(browser: Browser, sent: Sent) -> None:
    browser.open(sent.code)
    assert "stops working at once" in browser.get("/return/code").text
    found = re.search(r"\d{4} \d{4} \d{4} \d{4}", browser.post("/return/code").text)
    assert found and found[0] != sent.code
    assert sent.reference in browser.get("/return").text
    assert Browser(sent.front).post("/return", code=sent.code).status_code == 404
    assert sent.code not in browser.get("/chat").text
    assert sent.reference in Browser(sent.front).open(found[0])
    assert "code_replaced" in sent.told()


def test_a_new_code_that_was_lost_on_its_way_is_asked_for_again(browser: Browser, sent: Sent) -> None:
    browser.open(sent.code)
    # A second press, or a second tab: the browser has not seen the first answer, nor its cookie.
    pressed = [Browser(sent.front, dict(browser.cookies)).post("/return/code") for _ in range(2)]
    codes = [re.search(r"\d{4} \d{4} \d{4} \d{4}", reply.text) for reply in pressed]
    assert [reply.status_code for reply in pressed] == [200, 200] and codes[0] and codes[1]
    assert sent.reference in browser.get("/return").text
    assert Browser(sent.front).post("/return", code=codes[0][0]).status_code == 404
    assert sent.reference in Browser(sent.front).open(codes[1][0])
    # Who opened it anew has it alone.
    assert 'name="code"' in browser.get("/return").text


# --- a paused report ---


def test_a_paused_report_comes_back_with_its_conversation(front: Front, browser: Browser) -> None:
    chat = front.chat()
    chat.until("motive")
    code = chat.turn(choice="pause")["receipt"]["code"]
    reply = browser.post("/return", code=code)
    assert (reply.status_code, reply.headers["location"]) == (303, "/chat")
    html = browser.get("/chat").text
    assert "The neighbour plays loud music" in html and "Welcome back" in html and code not in html
    assert 'name="question" value="motive"' in html
    body = front.ask("POST", "/chat/api/receipts", json={"code": code}).json()
    assert body["turn"]["messages"] and body["turn"] == body["turns"][-1]
    assert len(body["turns"]) > 5
    back = Chat(front, body["session"], {})
    assert back.until("review")["summary"]
