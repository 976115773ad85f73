"""The outbox: nothing personal leaves, nothing is lost or sent for no reason, alerts come until somebody
acts."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from casework import cases, clocks
from casework.outbox.claims import claim, delivered, pause
from casework.outbox.letters import Letter, NotDelivered
from casework.outbox.overview import NoDeadLetter, dead, resend, revive, status
from casework.outbox.rows import put
from casework.privacy import Keys
from casework.settings import Settings
from casework.store import Store, tables
from tests.domain.conftest import CHRISTMAS_EVE, a_submission, labels, show_case
from tests.domain.posting import Post, deliver_all, deliver_mail, mail_by

NOW = CHRISTMAS_EVE
EMERGENCY = labels("asb", "immediate_danger", urgency="emergency")
SECRETS = {"account": "canary-account", "reporter_name": "canary-name", "contact_value": "canary-contact"}


def make(store: Store, **values: Any) -> str:
    with store.begin() as db:
        return cases.create_case(db, a_submission(**values), NOW).reference


def rounds(store: Store, post: Post, moments: list[datetime]) -> None:
    for moment in moments:
        deliver_mail(store, moment, post)


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
    assert deliver_all(staffed, NOW) == deliver_all(staffed, NOW + timedelta(days=1))
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
    done = deliver_mail(staffed, NOW, post)
    assert (done.sent, done.failed, done.dead) == (0, 1, 0)
    assert deliver_mail(staffed, NOW + timedelta(seconds=1), post).failed == 0, "not before its pause is over"
    rounds(staffed, post, [NOW + timedelta(minutes=2), NOW + timedelta(minutes=10), NOW + timedelta(days=1)])
    assert len(post.letters) == 1
    assert status(staffed, NOW)["delivered"] == 1


def test_the_pauses_grow(staffed: Store) -> None:
    make(staffed)
    pauses, moment = [], NOW
    for _ in range(6):
        deliver_mail(staffed, moment, Post(fails=9))
        with staffed.read() as db:
            next_at = db.scalar(sa.select(tables.outbox.c.next_at))
        pauses.append((next_at - moment).total_seconds())
        moment = next_at
    assert all(later > earlier * 1.2 for earlier, later in zip(pauses, pauses[1:], strict=False)), pauses


def kill_off(store: Store) -> datetime:
    """Let everything fail until it is dead; the moment after."""
    moment = NOW
    for _ in range(store.settings.delivery_attempts + 2):
        deliver_mail(store, moment, Post(fails=99))
        moment += timedelta(hours=2)
    return moment


def test_after_the_last_attempt_a_person_sees_it_and_sends_it_again(any_store: Store) -> None:
    reference = make(any_store)
    moment = kill_off(any_store)
    found = status(any_store, moment)
    assert (found["dead"], found["pending"]) == (1, 0)
    (letter,) = found["dead_letters"]
    assert (letter["reference"], letter["way"], letter["kind"]) == (reference, "mail", "new_case")
    assert (letter["attempts"], letter["error"]) == (any_store.settings.delivery_attempts, "unreachable")
    with any_store.begin() as db:
        assert resend(db, letter["id"][:8], "cli:pat", moment) == letter["id"]
    post = Post()
    deliver_mail(any_store, moment, post)
    assert [sent.key for sent in post.letters] == [letter["id"]], "under the key it always had"
    last = show_case(any_store, reference)["timeline"][-1]
    assert (last["event"], last["by"]) == ("resent", "cli:pat")


def test_all_dead_letters_can_be_put_back_at_once(staffed: Store) -> None:
    make(staffed)
    make(staffed)
    moment = kill_off(staffed)
    with staffed.begin() as db:
        assert revive(db, "cli:pat", moment) == 2
    post = Post()
    assert deliver_mail(staffed, moment, post).sent == 2


def test_dead_letters_have_pages_that_go_on_also_where_one_was_sent_again(any_store: Store) -> None:
    for _ in range(5):
        make(any_store)
    moment = kill_off(any_store)
    with any_store.begin() as db:
        whole = [letter["id"] for letter in dead(db)]
        first = [letter["id"] for letter in dead(db, limit=2)]
        resend(db, first[-1], "cli:pat", moment)
        rest = [letter["id"] for letter in dead(db, limit=3, after=first[-1][:8])]
        assert (len(whole), first + rest) == (5, whole)
        assert dead(db, after=rest[-1]) == []
        with pytest.raises(NoDeadLetter):
            dead(db, after="ffffffff")


@pytest.mark.parametrize("letter_id", ["", "0", "%%%%%%%%", "________", "ffffffffffff"])
def test_only_a_dead_letter_is_sent_again(staffed: Store, letter_id: str) -> None:
    make(staffed)
    kill_off(staffed)
    with staffed.begin() as db, pytest.raises(NoDeadLetter):
        resend(db, letter_id, "cli:pat", NOW)


def test_a_letter_that_waits_is_not_a_dead_one(staffed: Store) -> None:
    make(staffed)
    with staffed.begin() as db:
        waiting = db.scalar(sa.select(tables.outbox.c.id))
        with pytest.raises(NoDeadLetter):
            resend(db, waiting, "cli:pat", NOW)


def test_what_can_never_be_taken_is_dead_at_once_but_an_alert_is_not(staffed: Store) -> None:
    make(staffed, labels=EMERGENCY)
    never = Post(fails=9, error=NotDelivered("recipient_refused", permanent=True))
    done = deliver_mail(staffed, NOW, never)
    assert (done.failed, done.dead) == (2, 1)
    assert status(staffed, NOW)["alerts_open"] == 1


def test_a_pause_is_as_long_as_the_receiver_asks_up_to_an_hour() -> None:
    assert pause(1, retry_after=300) == timedelta(minutes=5)
    assert pause(1, retry_after=10**9) == timedelta(hours=1)
    assert timedelta(seconds=8) <= pause(1) <= timedelta(seconds=12)
    assert timedelta(minutes=48) <= pause(99) <= timedelta(minutes=72)
    assert pause(99, alert=True) <= timedelta(minutes=2.4)


def test_an_alert_is_never_given_up(staffed: Store) -> None:
    make(staffed, labels=EMERGENCY)
    moment = NOW
    for _ in range(40):
        deliver_mail(staffed, moment, Post(fails=99))
        moment += timedelta(minutes=3)
    post = Post()
    deliver_mail(staffed, moment, post)
    assert "alert" in {letter.kind for letter in post.letters}


def test_a_crash_after_sending_sends_again_under_the_same_key(any_store: Store) -> None:
    make(any_store)
    post = Post()

    def dies(letter: Letter) -> None:
        post(letter)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        deliver_mail(any_store, NOW, dies)
    rounds(any_store, post, [NOW + timedelta(seconds=119), NOW + timedelta(seconds=121)])
    assert [letter.key for letter in post.letters] == [post.letters[0].key] * 2


def test_a_message_that_kills_its_worker_ends_among_the_dead_letters(staffed: Store) -> None:
    make(staffed)

    def dies(letter: Letter) -> None:
        raise KeyboardInterrupt

    moment = NOW
    for _ in range(staffed.settings.delivery_attempts):
        with pytest.raises(KeyboardInterrupt):
            deliver_mail(staffed, moment, dies)
        moment += timedelta(seconds=121)
    assert deliver_mail(staffed, moment, dies).dead == 1
    assert status(staffed, moment)["dead_letters"][0]["error"] == "worker_died"


def test_an_error_nobody_foresaw_is_a_failed_attempt_and_delays_nobody(staffed: Store) -> None:
    first, second = make(staffed), make(staffed)
    got = []

    def breaks(letter: Letter) -> None:
        if not got and letter.reference in (first, second):
            got.append(letter)
            raise RuntimeError("canary-words")
        got.append(letter)

    done = deliver_mail(staffed, NOW, breaks)
    assert (done.sent, done.failed) == (1, 1)
    assert "canary" not in json.dumps(status(staffed, NOW))


def test_two_workers_do_not_send_the_same(any_store: Store) -> None:
    for _ in range(10):
        make(any_store)
    post, inner = Post(), Post()

    def also(letter: Letter) -> None:
        deliver_mail(any_store, NOW, inner)
        post(letter)

    deliver_mail(any_store, NOW, also)
    keys = [letter.key for letter in post.letters + inner.letters]
    assert len(keys) == len(set(keys)) == 10


def test_who_lost_the_claim_marks_nothing(any_store: Store) -> None:
    make(any_store)
    way = mail_by(any_store, Post())
    slow = claim(any_store, way, NOW)
    later = NOW + timedelta(seconds=any_store.settings.delivery_lease + 1)
    quick = claim(any_store, way, later)
    assert slow is not None and quick is not None and slow.id == quick.id
    assert slow.letter is not None and quick.letter is not None and slow.letter.key == quick.letter.key
    assert not delivered(any_store, slow, later)
    assert status(any_store, later)["delivered"] == 0
    assert delivered(any_store, quick, later)
    assert claim(any_store, way, later + timedelta(days=1)) is None


def test_each_repeat_of_an_alert_is_a_mail_of_its_own(staffed: Store) -> None:
    make(staffed, labels=EMERGENCY)
    post = Post()
    rounds(staffed, post, [NOW + timedelta(minutes=11 * n) for n in range(3)])
    keys = [letter.key for letter in post.letters if letter.kind == "alert"]
    assert len(keys) == len(set(keys)), "a mailbox hides what has a known id"


def test_alerts_leave_before_all_that_waited_longer(staffed: Store) -> None:
    for _ in range(3):
        make(staffed)
    with staffed.begin() as db:
        cases.create_case(db, a_submission(labels=EMERGENCY), NOW + timedelta(minutes=1))
    post = Post()
    deliver_mail(staffed, NOW + timedelta(minutes=2), post)
    assert post.letters[0].kind == "alert"


def test_a_message_stands_or_falls_with_what_it_tells_of(any_store: Store) -> None:
    with pytest.raises(RuntimeError), any_store.begin() as db:
        cases.create_case(db, a_submission(labels=EMERGENCY), NOW)
        raise RuntimeError
    assert status(any_store, NOW)["by_kind"] == []


def test_the_same_key_is_put_once(staffed: Store) -> None:
    reference = make(staffed)
    with staffed.begin() as db:
        assert put(db, "words_added", reference, NOW, key="m1")
        assert not put(db, "words_added", reference, NOW, key="m1")
        assert put(db, "words_added", reference, NOW, key="m2")


def test_nothing_a_reporter_chose_is_in_a_key_that_leaves(staffed: Store) -> None:
    reference = make(staffed)
    with staffed.begin() as db:
        cases.add_words(db, reference, "more", None, NOW, message_id="canary-message-id")
    post = Post()
    deliver_mail(staffed, NOW, post)
    assert len(post.letters) == 2
    assert all("canary" not in letter.key and reference not in letter.key for letter in post.letters)


def test_the_file_transport_writes_one_file_a_message(make_settings: Callable[..., Settings], keys: Keys) -> None:
    settings = make_settings(outbox_transport="file")
    store = Store(settings, keys)
    store.upgrade()
    make(store)
    assert deliver_all(store, NOW).sent == 1
    (path,) = (settings.home / "outgoing").glob("*.json")
    assert set(json.loads(path.read_text())) == {"to", "subject", "text", "key"}
    store.close()


def test_what_waited_for_the_webhook_before_there_were_several_ways_still_goes_there(
    make_settings: Callable[..., Settings], keys: Keys
) -> None:
    from alembic import command

    from casework.store.migrate import _config

    settings = make_settings(webhook_url="http://127.0.0.1:1/hook", webhook_key="k" * 16)
    store = Store(settings, keys)
    store.upgrade()
    make(store)
    with store.begin() as db:
        config = _config()
        config.attributes["connection"] = db.connection
        command.downgrade(config, "0003")
        db.connection.exec_driver_sql("UPDATE outbox SET idempotency_key = 'case_system:x:completed' "
                                      "WHERE kind = 'case_system'")  # fmt: skip
    store.upgrade()
    with store.read() as db:
        found = db.execute(sa.select(tables.outbox.c.way, tables.outbox.c.kind).order_by(tables.outbox.c.way)).all()
    assert [tuple(row) for row in found] == [("mail", "new_case"), ("webhook", "case_completed")]
    store.close()
