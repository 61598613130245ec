"""The master key is its owner's alone, and what it wraps opens only unchanged and under its own name."""

import secrets
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import DamagedError, KeyMissingError, UsageError
from pipelines.privacy.master_key import FileMasterKey

SECRET = bytes(range(32))


def stored(path: Path, text: str, mode: int = 0o600) -> Path:
    path.write_text(text)
    path.chmod(mode)
    return path


def test_a_new_key_is_32_random_bytes_as_hex_for_its_owner_alone(tmp_path: Path):
    path = tmp_path / "keys" / "master.key"
    made = FileMasterKey.open(path, create=True)
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(bytes.fromhex(path.read_text())) == 32
    assert FileMasterKey.open(path, create=False).fingerprint == made.fingerprint
    assert FileMasterKey.open(tmp_path / "other.key", create=True).fingerprint != made.fingerprint


def test_a_key_that_is_there_is_never_made_anew(tmp_path: Path):
    path = stored(tmp_path / "master.key", SECRET.hex())
    FileMasterKey.open(path, create=True)
    assert path.read_text() == SECRET.hex()


def test_a_missing_key_stops(tmp_path: Path):
    with pytest.raises(KeyMissingError, match=r"master\.key"):
        FileMasterKey.open(tmp_path / "master.key", create=False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o610, 0o666])
def test_a_file_that_others_may_use_is_refused(tmp_path: Path, mode: int):
    path = stored(tmp_path / "master.key", SECRET.hex(), mode)
    with pytest.raises(UsageError, match="chmod 600"):
        FileMasterKey.open(path, create=False)


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_file_for_the_owner_is_taken(tmp_path: Path, mode: int):
    assert FileMasterKey.open(stored(tmp_path / "master.key", SECRET.hex() + "\n", mode), create=False)


@pytest.mark.parametrize(
    "text", ["", SECRET.hex()[:-2], SECRET.hex() + "00", "g" * 64, SECRET.hex()[:-1], "é" * 64], ids=range(6)
)
def test_a_file_that_holds_anything_else_is_refused_without_showing_it(tmp_path: Path, text: str):
    with pytest.raises(DamagedError) as refusal:
        FileMasterKey.open(stored(tmp_path / "master.key", text), create=True)
    assert "64 hexadecimal digits" in str(refusal.value)
    assert not text or text not in str(refusal.value)
    assert (tmp_path / "master.key").read_text() == text


def test_neither_key_nor_fingerprint_tell_the_secret():
    master = FileMasterKey(SECRET)
    assert SECRET.hex() not in repr(master)
    assert master.fingerprint not in SECRET.hex()
    assert master.fingerprint == FileMasterKey(SECRET).fingerprint


@given(st.binary(max_size=200), st.text(max_size=40))
def test_what_is_wrapped_is_unwrapped(key: bytes, name: str):
    master = FileMasterKey(SECRET)
    assert master.unwrap(name, master.wrap(name, key)) == key


def test_a_wrapped_key_does_not_show_the_key_and_is_never_the_same():
    master, key = FileMasterKey(SECRET), secrets.token_bytes(32)
    assert key not in master.wrap("a", key)
    assert master.wrap("a", key) != master.wrap("a", key)


def test_a_renamed_wrapped_key_does_not_open():
    master = FileMasterKey(SECRET)
    wrapped = master.wrap("events.2026-11-20.until-2027-02-25", bytes(32))
    with pytest.raises(DamagedError, match="2028"):
        master.unwrap("events.2026-11-20.until-2028-02-25", wrapped)


def test_another_master_key_does_not_open_it():
    wrapped = FileMasterKey(SECRET).wrap("a", bytes(32))
    with pytest.raises(DamagedError):
        FileMasterKey(SECRET[::-1]).unwrap("a", wrapped)


def test_every_changed_or_missing_byte_is_noticed():
    master = FileMasterKey(SECRET)
    wrapped = master.wrap("a", bytes(32))
    for place in range(len(wrapped)):
        changed = bytearray(wrapped)
        changed[place] ^= 1
        for damaged in (bytes(changed), wrapped[:place]):
            with pytest.raises(DamagedError):
                master.unwrap("a", damaged)
