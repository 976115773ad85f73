"""The landlord's case system against a real server: its fields, its order, its tokens, and what may leave."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from casework import cases
from casework.outbox.overview import status
from casework.privacy.access import accesses
from casework.store import Store
from casework.store.tables import outbox
from tests.delivery.conftest import CONNECTOR_KEY, HOOK_KEY, connected, hooked, last_error
from tests.delivery.receivers import Receiver, check_signature
from tests.domain.conftest import CHRISTMAS_EVE, NAMED, a_submission, labels, make_case, raise_stub
from tests.domain.posting import deliver_all

NOW = CHRISTMAS_EVE


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
        with store.read() as db:
            return b"".join(body or b"" for body in db.execute(sa.select(outbox.c.body)).scalars())

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
    store = open_store(**with_oauth(receiver, tmp_path))
    for _ in range(3):
        make_case(store)
    assert deliver_all(store, NOW).sent == 3
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
