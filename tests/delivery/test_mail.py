"""Mail against a real mail server: without contents, encrypted, to nobody who is not who they say."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest

from casework.outbox.overview import status
from casework.store import Store, tables
from tests.delivery.conftest import last_error
from tests.delivery.receivers import HOST, Authority, Mailbox, free_port, mail_server
from tests.domain.conftest import CHRISTMAS_EVE, NAMED, labels, make_case
from tests.domain.posting import deliver_all

NOW = CHRISTMAS_EVE
USER = "reporting:p%3Ass%20word@"


def by_mail(port: int, scheme: str = "smtp", user: str = "", **more: Any) -> dict[str, Any]:
    return {"outbox_transport": "smtp", "smtp_url": f"{scheme}://{user}{HOST}:{port}",
            "mail_from": "Post room <no-reply@post.example.org>", **more}  # fmt: skip


@pytest.fixture
def mailing(open_store: Callable[..., Store]) -> Callable[..., Store]:
    """A store whose advisors have addresses that mail could reach."""

    def open_with(**values: Any) -> Store:
        store = open_store(**values)
        with store.begin() as db:
            for n, key in enumerate(db.execute(tables.advisor.select()).scalars().all()):
                address = f"advisor{n}@housing.example.org"
                db.execute(tables.advisor.update().where(tables.advisor.c.id == key).values(email=address))
        return store

    return open_with


def test_a_mail_holds_a_reference_and_a_link_and_nothing_else(mailing: Callable[..., Store]) -> None:
    with mail_server() as box:
        store = mailing(**by_mail(box.port))
        reference = make_case(store, identity="named", answers=NAMED, labels=labels("hate", "weapon")).reference
        assert deliver_all(store, NOW).sent == 1
    (envelope,) = box.mails
    mail = message_from_bytes(envelope.content or b"", policy=default)
    link = f"{store.settings.address}/desk/cases/{reference}"
    assert mail.get_content().split() == [
        "Reference:", reference, "Open", "it", "here:", link,
        "This", "message", "holds", "no", "details", "on", "purpose.",
    ]  # fmt: skip
    assert envelope.mail_from == "no-reply@post.example.org"
    assert [envelope.rcpt_tos, mail["Subject"]] == [[mail["To"]], "A case is waiting for you"]
    assert set(mail.keys()) == {
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Type",
        "Content-Transfer-Encoding", "MIME-Version",
    }  # fmt: skip
    assert mail["Message-ID"].endswith("@post.example.org>") and reference not in mail["Message-ID"]
    whole = box.texts()[0].lower()
    assert not any(word in whole for word in ("canary", "hate", "weapon", "l36", "livv", "urgent"))


@pytest.mark.parametrize(("scheme", "user"), [("smtp+starttls", USER), ("smtps", "")])
@pytest.mark.parametrize("trusted", [True, False])
def test_a_certificate_is_checked_before_anything_is_said(
    authority: Authority, mailing: Callable[..., Store], scheme: str, user: str, trusted: bool
) -> None:
    with mail_server(authority.leaf, implicit=scheme == "smtps") as box:
        ca_file = authority.file if trusted else None
        store = mailing(**by_mail(box.port, scheme, user, delivery_ca_file=ca_file))
        make_case(store)
        assert deliver_all(store, NOW).sent == int(trusted)
    assert last_error(store, mail=True) == (None if trusted else "wrong_certificate")
    assert len(box.mails) == int(trusted) and box.encrypted == [True] * int(trusted)
    assert box.signed_in == (["reporting"] if trusted and user else [])


def test_a_server_of_another_name_is_refused(authority: Authority, mailing: Callable[..., Store]) -> None:
    with mail_server(authority.elsewhere) as box:
        store = mailing(**by_mail(box.port, "smtp+starttls", USER, delivery_ca_file=authority.file))
        make_case(store)
        deliver_all(store, NOW)
    assert last_error(store, mail=True) == "wrong_certificate" and not box.mails and not box.signed_in


def test_a_server_that_cannot_encrypt_gets_nothing(mailing: Callable[..., Store]) -> None:
    with mail_server() as box:
        store = mailing(**by_mail(box.port, "smtp+starttls"))
        make_case(store)
        assert deliver_all(store, NOW).failed == 1
    assert last_error(store, mail=True) == "not_supported" and not box.mails


def test_a_wrong_password_is_told_and_tried_again_later(authority: Authority, mailing: Callable[..., Store]) -> None:
    with mail_server(authority.leaf) as box:
        wrong = "reporting:canary-wrong@"
        store = mailing(**by_mail(box.port, "smtp+starttls", wrong, delivery_ca_file=authority.file))
        make_case(store)
        done = deliver_all(store, NOW)
    assert (done.failed, done.dead, last_error(store, mail=True)) == (1, 0, "sign_in_refused")


@pytest.mark.parametrize(
    ("refusal", "dead"), [("550 5.1.1 canary unknown", 1), ("450 4.2.0 come again", 0), ("421 4.3.0 busy", 0)]
)
def test_an_unknown_mailbox_is_dead_at_once_a_busy_one_is_not(
    mailing: Callable[..., Store], refusal: str, dead: int
) -> None:
    with mail_server() as box:
        box.refuse = refusal
        store = mailing(**by_mail(box.port))
        make_case(store)
        assert deliver_all(store, NOW).dead == dead
        box.refuse = ""
        assert deliver_all(store, NOW + timedelta(minutes=1)).sent == 1 - dead
    assert "canary" not in str(status(store, NOW))


def test_a_mail_server_that_was_down_gets_everything_when_it_is_up(mailing: Callable[..., Store]) -> None:
    port = free_port()
    store = mailing(**by_mail(port))
    for _ in range(3):
        make_case(store)
    assert deliver_all(store, NOW).failed == 3
    assert last_error(store, mail=True) == "unreachable"
    with mail_server(port=port) as box:
        assert deliver_all(store, NOW + timedelta(minutes=1)).sent == 3
    assert len({message_from_bytes(mail.content or b"")["Message-ID"] for mail in box.mails}) == 3


@contextmanager
def silent_server(drip: bytes) -> Iterator[int]:
    """Takes connections, and says nothing or a letter now and then."""
    stop = threading.Event()
    with socket.create_server((HOST, 0)) as server:
        server.settimeout(0.05)

        def work() -> None:
            open_ones = []
            while not stop.is_set():
                try:
                    open_ones.append(server.accept()[0])
                except TimeoutError:
                    for one in open_ones:
                        one.send(drip)
                except OSError:
                    return

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        stop.set()
        thread.join()


@pytest.mark.parametrize("scheme", ["smtp", "smtps", "smtp+starttls"])
@pytest.mark.parametrize("drip", [b"", b"2"])
def test_a_server_that_says_nothing_holds_nobody_up(mailing: Callable[..., Store], scheme: str, drip: bytes) -> None:
    with silent_server(drip) as port:
        store = mailing(**by_mail(port, scheme, delivery_timeout=0.5))
        make_case(store)
        # The server never lets go by itself: that this ends is what is tested.
        assert deliver_all(store, NOW).failed == 1
    assert last_error(store, mail=True) in ("too_slow", "no_tls")


def test_an_advisor_without_a_real_address_is_a_dead_letter(open_store: Callable[..., Store]) -> None:
    with mail_server() as box:
        store = open_store(**by_mail(box.port))
        make_case(store)
        assert deliver_all(store, NOW).dead == 1
    assert last_error(store, mail=True) == "no_address" and not box.mails


def test_a_mail_that_was_taken_is_not_sent_again_when_the_goodbye_fails(
    mailing: Callable[..., Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Rude(Mailbox):
        async def handle_QUIT(self, server: Any, session: Any, envelope: Any) -> str:
            return "421 4.3.0 no goodbye"

    monkeypatch.setattr("tests.delivery.receivers.Mailbox", Rude)
    with mail_server() as box:
        store = mailing(**by_mail(box.port))
        make_case(store)
        assert deliver_all(store, NOW).sent == 1
        assert deliver_all(store, NOW + timedelta(hours=1)).sent == 0
    assert len(box.mails) == 1
