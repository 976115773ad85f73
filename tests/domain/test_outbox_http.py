"""The webhook and the case system against a real server: down, slow, refusing, redirecting, not who it says."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from casework import cases
from casework.advisors.demo import add_demo_advisors
from casework.outbox.overview import status
from casework.outbox.signing import signed
from casework.privacy import Keys
from casework.privacy.access import accesses
from casework.settings import Settings
from casework.store import Store
from tests.domain.conftest import CHRISTMAS_EVE, NAMED, a_submission, labels, make_case, raise_stub
from tests.domain.posting import deliver_all
from tests.domain.receivers import Authority, Receiver, free_port, make_authority, receiving

NOW = CHRISTMAS_EVE
HOOK_KEY = "whsec_" + base64.b64encode(b"k" * 24).decode()
CONNECTOR_KEY = "a connector's key"
MAP = """
fields:
  externalReference: reference
  event: event
  opened.at: created_at
  case.type: {from: category, values: {hate: HATE, asb: ASB, not_asb: NONE, other: OTHER}}
  case.priority: priority
  case.flags: {from: risk_flags}
  link: link
fixed:
  source: reporting-assistant
  case.open: true
headers:
  Accept-Version: "2"
events:
  new_case: {path: /cases}
  case_completed: {method: PATCH, path: "/cases/{reference}"}
  words_added: {path: "/cases/{reference}/notes"}
"""


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


@pytest.fixture
def open_store(make_settings: Callable[..., Settings], keys: Keys) -> Iterator[Callable[..., Store]]:
    """A store with these settings and the demo advisors."""
    made: list[Store] = []

    def open_with(**values: Any) -> Store:
        store = Store(make_settings(**{"delivery_timeout": 1.0, "delivery_lease": 4.0, **values}), keys)
        store.upgrade()
        with store.begin() as db:
            add_demo_advisors(db)
        made.append(store)
        return store

    yield open_with
    for store in made:
        store.close()


def hooked(receiver: Receiver, **more: Any) -> dict[str, Any]:
    return {"webhook_url": f"{receiver.url}/hook", "webhook_key": HOOK_KEY, **more}


def connected(receiver: Receiver, folder: Path, text: str = MAP, **more: Any) -> dict[str, Any]:
    path = folder / "map.yml"
    path.write_text(text)
    chosen = {"connector_url": f"{receiver.url}/api", "connector_map": path, "connector_key": CONNECTOR_KEY}
    return {**chosen, **more}


def last_error(store: Store) -> str | None:
    from sqlalchemy import select

    from casework.store.tables import outbox

    with store.read() as db:
        found: str | None = db.scalar(select(outbox.c.last_error).where(outbox.c.way != "mail"))
        return found


# --- signing ---


def test_a_signature_is_what_the_specification_says() -> None:
    # The example of standardwebhooks.com.
    found = signed(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        b'{"test": 2432232314}',
        at=1614265330,
    )
    assert found["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def check_signature(asked: Any, key: bytes) -> None:
    identity, moment = asked.headers["webhook-id"], asked.headers["webhook-timestamp"]
    mac = hmac.new(key, f"{identity}.{moment}.".encode() + asked.body, hashlib.sha256).digest()
    assert asked.headers["webhook-signature"] == f"v1,{base64.b64encode(mac).decode()}"
    assert abs(time.time() - int(moment)) < 60
    assert identity == asked.headers["idempotency-key"]


# --- the webhook ---


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
    assert "canary" not in receiver.everything() and "hate" not in receiver.everything()
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
        store = open_store(**hooked(receiver))
        make_case(store)
        began = time.monotonic()
        done = deliver_all(store, NOW)
        assert time.monotonic() - began < 3, "an attempt has a deadline"
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


# --- the case system ---


def test_the_case_system_gets_the_fields_of_its_map(
    receiver: Receiver, open_store: Callable[..., Store], tmp_path: Path
) -> None:
    store = open_store(**connected(receiver, tmp_path))
    found = labels("asb", "weapon", urgency="urgent")
    reference = make_case(store, identity="named", answers=NAMED, labels=found).reference
    assert deliver_all(store, NOW).sent == 1
    (asked,) = receiver.asked
    check_signature(asked, CONNECTOR_KEY.encode())
    assert (asked.method, asked.path, asked.headers["accept-version"]) == ("POST", "/api/cases", "2")
    assert asked.json == {
        "externalReference": reference, "event": "new_case", "opened": {"at": NOW.isoformat()},
        "case": {"type": "ASB", "priority": "urgent", "flags": ["weapon"], "open": True},
        "link": f"{store.settings.address}/desk/cases/{reference}", "source": "reporting-assistant",
    }  # fmt: skip
    assert "canary" not in receiver.everything()
    with store.read() as db:
        assert accesses(db, reference) == [], "no words were read"


def test_a_stub_and_its_report_arrive_in_order_also_when_the_first_fails(
    receiver: Receiver, open_store: Callable[..., Store], tmp_path: Path
) -> None:
    store = open_store(**connected(receiver, tmp_path))
    key = "a" * 32
    raise_stub(store, key)
    with store.begin() as db:
        cases.create_case(db, a_submission(submission_id=key), NOW)
    receiver.answers = [503]
    assert deliver_all(store, NOW).failed == 1
    assert len(receiver.asked) == 1, "what happened to a case waits until the case is known"
    deliver_all(store, NOW + timedelta(minutes=1))
    reference = receiver.asked[-1].path.rpartition("/")[2]
    assert [(asked.method, asked.path) for asked in receiver.asked] == [
        ("POST", "/api/cases"), ("POST", "/api/cases"), ("PATCH", f"/api/cases/{reference}"),
    ]  # fmt: skip
    assert status(store, NOW)["done"] == 1, "an emergency is no event of this map"


def test_the_contents_stay_the_same_over_retries(
    receiver: Receiver, open_store: Callable[..., Store], tmp_path: Path
) -> None:
    store = open_store(**connected(receiver, tmp_path))
    reference = make_case(store).reference
    receiver.answers = ["cut"]
    deliver_all(store, NOW)
    with store.begin() as db:
        cases.add_words(db, reference, "more", labels("asb", "weapon", urgency="urgent"), NOW, message_id="m2")
    deliver_all(store, NOW + timedelta(minutes=1))
    first, again, note = receiver.asked
    assert first.body == again.body and first.json["case"]["flags"] == []
    assert note.json["case"]["flags"] == ["weapon"]


ALLOWED = ("answers.account", "identity_details.reporter_name", "contact.method")
WITH_WORDS = (
    "fields: {ref: reference, words: answers.account, who: identity_details.reporter_name, how: contact.method}"
)


def test_words_and_names_leave_only_where_they_are_allowed_and_are_logged(
    receiver: Receiver, open_store: Callable[..., Store], tmp_path: Path
) -> None:
    store = open_store(**connected(receiver, tmp_path, WITH_WORDS, connector_allow=ALLOWED))
    named = make_case(store, identity="named", answers=NAMED).reference
    anonymous = make_case(store, identity="anonymous", answers=NAMED).reference
    deliver_all(store, NOW)
    bodies = {asked.json["ref"]: asked.json for asked in receiver.asked}
    assert bodies[named] == {"ref": named, "words": "canary-account", "who": "canary-name", "how": "phone"}
    assert bodies[anonymous] == {"ref": anonymous, "words": "canary-account", "who": None, "how": None}
    with store.read() as db:
        assert [(one["who"], one["act"]) for one in accesses(db, named)] == [
            ("case_system", "send_account"), ("case_system", "send_identity"),
        ]  # fmt: skip


def test_what_waits_for_the_case_system_is_sealed_and_gone_afterwards(
    receiver: Receiver, open_store: Callable[..., Store], tmp_path: Path
) -> None:
    store = open_store(**connected(receiver, tmp_path, WITH_WORDS, connector_allow=ALLOWED))
    make_case(store, identity="named", answers=NAMED)
    receiver.answers = [500]
    deliver_all(store, NOW)

    def dump() -> bytes:
        from sqlalchemy import select

        from casework.store.tables import outbox

        with store.read() as db:
            return b"".join(body or b"" for body in db.execute(select(outbox.c.body)).scalars())

    assert dump() and b"canary" not in dump()
    deliver_all(store, NOW + timedelta(minutes=1))
    assert not dump()


# --- OAuth ---


def with_oauth(receiver: Receiver, folder: Path, **more: Any) -> dict[str, Any]:
    return connected(
        receiver, folder, connector_auth="oauth", connector_token_url=f"{receiver.url}/token",
        connector_client_id="reporting", connector_client_secret="s3cret", connector_scope="cases.write", **more,
    )  # fmt: skip


def test_client_credentials_get_a_token_once(
    receiver: Receiver, open_store: Callable[..., Store], tmp_path: Path
) -> None:
    from casework.outbox.delivery import deliver
    from casework.outbox.ways import configured

    store = open_store(**with_oauth(receiver, tmp_path))
    for _ in range(3):
        make_case(store)
    assert deliver(store, lambda: NOW, configured(store.settings)).sent == 3
    (form,) = receiver.tokens
    assert (form["grant_type"], form["scope"]) == (["client_credentials"], ["cases.write"])
    assert form["auth"] == ["Basic " + base64.b64encode(b"reporting:s3cret").decode()]
    assert {asked.headers["authorization"] for asked in receiver.asked} == {"Bearer token-1"}
    assert "webhook-signature" not in receiver.asked[0].headers


def test_a_token_that_was_withdrawn_is_renewed_in_the_same_attempt(
    receiver: Receiver, open_store: Callable[..., Store], tmp_path: Path
) -> None:
    store = open_store(**with_oauth(receiver, tmp_path))
    make_case(store)
    receiver.answers = [401]
    assert deliver_all(store, NOW).sent == 1
    assert [asked.headers["authorization"] for asked in receiver.asked] == ["Bearer token-1", "Bearer token-2"]


def test_a_sign_in_that_is_refused_is_tried_again_later(
    receiver: Receiver, open_store: Callable[..., Store], tmp_path: Path
) -> None:
    store = open_store(**with_oauth(receiver, tmp_path))
    make_case(store)
    receiver.token_status = 401
    assert deliver_all(store, NOW).failed == 1
    assert last_error(store) == "token_http_401" and not receiver.asked
    receiver.token_status = 200
    assert deliver_all(store, NOW + timedelta(minutes=1)).sent == 1


def test_no_secret_and_no_word_is_in_what_a_person_is_shown(
    receiver: Receiver, open_store: Callable[..., Store], tmp_path: Path
) -> None:
    store = open_store(**with_oauth(receiver, tmp_path), **hooked(receiver))
    make_case(store, identity="named", answers=NAMED)
    receiver.behave = 400
    deliver_all(store, NOW)
    shown = json.dumps(status(store, NOW)) + repr(store.settings)
    assert "canary" not in shown and "s3cret" not in shown and HOOK_KEY not in shown
