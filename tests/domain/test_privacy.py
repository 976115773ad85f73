"""Sealing: only the right key and the right place open a value, and a changed one never does."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.privacy import Keys, KeysError, SealError
from casework.privacy.keys import add_seal_key, number_of
from casework.privacy.sources import KEY_BYTES, fresh_configuration


@pytest.fixture(scope="module")
def own_keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return Keys.load(tmp_path_factory.mktemp("home"), create=True)


texts = st.binary(max_size=2000)
contexts = st.text(max_size=60)


@given(text=texts, context=contexts)
def test_what_is_sealed_opens_again(own_keys: Keys, text: bytes, context: str) -> None:
    assert own_keys.open(own_keys.seal(text, context=context), context=context) == text


@given(text=texts, context=contexts, other=contexts)
def test_a_value_opens_only_where_it_belongs(own_keys: Keys, text: bytes, context: str, other: str) -> None:
    if context == other:
        other += "x"
    with pytest.raises(SealError):
        own_keys.open(own_keys.seal(text, context=context), context=other)


@given(text=st.binary(max_size=64), data=st.data())
def test_any_changed_bit_is_refused(own_keys: Keys, text: bytes, data: st.DataObject) -> None:
    sealed = bytearray(own_keys.seal(text, context="case|answers|1"))
    place = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[place // 8] ^= 1 << place % 8
    with pytest.raises(SealError):
        own_keys.open(bytes(sealed), context="case|answers|1")


@given(cut=st.integers(0, 28))
def test_a_stump_is_refused(own_keys: Keys, cut: int) -> None:
    with pytest.raises(SealError):
        own_keys.open(own_keys.seal(b"", context="a")[:cut], context="a")


@given(text=st.binary(min_size=8, max_size=200))
def test_the_same_text_never_looks_the_same(own_keys: Keys, text: bytes) -> None:
    first, second = (own_keys.seal(text, context="a") for _ in range(2))
    assert first != second
    assert text not in first


def test_a_known_answer(tmp_path: Path) -> None:
    """NIST's AES-256-GCM test case 16 (with associated data) opens, so the format is what it says."""
    Keys.load(tmp_path, create=True)
    key = bytes.fromhex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308")
    (tmp_path / "keys" / "seal-1.key").write_bytes(key)
    plain = bytes.fromhex(
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
        "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
    )
    cipher = bytes.fromhex(
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
        "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
    )
    tag = bytes.fromhex("76fc6ece0f4e1768cddf8853bb2d551b")
    nonce = bytes.fromhex("cafebabefacedbaddecaf888")
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    context = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
    assert AESGCM(key).encrypt(nonce, plain, context) == cipher + tag
    sealed = b"\x01" + nonce + AESGCM(key).encrypt(nonce, plain, b"case|answers|1")
    assert Keys.load(tmp_path).open(sealed, context="case|answers|1") == plain


def test_rotation_keeps_old_values_readable(tmp_path: Path) -> None:
    old = Keys.load(tmp_path, create=True).seal(b"told", context="a")
    assert add_seal_key(tmp_path) == 2
    keys = Keys.load(tmp_path)
    new = keys.seal(b"told", context="a")
    assert (old[0], new[0]) == (1, 2)
    assert keys.open(old, context="a") == keys.open(new, context="a") == b"told"


def test_keys_are_made_private_and_once(tmp_path: Path) -> None:
    first = Keys.load(tmp_path, create=True)
    again = Keys.load(tmp_path, create=True)
    assert again.open(first.seal(b"x", context="a"), context="a") == b"x"
    assert first.salt == again.salt
    directory = tmp_path / "keys"
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in directory.iterdir()} == {0o600}


def test_without_keys_nothing_starts(tmp_path: Path) -> None:
    with pytest.raises(KeysError, match="no keys"):
        Keys.load(tmp_path)


def test_keys_that_others_can_read_are_refused(tmp_path: Path) -> None:
    Keys.load(tmp_path, create=True)
    os.chmod(tmp_path / "keys" / "mac.key", 0o644)
    with pytest.raises(KeysError, match="0600"):
        Keys.load(tmp_path)


def test_a_damaged_key_is_named(tmp_path: Path) -> None:
    Keys.load(tmp_path, create=True)
    (tmp_path / "keys" / "seal-1.key").write_bytes(b"short")
    with pytest.raises(KeysError, match=r"seal-1\.key"):
        Keys.load(tmp_path)


def weak(*, file: str = "seal-1.key", value: bytes = b"", like: str = "") -> Callable[[Path], None]:
    def spoil(keys: Path) -> None:
        (keys / file).write_bytes((keys / like).read_bytes() if like else value)

    return spoil


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (weak(value=bytes(KEY_BYTES)), "not random"),
        (weak(value=b"0123456789" * 3 + b"01"), "not random"),
        (weak(value=b"x" * 31), "32 bytes"),
        (weak(value=bytes(range(33))), "32 bytes"),
        (weak(like="mac.key"), "the same"),
        (weak(file="seal-2.key", like="seal-1.key"), "the same|0600"),
        (weak(file="receipts.salt", like="mac.key"), "the same"),
        (lambda keys: (keys / "mac.key").unlink(), "mac.key"),
        (lambda keys: (keys / "receipts.salt").unlink(), "receipts.salt"),
    ],
)
def test_a_key_that_protects_nothing_is_refused(tmp_path: Path, spoil: Callable[[Path], None], said: str) -> None:
    Keys.load(tmp_path, create=True)
    spoil(tmp_path / "keys")
    with pytest.raises(KeysError, match=said):
        Keys.load(tmp_path)


# -- keys in the configuration -----------------------------------------------------------------------------


def test_keys_come_from_the_configuration_or_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = fresh_configuration()
    monkeypatch.setenv("REPORTING_KEYS", text)
    sealed = Keys.load(tmp_path, create=True).seal(b"told", context="a")
    assert not (tmp_path / "keys").exists(), "nothing is made beside configured keys"
    with pytest.raises(KeysError, match="REPORTING_KEYS"):
        add_seal_key(tmp_path)
    monkeypatch.delenv("REPORTING_KEYS")
    file = tmp_path / "secret"
    file.write_text(text.replace(" ", "\n") + "\n")
    file.chmod(0o444)
    monkeypatch.setenv("REPORTING_KEYS_FILE", str(file))
    assert Keys.load(tmp_path).open(sealed, context="a") == b"told"
    file.chmod(0o666)
    with pytest.raises(KeysError, match="changed by others"):
        Keys.load(tmp_path)


def test_the_highest_number_of_the_configuration_seals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = fresh_configuration()
    monkeypatch.setenv("REPORTING_KEYS", text)
    old = Keys.load(tmp_path).seal(b"told", context="a")
    newer = fresh_configuration().split()[0].replace("seal-1", "seal-10")
    monkeypatch.setenv("REPORTING_KEYS", f"{newer},{text}")
    keys = Keys.load(tmp_path)
    assert (keys.numbers, number_of(keys.seal(b"", context="a"))) == ([1, 10], 10)
    assert keys.open(old, context="a") == b"told"


GOOD = fresh_configuration()


@pytest.mark.parametrize(
    "text",
    [
        "canary", "seal-1:canary", "seal-1:", GOOD.replace("mac", "max"), GOOD.replace("seal-1", "seal-0"),
        GOOD.replace("seal-1", "seal-256"), " ".join(GOOD.split()[:2]), " ".join(GOOD.split()[1:]),
        f"{GOOD} {GOOD}", GOOD.replace(":", ":AAAA", 1), GOOD.replace("seal-1:", "seal-1:é"),
    ],
)  # fmt: skip
def test_a_configuration_that_is_no_good_is_refused_without_repeating_it(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPORTING_KEYS", text)
    with pytest.raises(KeysError, match="REPORTING_KEYS") as refused:
        Keys.load(tmp_path, create=True)
    assert "canary" not in str(refused.value) and not any(part[8:] in str(refused.value) for part in GOOD.split())


# -- a running process -------------------------------------------------------------------------------------


def test_a_running_process_takes_up_a_new_key(tmp_path: Path) -> None:
    first = Keys.load(tmp_path, create=True)
    second = Keys.load(tmp_path)
    assert first.newest == 1
    add_seal_key(tmp_path)
    later = Keys.load(tmp_path).seal(b"told", context="a")
    assert second.open(later, context="a") == b"told"
    assert first.newest == second.newest == number_of(first.seal(b"", context="a")) == 2


def test_keys_that_are_gone_do_not_stop_a_running_process(tmp_path: Path) -> None:
    keys = Keys.load(tmp_path, create=True)
    sealed = keys.seal(b"told", context="a")
    (tmp_path / "keys").rename(tmp_path / "away")
    assert keys.open(keys.seal(b"more", context="a"), context="a") == b"more"
    (tmp_path / "away").rename(tmp_path / "keys")
    (tmp_path / "keys" / "seal-2.key").write_bytes(b"short")
    assert keys.open(sealed, context="a") == b"told" and keys.newest == 1


def test_a_mac_is_for_one_purpose(own_keys: Keys) -> None:
    assert own_keys.mac("session", "a") != own_keys.mac("body", "a")
    assert own_keys.mac("session", "a") == own_keys.mac("session", b"a")
    assert "ring" not in repr(own_keys) and "salt" not in repr(own_keys)
