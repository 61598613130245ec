"""Codes by the clock as RFC 6238 has them, of now and of the step before, and recovery codes: as pure functions."""

import base64
import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.accounts.second_factor import (
    STEP_SECONDS,
    address_of,
    code_at,
    new_recovery_codes,
    new_secret,
    recovery_digest,
    step_of,
)

SEED = base64.b32encode(b"12345678901234567890").decode()
VECTORS = [
    (59, "94287082"), (1111111109, "07081804"), (1111111111, "14050471"), (1234567890, "89005924"),
    (2000000000, "69279037"), (20000000000, "65353130"),
]  # fmt: skip
"""RFC 6238, appendix B, of SHA-1 and eight digits; six digits are the last six of them (RFC 4226, section 5.3)."""


@pytest.mark.parametrize(("seconds", "digits"), VECTORS)
def test_codes_are_those_of_the_standard(seconds, digits):
    assert code_at(SEED, datetime.fromtimestamp(seconds, UTC)) == digits[-6:]
    assert step_of(SEED, digits[-6:], datetime.fromtimestamp(seconds, UTC)) == seconds // 30


@given(st.integers(5, 2**32), st.integers(-3, 3), st.integers(0, STEP_SECONDS - 1))
@settings(deadline=None)
def test_a_code_is_taken_in_its_own_step_and_the_next_one_and_in_no_other(step, later, seconds):
    code = code_at(SEED, datetime.fromtimestamp(step * STEP_SECONDS, UTC))
    now = datetime.fromtimestamp((step + later) * STEP_SECONDS + seconds, UTC)
    lookalikes = {code_at(SEED, now), code_at(SEED, now - timedelta(seconds=STEP_SECONDS))}
    found = step_of(SEED, code, now)
    assert (found is not None) == (later in (0, 1) or code in lookalikes)
    assert code not in lookalikes or found in (step + later, step + later - 1)


def test_a_code_lives_from_its_first_second_to_the_end_of_the_next_step():
    begins = datetime.fromtimestamp(1_800_000_000, UTC)
    code, life = code_at(SEED, begins), timedelta(seconds=2 * STEP_SECONDS)
    second = timedelta(seconds=1)
    taken = [
        step_of(SEED, code, at) is not None for at in (begins - second, begins, begins + life - second, begins + life)
    ]
    assert taken == [False, True, True, False]


@pytest.mark.parametrize("typed", ["{}", " {} ", "{0[0]}{0[1]}{0[2]} {0[3]}{0[4]}{0[5]}"])
def test_a_code_is_read_as_people_type_it(typed):
    begins = datetime.fromtimestamp(59, UTC)
    assert step_of(SEED, typed.format("287082"), begins) == 1
    assert step_of(SEED, "".join(chr(ord(digit) + 0xFEE0) for digit in "287082"), begins) == 1


@pytest.mark.parametrize(
    "typed", ["", "28708", "2870820", "94287082", "287O82", "\ud800" * 6, "٢٨٧٠٨٢", "287082\x00", "-87082"]
)
def test_what_is_no_code_is_none(typed):
    assert step_of(SEED, typed, datetime.fromtimestamp(59, UTC)) is None


def test_secrets_and_recovery_codes_have_the_randomness_that_is_asked_for():
    """160 bits of RFC 4226, R6; 120 bits of a recovery code, so that a plain digest is enough (ASVS 6.5.2 to 6.5.4)."""
    secrets = {new_secret() for _ in range(200)}
    codes = {code for _ in range(20) for code in new_recovery_codes(10)}
    assert (len(secrets), len(codes)) == (200, 200)
    assert all(re.fullmatch("[A-Z2-7]{32}", secret) for secret in secrets)
    assert all(re.fullmatch("([a-z2-7]{4}-){5}[a-z2-7]{4}", code) for code in codes)
    for place in range(32):
        assert len({secret[place] for secret in secrets}) > 25
    for place in set(range(29)) - {4, 9, 14, 19, 24}:
        assert len({code[place] for code in codes}) > 25


def test_a_recovery_code_is_read_however_it_is_typed():
    (code,) = new_recovery_codes(1)
    for typed in (
        code.upper(),
        code.replace("-", ""),
        f" {code.replace('-', ' ')}\n",
        "".join(chr(0xFEE0 + ord(c)) for c in code),
    ):
        assert recovery_digest(typed) == recovery_digest(code)
    assert recovery_digest(code[:-1]) != recovery_digest(code)


def test_an_authenticator_takes_over_who_it_is_for():
    assert (
        address_of(SEED, "kim@example.kr")
        == f"otpauth://totp/Partner%20Center:kim%40example.kr?secret={SEED}&issuer=Partner%20Center"
    )
