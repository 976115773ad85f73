"""Identity leaves for the case system by the same rule as it is seen: allowed by name, agreed to in the report,
recorded, and released by a second person where one is needed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from casework import audit
from casework.cases.progress import confirm_consent
from casework.privacy import reveal
from casework.privacy.access import accesses
from casework.store import Store
from tests.delivery.conftest import connected
from tests.delivery.receivers import Receiver
from tests.domain.conftest import CHRISTMAS_EVE, NAMED, labels, make_case
from tests.domain.posting import deliver_all

NOW = CHRISTMAS_EVE
ALLOWED = ("identity_details.reporter_name", "identity_details.affected_name", "identity_details.contact_value")
WITH_NAMES = """
fields: {ref: reference, who: identity_details.reporter_name, whom: identity_details.affected_name,
         where: identity_details.contact_value}
events: {new_case: {}, identity_released: {}}
"""
SENT = {"who": "canary-name", "whom": "canary-affected", "where": "canary-contact"}
NOTHING = dict.fromkeys(SENT)


@pytest.fixture
def opened(receiver: Receiver, open_store: Callable[..., Store], tmp_path: Path) -> Callable[..., Store]:
    return lambda **more: open_store(**connected(receiver, tmp_path, WITH_NAMES, connector_allow=ALLOWED), **more)


def last(receiver: Receiver) -> dict[str, Any]:
    return {name: value for name, value in receiver.asked[-1].json.items() if name != "ref"}


def acts(store: Store, reference: str) -> list[tuple[str, dict[str, Any]]]:
    with store.read() as db:
        found = audit.entries(db, reference)
    return [(one["act"], one["detail"]) for one in found if one["act"] in ("send_identity", "withhold_identity")]


@pytest.mark.parametrize(
    ("report", "consent_needed", "because"),
    [
        ({"reporter_role": "self"}, True, ""),
        ({"reporter_role": "on_behalf", "affected_consent": "yes"}, True, ""),
        ({"reporter_role": "on_behalf", "affected_consent": "could_not_ask"}, True, "no_consent"),
        ({"reporter_role": "witness"}, True, "no_consent"),
        ({"reporter_role": "witness"}, False, ""),
        ({"reporter_role": "on_behalf", "affected_consent": "not_safe_to_ask", "safeguarding_basis": True}, True,
         "no_consent"),
        ({"reporter_role": "on_behalf", "affected_consent": "no"}, True, "consent_refused"),
        ({"reporter_role": "on_behalf", "affected_consent": "no"}, False, "consent_refused"),
        ({"reporter_role": "on_behalf", "affected_consent": "yes", "information_only": True}, False, "consent_refused"),
        ({"reporter_role": "self", "identity": "anonymous"}, False, "anonymous"),
        ({"reporter_role": "on_behalf", "affected_consent": "yes", "identity": "anonymous"}, False, "anonymous"),
    ],
)  # fmt: skip
def test_identity_leaves_only_where_the_report_agrees(
    opened: Callable[..., Store], receiver: Receiver, report: dict[str, Any], consent_needed: bool, because: str
) -> None:
    store = opened(connector_identity_consent=consent_needed)
    reference = make_case(store, answers=NAMED, **{"identity": "named", **report}).reference
    deliver_all(store, NOW)
    assert last(receiver) == (NOTHING if because else SENT)
    assert acts(store, reference) == [("withhold_identity", {"because": because}) if because else ("send_identity", {})]
    with store.read() as db:
        assert [one["who"] for one in accesses(db, reference)] == ([] if because else ["case_system"])


def test_a_consent_that_an_advisor_confirmed_counts(opened: Callable[..., Store], receiver: Receiver) -> None:
    store = opened()
    asked = {"reporter_role": "on_behalf", "affected_consent": "could_not_ask", "labels": labels("asb")}
    reference = make_case(store, answers=NAMED, identity="named", **asked).reference
    with store.begin() as db:
        confirm_consent(db, reference, "a@example.org", NOW)
    deliver_all(store, NOW)
    assert last(receiver) == SENT


def test_with_a_second_person_it_leaves_when_another_one_has_released_it(
    opened: Callable[..., Store], receiver: Receiver
) -> None:
    store = opened(reveal_second_person=True, reveal_minutes=60.0)
    reference = make_case(store, answers=NAMED, identity="named").reference
    deliver_all(store, NOW)
    assert last(receiver) == NOTHING
    with store.begin() as db:
        seen = reveal.ask(db, reference, "cli:jo", "to ring them", NOW)
        reveal.approve(db, seen, "cli:al", NOW)
        assert not reveal.is_released(db, reference, NOW), "letting somebody see it sends it to nobody"
        request = reveal.ask(db, reference, "cli:jo", "they work in it", NOW, reveal.CASE_SYSTEM)
    with pytest.raises(reveal.NotApprovable), store.begin() as db:
        reveal.approve(db, request, "cli:jo", NOW)
    assert deliver_all(store, NOW + timedelta(minutes=1)).sent == 0
    with store.begin() as db:
        reveal.approve(db, request, "cli:al", NOW)
        with pytest.raises(reveal.SecondPersonNeeded):
            reveal.check(db, reference, "cli:bo", NOW)
        assert reveal.is_released(db, reference, NOW + timedelta(minutes=59))
        assert not reveal.is_released(db, reference, NOW + timedelta(minutes=61))
    assert deliver_all(store, NOW + timedelta(minutes=2)).sent == 1
    assert last(receiver) == SENT
    assert acts(store, reference) == [
        ("send_identity", {}), ("withhold_identity", {"because": "no_second_person"}),
    ]  # fmt: skip
