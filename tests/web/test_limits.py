"""Limits: an office of thirty works, a flood does not, and no address is kept."""

from __future__ import annotations

import pytest

from web.chat.errors import ChatError
from web.chat.limits import LIMITS, Limits, address_of

OFFICE = 30
TURNS_A_MINUTE = 20


def test_an_office_of_thirty_behind_one_address_works() -> None:
    limits = Limits(on=True)
    for person in range(OFFICE):
        limits.take("sessions of an address", "192.0.2.1")
        for _ in range(TURNS_A_MINUTE):
            limits.take("messages of an address", "192.0.2.1")
            limits.take("messages of a session", f"person {person}")
        limits.take("receipts of an address", "192.0.2.1")


@pytest.mark.parametrize("name", LIMITS)
def test_a_flood_is_told_when_to_come_back(name: str) -> None:
    limits = Limits(on=True)
    with pytest.raises(ChatError) as refused:
        for _ in range(5_000):
            limits.take(name, "192.0.2.1")
    assert (refused.value.status, refused.value.code) == (429, "too_many")
    assert refused.value.retry_after is not None and 1 <= refused.value.retry_after <= 3_600
    with pytest.raises(ChatError):
        limits.check(name, "192.0.2.1")
    limits.take(name, "192.0.2.2")


def test_limits_can_be_lifted() -> None:
    limits = Limits(on=False)
    for _ in range(5_000):
        limits.take("wrong receipts of an address")


def test_no_address_is_kept() -> None:
    limits = Limits(on=True)
    limits.take("messages of an address", "192.0.2.77")
    assert "192.0.2.77" not in repr(vars(limits._limiter.storage))


@pytest.mark.parametrize(
    ("host", "counted"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
        (None, "unknown"),
        ("testclient", "unknown"),
    ],
)
def test_one_subscriber_counts_as_one(host: str | None, counted: str) -> None:
    assert address_of(host) == counted
