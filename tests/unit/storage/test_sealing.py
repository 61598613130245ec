"""Sealed bytes open only with their key, unchanged."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import DamagedError
from pipelines.storage.keys import DataKey
from pipelines.storage.sealing import new_identity, seal, unseal

DAY = date(2026, 11, 20)
KEY = DataKey("k", "access_logs", DAY, None, "age", new_identity())
OTHER = DataKey("other", "access_logs", DAY, None, "age", new_identity())


@given(st.binary())
def test_what_is_sealed_is_unsealed(payload: bytes):
    assert unseal(seal(payload, KEY), KEY, "x") == payload


def test_the_payload_is_not_in_the_sealed_bytes_though_it_would_be_in_the_clear():
    marker = b"member-4711-canary"
    assert marker in marker * 3
    assert marker not in seal(marker * 3, KEY)
    assert seal(marker, KEY) != seal(marker, KEY)


def test_another_key_does_not_open_it():
    with pytest.raises(DamagedError, match="segment 1: cannot be opened with key other"):
        unseal(seal(b"x", KEY), OTHER, "segment 1")


def test_one_changed_bit_anywhere_is_noticed():
    sealed = seal(b"payload " * 40, KEY)
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(DamagedError):
            unseal(bytes(changed), KEY, "x")


def test_a_cut_tail_is_noticed_also_between_two_chunks():
    sealed = seal(bytes(range(256)), KEY)
    for end in range(len(sealed)):
        with pytest.raises(DamagedError):
            unseal(sealed[:end], KEY, "x")


def test_a_parquet_key_does_not_seal():
    key = DataKey("k", "events", DAY, None, "aes256", bytes(32))
    with pytest.raises(ValueError, match="takes age"):
        seal(b"x", key)
