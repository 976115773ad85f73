"""The webhook against a real server: down, slow, refusing, redirecting, not who it says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from casework import cases
from casework.outbox.overview import status
from casework.outbox.signing import signed
from casework.store import Store
from tests.delivery.conftest import HOOK_KEY, hooked, last_error
from tests.delivery.receivers import Authority, Receiver, check_signature, free_port, receiving
from tests.domain.conftest import CHRISTMAS_EVE, NAMED, labels, make_case
from tests.domain.posting import deliver_all

NOW = CHRISTMAS_EVE


def test_a_signature_is_what_the_specification_says() -> None:
    # The example of standardwebhooks.com.
    found = signed(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        b'{"test": 2432232314}',
        at=1614265330,
    )
    assert found["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_webhook_hears_of_a_case_signed_and_without_contents(
    receiver: Receiver, open_store: Callable[..., Store]
) -> None:
    store = open_store(**hooked(receiver))
    reference = make_case(store, identity="named", answers=NAMED, labels=labels("hate", "weapon")).reference
    assert deliver_all(store, NOW).sent == 1
    (asked,) = receiver.asked
    check_signature(asked, b"k" * 24)
    assert set(asked.json) == {"id", "event", "at", "reference", "link"}
    assert (asked.json["event"], asked.json["reference"]) == ("new_case", reference)
    # Without the signature: four letters stand in random ones now and then.
    said = receiver.everything().replace(asked.headers["webhook-signature"], "")
    assert "canary" not in said and "hate" not in said
    assert status(store, NOW)["delivered"] == 1


def test_an_emergency_and_later_words_are_told_once_each(receiver: Receiver, open_store: Callable[..., Store]) -> None:
    store = open_store(**hooked(receiver))
    emergency = labels("asb", "immediate_danger", urgency="emergency")
    reference = make_case(store, labels=emergency).reference
    with store.begin() as db:
        for _ in range(2):
            cases.add_words(db, reference, "canary-more", None, NOW + timedelta(minutes=1), message_id="m9")
    deliver_all(store, NOW + timedelta(minutes=2))
    deliver_all(store, NOW + timedelta(hours=2))
    assert sorted(asked.json["event"] for asked in receiver.asked) == ["emergency", "new_case", "words_added"]
    assert "canary" not in receiver.everything()


@pytest.mark.parametrize(
    ("behave", "code", "dead"),
    [
        (500, "http_500", 0),
        (503, "http_503", 0),
        (429, "http_429", 0),
        (401, "http_401", 0),
        (404, "http_404", 0),
        (409, "http_409", 0),
        (400, "http_400", 1),
        (422, "http_422", 1),
        (410, "http_410", 1),
        (302, "redirected", 0),
        (307, "redirected", 0),
        ("slow", "too_slow", 0),
        ("drip", "too_slow", 0),
        ("cut", "unreachable", 0),
    ],
)
def test_a_receiver_that_fails_gets_it_again_under_the_same_key(
    receiver: Receiver, open_store: Callable[..., Store], behave: int | str, code: str, dead: int
) -> None:
    with receiving() as elsewhere:
        receiver.behave = behave
        receiver.headers = {"Location": f"{elsewhere.url}/stolen"} if isinstance(behave, int) else {}
        # Only who says nothing is waited for to the end: an answer that comes is never too slow, however slow we are.
        store = open_store(**hooked(receiver, delivery_timeout=2.0 if code == "too_slow" else 10.0))
        make_case(store)
        done = deliver_all(store, NOW)
        assert (done.sent, done.failed, done.dead) == (0, 1, dead)
        assert last_error(store) == code
        assert not elsewhere.asked, "a redirect is not followed"
        receiver.behave, receiver.headers = 204, {}
        assert deliver_all(store, NOW + timedelta(minutes=1)).sent == (0 if dead else 1)
        assert len(set(receiver.keys)) == 1
        assert len({asked.body for asked in receiver.asked}) == 1


def test_a_receiver_that_asks_for_time_gets_it(receiver: Receiver, open_store: Callable[..., Store]) -> None:
    receiver.answers, receiver.headers = [503], {"Retry-After": "300"}
    store = open_store(**hooked(receiver))
    make_case(store)
    deliver_all(store, NOW)
    assert deliver_all(store, NOW + timedelta(seconds=299)).sent == 0
    assert deliver_all(store, NOW + timedelta(seconds=301)).sent == 1


def test_a_receiver_that_was_down_gets_everything_when_it_is_up(open_store: Callable[..., Store]) -> None:
    port = free_port()
    store = open_store(webhook_url=f"http://127.0.0.1:{port}/hook", webhook_key=HOOK_KEY)
    references = {make_case(store).reference for _ in range(5)}
    assert deliver_all(store, NOW).failed == 5
    assert status(store, NOW)["failing"] == 5
    with receiving(port) as receiver:
        assert deliver_all(store, NOW + timedelta(minutes=1)).sent == 5
        assert {asked.json["reference"] for asked in receiver.asked} == references
        assert len(receiver.asked) == 5


@pytest.mark.parametrize("trusted", [True, False])
def test_a_certificate_is_checked(authority: Authority, open_store: Callable[..., Store], trusted: bool) -> None:
    with receiving(certificate=authority.leaf) as receiver:
        store = open_store(**hooked(receiver, delivery_ca_file=authority.file if trusted else None))
        make_case(store)
        assert deliver_all(store, NOW).sent == int(trusted)
        assert last_error(store) == (None if trusted else "wrong_certificate")
        assert len(receiver.asked) == int(trusted), "nothing is said to somebody who is not known"


def test_a_certificate_of_another_machine_is_refused(authority: Authority, open_store: Callable[..., Store]) -> None:
    with receiving(certificate=authority.elsewhere) as receiver:
        store = open_store(**hooked(receiver, delivery_ca_file=authority.file))
        make_case(store)
        assert deliver_all(store, NOW).failed == 1
        assert last_error(store) == "wrong_certificate" and not receiver.asked


def test_a_receiver_without_encryption_at_an_https_address_is_refused(
    receiver: Receiver, open_store: Callable[..., Store]
) -> None:
    receiver.scheme = "https"
    store = open_store(**hooked(receiver))
    make_case(store)
    assert deliver_all(store, NOW).failed == 1
    assert last_error(store) == "no_tls"
