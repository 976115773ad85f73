"""Receipt codes: 16 digits, kept only as a slow hash, opening only their own report, and not for ever."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta

import pytest
import sqlalchemy as sa

from casework import cases, receipts
from casework.store import Store, drafts, tables
from tests.domain.conftest import CHRISTMAS_EVE, a_submission

NOW = CHRISTMAS_EVE


def case_with_code(store: Store) -> tuple[str, str]:
    code = receipts.make_code(store.keys)
    with store.begin() as db:
        made = cases.create_case(db, a_submission(), NOW)
        receipts.issue(db, NOW, code, case_reference=made.reference)
    return made.reference, code.text


def opened(store: Store, code: str, at: timedelta = timedelta()) -> receipts.Receipt | None:
    with store.read() as db:
        return receipts.find(db, code, NOW + at)


def test_a_code_opens_its_own_report(any_store: Store) -> None:
    first, second = case_with_code(any_store), case_with_code(any_store)
    for reference, code in (first, second):
        assert re.fullmatch(r"\d{4} \d{4} \d{4} \d{4}", code)
        found = opened(any_store, code)
        assert found is not None and (found.kind, found.case_reference) == ("case", reference)
    assert opened(any_store, "0000 0000 0000 0000") is None


@pytest.mark.parametrize(
    "written", ["{0}", "{0:.4} {0}", "{0}0", "", "code", "١٢٣٤٥٦٧٨٩٠١٢٣٤٥٦", "'; drop table receipt"]
)
def test_only_sixteen_digits_are_a_code(written: str, staffed: Store) -> None:
    _, code = case_with_code(staffed)
    digits = code.replace(" ", "")
    text = written.format(digits)
    assert (opened(staffed, text) is not None) == (text == digits)


def test_spaces_and_dashes_do_not_matter(staffed: Store) -> None:
    _, code = case_with_code(staffed)
    for text in (code.replace(" ", "-"), code.replace(" ", " – "), f" {code} ", code.replace(" ", "\u00a0")):
        assert opened(staffed, text) is not None


def test_only_a_hash_is_kept(staffed: Store) -> None:
    _, code = case_with_code(staffed)
    digits = code.replace(" ", "")
    with staffed.engine.connect() as connection:
        dump = "\n".join(connection.connection.driver_connection.iterdump())  # type: ignore[union-attr]
    assert digits not in dump and code not in dump
    with staffed.read() as db:
        kept = db.scalar(sa.select(tables.receipt.c.code_hash))
    assert kept == receipts.hash_code(staffed.keys, digits)
    assert len(kept) == 32


def test_the_hash_depends_on_the_installation(staffed: Store, tmp_path_factory: pytest.TempPathFactory) -> None:
    from casework.privacy import Keys

    other = Keys.load(tmp_path_factory.mktemp("other"), create=True)
    assert receipts.hash_code(staffed.keys, "1" * 16) != receipts.hash_code(other, "1" * 16)


def test_a_paused_report_can_be_opened_for_a_day(any_store: Store) -> None:
    with any_store.begin() as db:
        draft = drafts.create(db, session_mac=secrets.token_bytes(32), now=NOW)
        code = receipts.make_code(db.keys)
        receipts.issue(db, NOW, code, kind="paused", draft_id=draft.id, expires_at=NOW + timedelta(hours=24))
    found = opened(any_store, code.text, timedelta(hours=23, minutes=59))
    assert found is not None and (found.kind, found.draft_id) == ("paused", draft.id)
    assert opened(any_store, code.text, timedelta(hours=24)) is None


def test_a_code_can_be_replaced(any_store: Store) -> None:
    reference, old = case_with_code(any_store)
    with any_store.begin() as db:
        found = receipts.find(db, old, NOW)
        assert found is not None
        new = receipts.make_code(db.keys)
        replaced = receipts.replace(db, found, NOW, new)
    assert opened(any_store, old) is None
    again = opened(any_store, new.text)
    assert again is not None and again == replaced and again.case_reference == reference


def test_a_used_code_of_a_pause_can_be_taken_back(staffed: Store) -> None:
    _, code = case_with_code(staffed)
    with staffed.begin() as db:
        found = receipts.find(db, code, NOW)
        assert found is not None
        receipts.revoke(db, found)
    assert opened(staffed, code) is None


def test_a_receipt_is_for_one_thing(staffed: Store) -> None:
    code = receipts.make_code(staffed.keys)
    with pytest.raises(ValueError), staffed.begin() as db:
        receipts.issue(db, NOW, code)
    with pytest.raises(ValueError), staffed.begin() as db:
        receipts.issue(db, NOW, code, case_reference="LR-2222-2222", draft_id="x")


def test_codes_use_all_digits_evenly(monkeypatch: pytest.MonkeyPatch, staffed: Store) -> None:
    """The generator, without the slow hash: chi-square over 20,000 codes."""
    monkeypatch.setattr(receipts, "hash_code", lambda keys, digits: secrets.token_bytes(32))
    reference, _ = case_with_code(staffed)
    counts = [0] * 10
    seen = set()
    with staffed.begin() as db:
        for _ in range(20_000):
            code = receipts.make_code(db.keys)
            receipts.issue(db, NOW, code, case_reference=reference)
            digits = code.digits
            seen.add(digits)
            for digit in digits:
                counts[int(digit)] += 1
    expected = 20_000 * 16 / 10
    assert len(seen) == 20_000
    # Codes that never begin with a zero, the least fault that is likely, come to about 140.
    assert sum((count - expected) ** 2 / expected for count in counts) < 65, "p > 1e-10 with 9 degrees of freedom"
