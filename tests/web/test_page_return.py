"""The way back, in-process on the real record: codes, messages both ways, contact, withdrawing, a new code."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from html import unescape
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from casework import cases
from casework.clocks import now
from casework.store.tables import outbox
from tests.web.conftest import Chat, Front
from tests.web.pages_by_hand import FORBIDDEN, hidden, title
from web.chat import service, sessions

OURS = {"sec-fetch-site": "same-origin", "accept": "text/html"}
KNIFE = "He is at my door with a knife now and says he will kill me"
SECONDS = service.CODE_SECONDS


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the test of the time a code takes waits for it."""
    monkeypatch.setattr(service, "CODE_SECONDS", 0.0)


@dataclass
class Browser:
    """A browser without script on the real pages."""

    front: Front
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str) -> httpx.Response:
        return self._kept(self.front.ask("GET", path, headers=self._headers()))

    def post(self, path: str, **data: Any) -> httpx.Response:
        return self._kept(self.front.ask("POST", path, data=data, headers=self._headers()))

    def open(self, code: str) -> str:
        reply = self.post("/return", code=code)
        assert (reply.status_code, reply.headers["location"]) == (303, "/return"), reply.text
        return self.get("/return").text

    def send(self, page: str, **data: Any) -> httpx.Response:
        """Fill in the form of one of the pages behind the code."""
        form = self.get(page if page != "/return/write" else "/return").text
        return self.post(page, id=hidden(form, "id"), **data)

    def _headers(self) -> dict[str, str]:
        return {**OURS, "cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}

    def _kept(self, reply: httpx.Response) -> httpx.Response:
        self.front.client.cookies.clear()
        for given in reply.headers.get_list("set-cookie"):
            name, _, rest = given.partition("=")
            self.cookies[name] = rest.partition(";")[0].strip('"')
        return reply


@dataclass
class Sent:
    """A sent report: its code, and what the advisor's side sees of it."""

    front: Front
    reference: str
    code: str

    def case(self, **more: Any) -> dict[str, Any]:
        with self.front.services.store.begin() as db:
            return cases.as_json(db, self.reference, by="test", **more)

    def answer(self, text: str) -> None:
        with self.front.services.store.begin() as db:
            cases.add_message(db, self.reference, text, "cli:test", now(self.front.services.settings))

    def told(self) -> list[str]:
        with self.front.services.store.read() as db:
            return list(db.execute(sa.select(outbox.c.kind)).scalars())


def send(front: Front, **answers: dict[str, Any]) -> Sent:
    chat = front.chat()
    for name, body in answers.items():
        chat.until(name)
        chat.turn(**body)
    chat.until("review")
    receipt = chat.turn(id="send", choice="send")["receipt"]
    return Sent(front, receipt["reference"], receipt["code"])


NAMED: dict[str, dict[str, Any]] = {
    "identity": {"choice": "named"}, "reporter_name": {"text": "Canary Name"}, "contact_method": {"choice": "email"},
    "contact_value": {"text": "canary@example.org"}, "contact_safety": {"choices": ["email_ok"], "note": "canary-note"},
}  # fmt: skip


@pytest.fixture
def sent(front: Front) -> Sent:
    return send(front)


@pytest.fixture
def browser(front: Front) -> Browser:
    return Browser(front)


def words(html: str) -> str:
    """What a page says, without its tags."""
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)))


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

    right, wrong = ([seconds(code) for _ in range(2)] for code in (sent.code, "1234 5678 9012 3456"))
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
    before = dict(browser.cookies)
    found = re.search(r"\d{4} \d{4} \d{4} \d{4}", browser.post("/return/code").text)
    assert found and found[0] != sent.code
    assert sent.reference in browser.get("/return").text
    assert 'name="code"' in Browser(sent.front, before).get("/return").text
    assert Browser(sent.front).post("/return", code=sent.code).status_code == 404
    assert sent.code not in browser.get("/chat").text
    assert sent.reference in Browser(sent.front).open(found[0])
    assert "code_replaced" in sent.told()


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
