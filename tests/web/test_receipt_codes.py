"""The slow hash of a receipt code keeps no other writer waiting."""

from __future__ import annotations

import pytest

from casework import receipts
from casework.privacy import Keys
from casework.store import Store
from tests.web.conftest import Front
from tests.web.return_by_hand import Browser

pytestmark = pytest.mark.usefixtures("no_waiting")


def may_write(store: Store) -> bool:
    """Whether somebody else could write now."""
    free = store._writer.acquire(blocking=False)
    if free:
        store._writer.release()
    return free


@pytest.mark.parametrize("act", ["pausing", "sending", "replacing"])
def test_a_code_is_hashed_while_others_may_write(
    act: str, front: Front, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, slow, seen = front.services.store, receipts.hash_code, []

    def watched(keys: Keys, digits: str) -> bytes:
        seen.append(may_write(store))
        return slow(keys, digits)

    chat = front.chat()
    chat.until("review")
    if act == "replacing":
        browser.open(chat.turn(choice="send")["receipt"]["code"])
    monkeypatch.setattr(receipts, "hash_code", watched)
    if act == "pausing":
        assert chat.turn(choice="pause")["receipt"]["code"]
    elif act == "sending":
        assert chat.turn(choice="send")["receipt"]["code"]
    else:
        browser.post("/return/code")
    assert seen == [True], "once, and with the writer free"
