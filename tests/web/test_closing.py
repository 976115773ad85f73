"""Closing the page ends its session on the server at once; only what a code still opens is kept."""

from __future__ import annotations

import httpx
import pytest
import sqlalchemy as sa

from casework.store.tables import draft
from tests.web.conftest import Chat, Front
from tests.web.return_by_hand import OURS, Browser, Sent

pytestmark = pytest.mark.usefixtures("no_waiting")


def close(front: Front, session: str, **headers: str) -> httpx.Response:
    """What the page's script sends."""
    front.client.cookies.clear()
    return front.ask("POST", "/close", headers={**OURS, "cookie": f"messages={session}", **headers})


def drafts(front: Front) -> int:
    with front.services.store.read() as db:
        return int(db.scalar(sa.select(sa.func.count()).select_from(draft)))


def is_over(chat: Chat) -> bool:
    return chat.transcript().status_code == 401


def test_a_report_that_no_code_opens_goes_at_once(front: Front) -> None:
    chat = front.chat()
    chat.until("account_more")
    assert close(front, chat.session).status_code == 204
    assert is_over(chat) and drafts(front) == 0


def test_a_paused_report_is_kept_for_its_code_alone(front: Front) -> None:
    chat = front.chat()
    chat.until("account_more")
    code = chat.turn(choice="pause")["receipt"]["code"]
    close(front, chat.session)
    assert is_over(chat) and drafts(front) == 1
    opened = front.ask("POST", "/chat/api/receipts", json={"code": code}).json()
    assert opened["case"] is None and opened["turn"]["question"]["name"] == "account_more"
    # Opened again, it is somebody's session again, and its code still opens it after closing.
    close(front, opened["session"])
    assert front.ask("POST", "/chat/api/receipts", json={"code": code}).status_code == 200


def test_closing_does_not_keep_a_paused_report_longer(front: Front) -> None:
    chat = front.chat()
    chat.until("account_more")
    chat.turn(choice="pause")
    with front.services.store.read() as db:
        before = db.scalar(sa.select(draft.c.expires_at))
    close(front, chat.session)
    with front.services.store.read() as db:
        assert db.scalar(sa.select(draft.c.expires_at)) == before


def test_after_sending_the_session_ends_and_the_case_stands(front: Front) -> None:
    chat = front.chat()
    chat.until("review")
    receipt = chat.turn(choice="send")["receipt"]
    close(front, chat.session)
    assert is_over(chat) and drafts(front) == 0
    opened = front.ask("POST", "/chat/api/receipts", json={"code": receipt["code"]}).json()
    assert opened["case"]["reference"] == receipt["reference"]


def test_a_case_that_was_opened_with_its_code_is_shut_again(sent: Sent, browser: Browser) -> None:
    browser.open(sent.code)
    cookies = dict(browser.cookies)
    assert browser.get("/close").status_code == 303
    browser.cookies = cookies
    assert sent.reference not in browser.get("/return").text
    assert sent.reference in browser.open(sent.code)


def test_a_report_of_danger_keeps_its_stub(front: Front) -> None:
    chat = front.chat()
    chat.turn(choice="yes")
    close(front, chat.session)
    assert is_over(chat) and drafts(front) == 0
    with front.services.store.read() as db:
        assert db.scalar(sa.text("select count(*) from case_record")) == 1


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "cross-site"}, {"sec-purpose": "prefetch"}])
def test_other_sites_and_guesses_of_the_browser_close_nothing(front: Front, headers: dict[str, str]) -> None:
    chat = front.chat()
    assert close(front, chat.session, **headers).status_code in (204, 303)
    assert not is_over(chat)


def test_closing_works_while_the_database_is_away(front: Front) -> None:
    chat = front.chat()
    front.break_database()
    answer = close(front, chat.session)
    assert answer.status_code == 204 and 'messages=""' in answer.headers["set-cookie"]
