"""Passwords: stored one-way by argon2id, of any composition, and not what everybody tries first."""

import statistics
import time

import pytest
from argon2 import PasswordHasher, extract_parameters

from pipelines.accounts.passwords import HASHER, LONGEST, SHORTEST, Passwords, common_passwords, fault_of

CHEAP = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1)
GOOD = "seven lamps over the harbour"


def test_a_password_is_kept_as_argon2id_with_the_costs_of_rfc_9106():
    found = extract_parameters(HASHER.hash(GOOD))
    assert (found.type.name, found.time_cost, found.memory_cost, found.parallelism) == ("ID", 3, 65536, 4)
    assert found.salt_len >= 16


def test_the_same_password_has_another_hash_each_time_and_each_matches():
    passwords = Passwords(CHEAP)
    one, other = passwords.hashed(GOOD), passwords.hashed(GOOD)
    assert one != other
    assert passwords.matches(GOOD, one) and passwords.matches(GOOD, other)


@pytest.mark.parametrize("wrong", [GOOD + " ", GOOD[:-1], GOOD.upper(), "", GOOD + "x" * 300])
def test_a_password_is_compared_as_it_was_typed(wrong):
    passwords = Passwords(CHEAP)
    assert not passwords.matches(wrong, passwords.hashed(GOOD))


def test_nobodys_password_never_matches_whatever_is_kept():
    passwords = Passwords(CHEAP)
    assert not passwords.matches("the password of nobody", None)
    assert not passwords.matches(GOOD, "not a hash")


def test_one_who_is_unknown_costs_as_much_work_as_one_who_is_known():
    """Medians of the same work, so that a busy machine does not decide: see ASVS 6.3.8."""
    passwords = Passwords(CHEAP)
    known = passwords.hashed(GOOD)
    passwords.matches("warm up", None)

    def cost(kept):
        began = time.process_time()
        passwords.matches("a wrong password", kept)
        return time.process_time() - began

    pairs = [(cost(known), cost(None)) for _ in range(30)]
    ratio = statistics.median(a for a, _ in pairs) / statistics.median(b for _, b in pairs)
    assert 0.5 < ratio < 2


@pytest.mark.parametrize(
    "good", [GOOD, "가로등 일곱 개와 항구", "q7#Vn2!xLw9@", "x" * 3 + "kV8 jump lazily", "ñandú über østen 42"]
)
def test_any_composition_is_taken(good):
    assert fault_of(good, "kim.minji") is None


def test_length_has_two_sides():
    assert fault_of("q7#Vn2!xLw9", "kim") == "too-short"
    assert len("q7#Vn2!xLw9@") == SHORTEST
    assert fault_of("q7#Vn2!xLw9@", "kim") is None
    assert fault_of((GOOD * 20)[:LONGEST], "kim") is None
    assert fault_of((GOOD * 20)[: LONGEST + 1], "kim") == "too-long"


@pytest.mark.parametrize(
    "bad",
    [
        "kim.minji.kim.minji",
        "kimminji2026",
        "partnerstats2026",
        "Partner-Center-1",
        "멜론멜론멜론멜론멜론멜론",
        "melonmelon123",
    ],
)
def test_words_of_the_house_and_the_login_are_no_password(bad):
    assert fault_of(bad, "kim.minji") == "guessable"


@pytest.mark.parametrize(
    "bad", ["qwertyuiop12", "QWERTYUIOP12", "passwordpassword", "123456789012345", "aaaaaaaaaaaaaaaa"]
)
def test_what_everybody_tries_first_is_no_password(bad):
    assert fault_of(bad, "kim.minji") in {"common", "guessable"}


def test_every_one_of_the_common_passwords_that_are_long_enough_is_refused():
    """There are 30,000; those of the least length are few, and shorter ones are refused for that."""
    assert len(common_passwords()) >= 3_000
    long_enough = [password for password in common_passwords() if len(password) >= SHORTEST]
    assert len(long_enough) > 100
    assert {fault_of(password, "kim") for password in long_enough} == {"common"}
    assert fault_of(next(iter(sorted(common_passwords()))), "kim") is not None
