"""The way back, in-process on the real record: codes and messages both ways."""

from __future__ import annotations

import re
import time

import pytest

from tests.web.conftest import Front
from tests.web.pages_by_hand import FORBIDDEN, hidden, title
from tests.web.return_by_hand import KNIFE, NAMED, Browser, Sent, send, words
from web.chat import limits, service, sessions
from web.chat.errors import ChatError
from web.chat.service import ChatService

SECONDS = service.CODE_SECONDS


pytestmark = pytest.mark.usefixtures("no_waiting")


# --- the code ---


def test_nothing_says_what_it_is_about_until_the_code_is_given(browser: Browser, sent: Sent) -> None:
    for path in ("/return", "/return/contact", "/return/end", "/return/code"):
        html = browser.get(path).text
        assert 'name="code"' in html and sent.reference not in html
        assert not FORBIDDEN.search(title(html)), path
        assert not FORBIDDEN.search(words(html.split("<main")[1].split("</main>")[0])), path


def test_no_title_or_address_of_an_opened_case_says_what_it_is_about(browser: Browser, sent: Sent) -> None:
    browser.open(sent.code)
    for path in ("/return", "/return/contact", "/return/end", "/return/code"):
        reply = browser.get(path)
        html = reply.text
        assert reply.status_code == 200 and not FORBIDDEN.search(title(html)) and 'name="code"' not in html, path
        assert sent.reference not in title(html)


def test_a_session_of_the_chat_itself_opens_no_case(front: Front) -> None:
    chat = front.chat()
    chat.until("review")
    chat.turn(choice="send")
    browser = Browser(front, {"messages": chat.session})
    assert 'name="code"' in browser.get("/return").text
    assert browser.post("/return/write", id="x", do="message", text="Hello").status_code == 401


@pytest.mark.parametrize("code", ["1234 5678 9012 3456", "12345678901234567", "", "help"])
def test_a_wrong_code_is_said_in_place(browser: Browser, code: str) -> None:
    reply = browser.post("/return", code=code)
    assert reply.status_code in (400, 404) and 'id="fault"' in reply.text and f'value="{code}"' in reply.text


def test_danger_typed_where_the_code_belongs_brings_the_card(browser: Browser) -> None:
    reply = browser.post("/return", code=KNIFE)
    assert reply.status_code == 400 and 'id="card"' in reply.text and 'href="tel:999"' in reply.text


def test_guesses_are_slowed_down_kindly_and_tell_nothing(limited: Front) -> None:
    browser = Browser(limited)
    replies = [browser.post("/return", code=f"{number:016}") for number in range(22)]
    assert [reply.status_code for reply in replies[:2]] == [404, 404]
    last = replies[-1]
    assert last.status_code == 429 and 1 <= int(last.headers["retry-after"]) <= 900
    assert re.search(r"wait (a minute|\d+ minutes)", words(last.text))
    said = {words(re.sub(r'value="\d+"', "", reply.text)) for reply in replies[:20]}
    assert len(said) == 1


def test_a_stranger_who_guesses_keeps_nobody_from_their_report(
    front: Front, sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in limits.LIMITS if name.startswith("wrong receipts")]:
        monkeypatch.setitem(limits.LIMITS, name, "2/hour")
    door = ChatService(front.services, front.assistant)
    door._limits = limits.Limits(on=True)

    def comes(code: str, address: str) -> int:
        try:
            front.runner.run(door.receipt(code, address))
        except ChatError as refused:
            return refused.status
        return 200

    guesser = [comes("1234 5678 9012 3456", "192.0.2.1") for _ in range(3)]
    assert guesser == [404, 404, 429] and comes(sent.code, "192.0.2.1") == 429
    assert comes("1234 5678 9012 3456", "192.0.2.2") == 404
    assert comes(sent.code, "192.0.2.3") == 200


def test_a_right_code_and_a_wrong_one_take_the_same_time(
    front: Front, sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Long enough to show on a busy machine, too.
    assert SECONDS > 0.1
    monkeypatch.setattr(service, "CODE_SECONDS", 1.0)

    def seconds(code: str) -> float:
        began = time.perf_counter()
        front.ask("POST", "/chat/api/receipts", json={"code": code})
        return time.perf_counter() - began

    right, wrong = [], []
    # The shortest of each counts: a pause of the machine makes some longer, never one shorter.
    for _ in range(8):
        right.append(seconds(sent.code))
        wrong.append(seconds("1234 5678 9012 3456"))
        if abs(min(right) - min(wrong)) < 0.2:
            break
    assert min(*right, *wrong) >= 0.98
    assert abs(min(right) - min(wrong)) < 0.2


def test_other_sites_can_do_nothing_here(browser: Browser, sent: Sent) -> None:
    browser.open(sent.code)
    for path in ("/return", "/return/write", "/return/contact", "/return/end", "/return/code"):
        headers = {**browser._headers(), "sec-fetch-site": "cross-site"}
        data = {"id": "x", "do": "anonymous", "text": "x", "code": sent.code}
        assert sent.front.ask("POST", path, headers=headers, data=data).status_code == 403, path
    assert sent.case()["messages"] == []


# --- messages ---


@pytest.mark.parametrize("who", ["anonymous", "named"])
def test_messages_go_both_ways(front: Front, browser: Browser, who: str) -> None:
    sent = send(front, **(NAMED if who == "named" else {}))
    assert "There are no messages" in browser.open(sent.code)
    sent.answer("Would <Tuesday> suit you?")
    html = browser.get("/return").text
    assert "New." in html and "Would &lt;Tuesday&gt; suit you?" in html
    assert "New." not in browser.get("/return").text
    reply = browser.send("/return/write", do="message", text="Yes.\r\nAt ten.")
    assert (reply.status_code, reply.headers["location"]) == (303, "/return?done=sent#done")
    html = browser.get("/return?done=sent").text
    assert "Yes.\nAt ten." in html and "Your advisor will see this" in html
    assert [(m["author"], m["kind"], m["text"], m["new"]) for m in sent.case()["messages"]] == [
        ("advisor", "message", "Would <Tuesday> suit you?", False), ("reporter", "message", "Yes.\nAt ten.", True),
    ]  # fmt: skip
    assert "message_received" in sent.told()
    if who == "named":
        assert "Canary" not in html and "canary" not in html


def test_an_addition_is_labelled_and_raises(browser: Browser, sent: Sent) -> None:
    browser.open(sent.code)
    before = sent.case()
    browser.send("/return/write", do="addition", text="He also called me a dirty foreigner.")
    assert "You added to what you told us" in browser.get("/return").text
    after = sent.case()
    assert (before["category"], after["category"]) == ("asb", "hate") and after["messages"][0]["kind"] == "addition"


def test_the_same_form_twice_counts_once_and_other_words_are_kept(browser: Browser, sent: Sent) -> None:
    form = hidden(browser.open(sent.code), "id")
    for text in ("Hello", "Hello", "Hello again", "Hello"):
        assert browser.post("/return/write", id=form, do="message", text=text).status_code == 303
    assert [message["text"] for message in sent.case()["messages"]] == ["Hello", "Hello again"]


@pytest.mark.parametrize("length", [0, 5_000])
def test_danger_brings_the_card_and_raises_the_case(browser: Browser, sent: Sent, length: int) -> None:
    browser.open(sent.code)
    reply = browser.send("/return/write", do="message", text=KNIFE + " and" * (length // 4))
    assert reply.status_code == 200 and reply.text.count('id="card"') == 1 and 'href="tel:999"' in reply.text
    case = sent.case()
    assert case["priority"] == "emergency" and case["messages"][0]["text"].startswith(KNIFE)
    assert "alert" in sent.told()


@pytest.mark.parametrize(("text", "status"), [("  ", 400), ("word " * 900, 413)])
def test_what_cannot_be_sent_is_given_back(browser: Browser, sent: Sent, text: str, status: int) -> None:
    browser.open(sent.code)
    reply = browser.send("/return/write", do="message", text=text)
    assert reply.status_code == status and 'id="fault"' in reply.text and title(reply.text).startswith("Error: ")
    assert text.strip() in reply.text and sent.case()["messages"] == []


def test_after_half_an_hour_nothing_is_shown_and_words_that_are_sent_are_taken(
    browser: Browser, sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = hidden(browser.open(sent.code), "id")
    began = sessions._now()
    monkeypatch.setattr(sessions, "_now", lambda: began + 50 * 60)
    assert 'name="code"' in browser.get("/return").text
    assert browser.post("/return/write", id=form, do="message", text="A long message").status_code == 303
    assert "A long message" in browser.get("/return").text


def test_words_are_given_back_when_the_session_is_over(browser: Browser, sent: Sent) -> None:
    browser.open(sent.code)
    form = hidden(browser.get("/return").text, "id")
    Browser(sent.front).open(sent.code)
    reply = browser.post("/return/write", id=form, do="message", text="All of <this>")
    assert reply.status_code == 401 and "All of &lt;this&gt;" in reply.text


def test_with_the_database_down_words_are_given_back_and_danger_is_kept(browser: Browser, sent: Sent) -> None:
    form = hidden(browser.open(sent.code), "id")
    sent.front.break_database()
    reply = browser.post("/return/write", id=form, do="message", text="All of <this>")
    assert reply.status_code == 503 and "All of &lt;this&gt;" in reply.text and 'href="tel:999"' in reply.text
    reply = browser.post("/return/write", id=form, do="message", text=KNIFE)
    assert reply.status_code == 503 and 'id="card"' in reply.text and "Your words are kept" in reply.text
    sent.front.mend_database()
    from casework.intake.spool import take_in_spool

    assert take_in_spool(sent.front.services.store) == 1
    assert sent.case()["messages"][0]["text"] == KNIFE
    assert browser.post("/return/write", id=form, do="message", text=KNIFE).status_code == 200
    assert len(sent.case()["messages"]) == 1


def test_nothing_wrong_in_a_form_is_a_fault(browser: Browser, sent: Sent) -> None:
    browser.open(sent.code)
    for path in ("/return/write", "/return/contact", "/return/end", "/return/code"):
        for data in (
            {},
            {"id": "\0", "do": "\0", "text": "\0a", "method": "\0", "safe": "x", "value": "\0"},
            {"text": "\ud83d"[:0]},
        ):
            assert browser.post(path, **data).status_code < 500, (path, data)
