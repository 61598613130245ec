"""Pseudonyms are the standard's, link nothing across purposes, and say nothing without the key."""

import hashlib
import hmac
import itertools
import secrets
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.privacy import pseudonyms
from pipelines.privacy.pseudonyms import Pseudonymiser, Purpose, hkdf_sha256, hmac_sha256

ROOT = bytes(range(32))
GUESSES = 100_000


def vectors(path: Path) -> list[dict[str, str]]:
    """Read blocks of `Name = value` lines; a block ends where its last name, MD or OKM, stands."""
    blocks: list[dict[str, str]] = [{}]
    for line in path.read_text().splitlines():
        name, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            blocks[-1][name.strip()] = value.strip()
            if name.strip() in ("MD", "OKM"):
                blocks.append({})
    return blocks[:-1]


def test_hmac_gives_the_answers_of_rfc_4231(real_data: Path):
    cases = vectors(real_data / "crypto-vectors" / "rfc-4231-sha256.txt")
    answers = [hmac_sha256(bytes.fromhex(case["Key"]), bytes.fromhex(case["Msg"])).hex() for case in cases]
    assert answers == [case["MD"] for case in cases]
    assert len(cases) == 6


def test_hkdf_gives_the_answers_of_rfc_5869(real_data: Path):
    cases = [
        case for case in vectors(real_data / "crypto-vectors" / "rfc-5869-HKDF-SHA256.txt") if case["Hash"] == "SHA-256"
    ]
    for case in cases:
        ikm, salt, info = (bytes.fromhex(case[name]) for name in ("IKM", "salt", "info"))
        assert hkdf_sha256(ikm, salt, info, int(case["L"])).hex() == case["OKM"]
        assert hmac_sha256(salt or bytes(32), ikm).hex() == case["PRK"]
    assert len(cases) == 3


def test_a_pseudonym_is_the_hmac_under_the_purposes_own_key():
    sub_key = hkdf_sha256(ROOT, b"", b"partnerstats/pseudonym/member", 32)
    expected = hmac.new(sub_key, b"account-1", hashlib.sha256).hexdigest()
    assert Pseudonymiser(ROOT).pseudonyms(Purpose.MEMBER, ["account-1"]) == [expected]


@given(st.lists(st.text()))
def test_pseudonyms_keep_order_are_64_hex_and_repeat_only_for_the_same_value(values: list[str]):
    found = Pseudonymiser(ROOT).pseudonyms(Purpose.VISITOR, values)
    assert len(found) == len(values)
    assert all(len(text) == 64 and set(text) <= set("0123456789abcdef") for text in found)
    assert len(set(found)) == len(set(values))
    assert found == Pseudonymiser(ROOT).pseudonyms(Purpose.VISITOR, iter(values))


def test_two_purposes_never_link():
    values = [f"value-{number}" for number in range(10_000)]
    pseudonymiser = Pseudonymiser(ROOT)
    sets = [set(pseudonymiser.pseudonyms(purpose, values)) for purpose in Purpose]
    assert [len(found) for found in sets] == [10_000] * len(Purpose)
    assert all(not one & other for one, other in itertools.combinations(sets, 2))


def test_another_root_key_gives_other_pseudonyms():
    values = [f"value-{number}" for number in range(1000)]
    one = Pseudonymiser(ROOT).pseudonyms(Purpose.MEMBER, values)
    other = Pseudonymiser(ROOT[::-1]).pseudonyms(Purpose.MEMBER, values)
    assert not set(one) & set(other)


def test_without_the_key_guessing_finds_nothing_and_with_it_the_one():
    root, address = secrets.token_bytes(32), "203.0.113.77"
    target = Pseudonymiser(root).pseudonyms(Purpose.CLIENT_ADDRESS, [address])[0]
    guesses = [f"203.{a}.{b}.77" for a in range(250) for b in range(400)]
    assert address in guesses
    assert len(guesses) == GUESSES

    stranger, holder = Pseudonymiser(secrets.token_bytes(32)), Pseudonymiser(root)
    label = b"partnerstats/pseudonym/client_address"
    attacks = {
        "bare digest": [hashlib.sha256(guess.encode()).hexdigest() for guess in guesses],
        "the code's label as key": [hmac_sha256(label, guess.encode()).hex() for guess in guesses],
        "another key": stranger.pseudonyms(Purpose.CLIENT_ADDRESS, guesses),
        "another purpose": holder.pseudonyms(Purpose.MEMBER, guesses),
    }
    assert {name: found.count(target) for name, found in attacks.items()} == dict.fromkeys(attacks, 0)
    assert holder.pseudonyms(Purpose.CLIENT_ADDRESS, guesses).count(target) == 1


def test_distinct_values_are_hashed_once(monkeypatch: pytest.MonkeyPatch):
    pseudonymiser, hashed = Pseudonymiser(ROOT), []
    real = hmac.digest
    monkeypatch.setattr(hmac, "digest", lambda *given: hashed.append(given[1]) or real(*given))
    pseudonymiser.pseudonyms(Purpose.MEMBER, ["a", "b", "a"])
    pseudonymiser.pseudonyms(Purpose.MEMBER, ["b", "c"])
    assert hashed == [b"a", b"b", b"c"]


def test_the_cache_is_bounded_and_a_value_keeps_its_pseudonym(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pseudonyms, "CACHED_VALUES", 3)
    pseudonymiser = Pseudonymiser(ROOT)
    values = [str(number) for number in range(10)]
    first = [pseudonymiser.pseudonyms(Purpose.MEMBER, [value])[0] for value in values]
    assert pseudonymiser.pseudonyms(Purpose.MEMBER, values) == first
    assert first == Pseudonymiser(ROOT).pseudonyms(Purpose.MEMBER, values)


def test_text_of_undecodable_bytes_has_a_pseudonym_of_its_own():
    texts = [b"\xff".decode("utf-8", "surrogateescape"), "\ufffd", "ÿ", "\ud800"]
    assert len(set(Pseudonymiser(ROOT).pseudonyms(Purpose.MEMBER, texts))) == 4


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_root_key_of_another_length_is_refused(length: int):
    with pytest.raises(ValueError, match="32 bytes"):
        Pseudonymiser(bytes(length))
