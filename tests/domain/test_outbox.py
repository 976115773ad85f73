"""The outbox: nothing personal leaves, nothing is lost or sent for no reason, alerts come until somebody
acts."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from casework import cases, clocks
from casework.outbox.delivery import deliver, revive, status
from casework.outbox.letters import Letter
from casework.outbox.transports import NotDelivered, mail_transport, system_transport
from casework.privacy import Keys
from casework.settings import Settings
from casework.store import Store, tables
from tests.domain.conftest import CHRISTMAS_EVE, a_submission, labels

NOW = CHRISTMAS_EVE
EMERGENCY = labels("asb", "immediate_danger", urgency="emergency")
SECRETS = {"account": "canary-account", "reporter_name": "canary-name", "contact_value": "canary-contact"}


class Post:
    """A transport that keeps letters, and fails as long as it is told to."""

    def __init__(self, fails: int = 0) -> None:
        self.letters: list[Letter] = []
        self.fails = fails

    def __call__(self, letter: Letter) -> None:
        if self.fails:
            self.fails -= 1
            raise NotDelivered("mail_server")
        self.letters.append(letter)


def make(store: Store, **values: Any) -> str:
    with store.begin() as db:
        return cases.create_case(db, a_submission(**values), NOW).reference


def rounds(store: Store, post: Post, moments: list[datetime]) -> None:
    for moment in moments:
        deliver(store, moment, mail=post)


def test_a_case_tells_its_advisor_once(any_store: Store) -> None:
    reference = make(any_store, identity="named", answers=SECRETS, labels=labels("hate"))
    post = Post()
    rounds(any_store, post, [NOW, NOW + timedelta(hours=1), NOW + timedelta(days=1)])
    (letter,) = post.letters
    assert letter.kind == "new_case" and letter.to.endswith("@demo.invalid")
    assert reference in letter.text and f"/desk/cases/{reference}" in letter.text
    assert "canary" not in json.dumps([letter.subject, letter.text, letter.key])
    assert "hate" not in (letter.subject + letter.text).lower()


def test_without_a_transport_everything_waits(staffed: Store) -> None:
    make(staffed, labels=EMERGENCY)
    assert deliver(staffed, NOW) == deliver(staffed, NOW + timedelta(days=1))
    found = status(staffed, NOW + timedelta(hours=1))
    assert (found["configured"], found["pending"], found["delivered"]) == (False, 3, 0)
    assert (found["alerts_open"], found["oldest_pending_seconds"]) == (1, 3600)


def test_an_alert_comes_again_until_somebody_acknowledges(any_store: Store) -> None:
    reference = make(any_store, labels=EMERGENCY)
    post = Post()
    rounds(any_store, post, [NOW + timedelta(minutes=11 * n) for n in range(4)])
    alerts = [letter for letter in post.letters if letter.kind == "alert"]
    owner = alerts[0].to
    assert [letter.to for letter in alerts].count(owner) == 4
    assert len({letter.to for letter in alerts}) == 2, "from the first repeat on the duty manager too"
    with any_store.begin() as db:
        clocks.meet_clock(db, reference, "acknowledge", "a@example.org", NOW)
        case = cases.as_json(db, reference, by="test")
    rounds(any_store, post, [NOW + timedelta(hours=n) for n in (2, 3)])
    assert len([letter for letter in post.letters if letter.kind == "alert"]) == len(alerts)
    assert case["clocks"][0]["met_by"] == "a@example.org"


def test_a_failure_backs_off_and_then_arrives_under_the_same_key(staffed: Store) -> None:
    make(staffed)
    post = Post(fails=2)
    done = deliver(staffed, NOW, mail=post)
    assert (done.sent, done.failed, done.dead) == (0, 1, 0)
    assert deliver(staffed, NOW + timedelta(seconds=1), mail=post).failed == 0, "not before its pause is over"
    rounds(staffed, post, [NOW + timedelta(minutes=2), NOW + timedelta(minutes=10), NOW + timedelta(days=1)])
    assert len(post.letters) == 1
    assert status(staffed, NOW)["delivered"] == 1


def test_the_pauses_grow(staffed: Store) -> None:
    make(staffed)
    pauses, moment = [], NOW
    for _ in range(6):
        deliver(staffed, moment, mail=Post(fails=9))
        with staffed.read() as db:
            next_at = db.scalar(sa.select(tables.outbox.c.next_at))
        pauses.append((next_at - moment).total_seconds())
        moment = next_at
    assert all(later > earlier * 1.2 for earlier, later in zip(pauses, pauses[1:], strict=False)), pauses


def test_after_the_last_attempt_a_person_sees_it(staffed: Store) -> None:
    reference = make(staffed)
    moment = NOW
    for _ in range(12):
        deliver(staffed, moment, mail=Post(fails=9))
        moment += timedelta(hours=2)
    found = status(staffed, moment)
    assert (found["dead"], found["pending"]) == (1, 0)
    assert found["dead_letters"] == [
        {"reference": reference, "kind": "new_case", "attempts": 10, "error": "mail_server"}
    ]
    assert revive(staffed, moment) == 1
    post = Post()
    deliver(staffed, moment, mail=post)
    assert len(post.letters) == 1


def test_an_alert_is_never_given_up(staffed: Store) -> None:
    make(staffed, labels=EMERGENCY)
    moment = NOW
    for _ in range(40):
        deliver(staffed, moment, mail=Post(fails=99))
        moment += timedelta(minutes=3)
    post = Post()
    deliver(staffed, moment, mail=post)
    assert "alert" in {letter.kind for letter in post.letters}


def test_a_crash_after_sending_sends_again_under_the_same_key(staffed: Store) -> None:
    make(staffed)
    post = Post()

    def dies(letter: Letter) -> None:
        post(letter)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        deliver(staffed, NOW, mail=dies)
    rounds(staffed, post, [NOW + timedelta(seconds=30), NOW + timedelta(minutes=2)])
    assert [letter.key for letter in post.letters] == [post.letters[0].key] * 2


def test_two_workers_do_not_send_the_same(postgres_store: Store) -> None:
    for _ in range(10):
        make(postgres_store)
    post, inner = Post(), Post()

    def also(letter: Letter) -> None:
        deliver(postgres_store, NOW, mail=inner)
        post(letter)

    deliver(postgres_store, NOW, mail=also)
    keys = [letter.key for letter in post.letters + inner.letters]
    assert len(keys) == len(set(keys)) == 10


def test_the_file_transport_writes_one_file_a_message(make_settings: Callable[..., Settings], keys: Keys) -> None:
    settings = make_settings(outbox_transport="file")
    store = Store(settings, keys)
    store.upgrade()
    make(store)
    assert deliver(store, NOW).sent == 1
    (path,) = (settings.home / "outgoing").glob("*.json")
    assert set(json.loads(path.read_text())) == {"to", "subject", "text", "key"}
    store.close()


def test_which_transports_are_configured(make_settings: Callable[..., Settings]) -> None:
    assert mail_transport(make_settings()) is None and system_transport(make_settings()) is None
    assert mail_transport(make_settings(outbox_transport="smtp")) is None, "no server, no way out"
    assert mail_transport(make_settings(outbox_transport="smtp", smtp_url="smtp://127.0.0.1:1")) is not None


def test_a_mail_server_that_is_away_is_a_failed_attempt(make_settings: Callable[..., Settings]) -> None:
    send = mail_transport(make_settings(outbox_transport="smtp", smtp_url="smtp://127.0.0.1:1", mail_from="a@b.org"))
    assert send is not None
    with pytest.raises(NotDelivered) as error:
        send(Letter("k", "new_case", "LR-2222-2222", "jo@example.org", "s", "t"))
    assert error.value.code == "mail_server"
    with pytest.raises(NotDelivered, match="no_address"):
        send(Letter("k", "new_case", "LR-2222-2222", "jo@demo.invalid", "s", "t"))


def test_the_case_system_hears_of_each_case_once(make_settings: Callable[..., Settings], keys: Keys) -> None:
    settings = make_settings(webhook_url="http://127.0.0.1:1/hook")
    store = Store(settings, keys)
    store.upgrade()
    key = secrets.token_hex(16)
    with store.begin() as db:
        cases.raise_stub(db, key, NOW, flags=("weapon",), words="help")
        cases.create_case(db, a_submission(submission_id=key), NOW)
    post = Post()
    deliver(store, NOW, system=post)
    assert [letter.key.split(":")[-1] for letter in post.letters] == ["created", "completed"]
    assert {letter.to for letter in post.letters} == {""}
    store.close()
