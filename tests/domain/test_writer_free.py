"""Words are read before anything is written: reading takes long, and SQLite has one writer."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

import pytest

from casework import cases, intake
from casework.conversation import Incoming
from casework.conversation.outcome import Outcome
from casework.conversation.sending import add_after, begin, send_report
from casework.conversation.turns import Services, keep_words, take_turn
from casework.intake.alarm import Alarm
from casework.intake.spool import write_spool
from casework.store import Store, drafts
from tests.reading import Readings, watch_reading, while_reading

NOW = datetime(2026, 11, 2, 10, tzinfo=UTC)
ACCOUNT = "The man downstairs shouts at me every night and calls me a dirty foreigner."
KNIFE = "he is outside my door with a knife"


@pytest.fixture
def services(staffed: Store) -> Services:
    return Services(staffed.settings, staffed.keys, staffed)


@pytest.fixture
def watched(staffed: Store, monkeypatch: pytest.MonkeyPatch) -> Readings:
    return watch_reading(monkeypatch, staffed)


def say(services: Services, draft_id: str, text: str = "", choice: str = "") -> str:
    """One turn; the question that is asked next."""
    message = Incoming(secrets.token_hex(8), text or None, choice or None)
    return take_turn(services, draft_id, None, message, ()).question or ""


def told(services: Services, until: str = "review") -> str:
    """A draft as it is when ``until`` is asked."""
    draft_id = secrets.token_hex(16)
    asked = begin(services, draft_id, create=True)
    given = {"danger_now": "no", "safe_to_chat": "safe", "reporter_role": "self", "identity": "anonymous"}
    for _ in range(60):
        if asked == until:
            return draft_id
        if asked == "account":
            asked = say(services, draft_id, text=ACCOUNT)
        else:
            asked = say(services, draft_id, choice=given.get(asked, "skip"))
    raise AssertionError(f"{until} was never asked; {asked} is open")


def test_an_account_is_read_while_others_may_write(services: Services, watched: Readings) -> None:
    told(services)
    assert (ACCOUNT, True) in watched
    assert all(free for _, free in watched)


def test_a_report_is_labelled_while_others_may_write(services: Services, watched: Readings) -> None:
    draft_id = told(services)
    watched.clear()
    sent = send_report(services, draft_id, Incoming("send", choice="send"))
    assert (ACCOUNT, True) in watched
    assert all(free for _, free in watched)
    assert case_of(services, sent.receipt)["category"] == "hate"


def test_words_that_only_the_stub_holds_are_too(services: Services, watched: Readings) -> None:
    draft_id = told(services)
    intake.raise_alarm(services.store, Alarm(draft_id, "lost", KNIFE), NOW)
    sent = send_report(services, draft_id, Incoming("send", choice="send"))
    assert (KNIFE, True) in watched
    assert all(free for _, free in watched)
    assert "weapon" in case_of(services, sent.receipt)["risk_flags"]


def test_words_after_sending_are_too(services: Services, watched: Readings) -> None:
    draft_id = told(services)
    send_report(services, draft_id, Incoming("send", choice="send"))
    watched.clear()
    add_after(services, draft_id, Incoming("after", text=KNIFE))
    assert watched and all(free for _, free in watched)


@pytest.mark.parametrize("way", ["at once", "spooled"])
def test_an_alarm_is_too(way: str, services: Services, watched: Readings) -> None:
    alarm, store = Alarm("a" * 32, "m1", KNIFE), services.store
    if way == "at once":
        intake.raise_alarm(store, alarm, NOW)
    else:
        write_spool(store.settings.spool, store.keys, alarm, NOW)
        assert intake.take_in_spool(store) == 1
    assert watched and all(free for _, free in watched)


def test_labels_are_those_of_the_words_that_are_stored(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another message comes in between reading and writing."""
    draft_id = told(services)
    while_reading(monkeypatch, ACCOUNT, lambda: add_to(services, draft_id, KNIFE))
    sent = send_report(services, draft_id, Incoming("send", choice="send"))
    assert "weapon" in case_of(services, sent.receipt)["risk_flags"]


def test_a_turn_is_taken_in_the_draft_as_it_stands(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two messages at once: both are in the draft, whichever was read first."""
    draft_id = told(services, until="account")
    while_reading(monkeypatch, ACCOUNT, lambda: add_to(services, draft_id, KNIFE))
    say(services, draft_id, text=ACCOUNT)
    with services.store.read() as db:
        row = drafts.get(db, draft_id)
    assert row is not None and row.state["answers"]["account"] == ACCOUNT
    assert row.state["also_said"] == [{"question": "", "text": KNIFE}]


@pytest.mark.parametrize("meanwhile", ["taken", "given a turn"])
def test_a_message_that_has_its_turn_meanwhile_is_taken_once(
    meanwhile: str, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sent twice at once, or answered by the front door because the assistant seemed to take nothing."""
    draft_id = told(services, until="account")
    message, answer = Incoming("m1", ACCOUNT), {**Outcome().to_json(), "question": "account"}
    revisions = []

    def act() -> None:
        if meanwhile == "taken":
            take_turn(services, draft_id, None, message, ())
        with services.store.begin() as db:
            if meanwhile == "given a turn":
                drafts.put_turn(db, draft_id, "m1", at=NOW, body_mac=b"", said=None, outcome=answer)
            revisions.append(drafts.get(db, draft_id).revision)  # type: ignore[union-attr]

    while_reading(monkeypatch, ACCOUNT, act)
    taken = take_turn(services, draft_id, None, message, ())
    with services.store.read() as db:
        assert [one.message_id for one in drafts.turns(db, draft_id)].count("m1") == 1
        assert drafts.get(db, draft_id).revision == revisions[0]  # type: ignore[union-attr]
    assert (taken.question == "account") == (meanwhile == "given a turn"), "what was answered then is answered now"


def test_words_of_danger_that_nobody_took_are_too(services: Services, watched: Readings) -> None:
    draft_id = told(services, until="account")
    watched.clear()
    message = Incoming("lost", text=KNIFE, danger=True)
    assert keep_words(services, draft_id, message) is not None
    assert (KNIFE, True) in watched and all(free for _, free in watched)
    watched.clear()
    assert keep_words(services, draft_id, message) is None and not watched, "it has its turn already"


def test_words_of_danger_join_what_came_meanwhile(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    draft_id = told(services, until="account")
    while_reading(monkeypatch, KNIFE, lambda: add_to(services, draft_id, "and he shouts"))
    keep_words(services, draft_id, Incoming("lost", text=KNIFE, danger=True))
    with services.store.read() as db:
        row = drafts.get(db, draft_id)
    assert row is not None and row.state["urgency"] == "emergency"
    assert [one["text"] for one in row.state["also_said"]] == ["and he shouts", KNIFE]


def add_to(services: Services, draft_id: str, words: str) -> None:
    """Another process keeps words in the same draft."""
    with services.store.begin() as db:
        row = drafts.get(db, draft_id, for_update=True)
        assert row is not None
        row.state["also_said"] = [*row.state.get("also_said", []), {"question": "", "text": words}]
        drafts.save(db, row, NOW)


def case_of(services: Services, receipt: dict[str, object] | None) -> dict[str, object]:
    assert receipt is not None
    with services.store.begin() as db:
        return cases.as_json(db, str(receipt["reference"]), by="test")
