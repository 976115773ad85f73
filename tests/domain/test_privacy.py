"""Sealing: only the right key and the right place open a value, and a changed one never does."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.privacy import Keys, KeysError, SealError
from casework.privacy.keys import add_seal_key


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


def test_a_mac_is_for_one_purpose(own_keys: Keys) -> None:
    assert own_keys.mac("session", "a") != own_keys.mac("body", "a")
    assert own_keys.mac("session", "a") == own_keys.mac("session", b"a")
    assert "ring" not in repr(own_keys) and "salt" not in repr(own_keys)
