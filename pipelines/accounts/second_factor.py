"""Codes of a second factor: one-time codes by the clock (RFC 6238), and recovery codes. Pure: nothing is kept or told here."""

import hashlib
import hmac
import secrets
import unicodedata
from datetime import datetime

import pyotp

STEP_SECONDS = 30
"""RFC 6238, section 5.2; what every authenticator takes for granted."""
STEPS_BEHIND = 1
"""A code of the step before is taken too, for whoever types while it changes: RFC 6238, section 5.2, allows one step."""
DIGITS = 6
SECRET_LETTERS = 32
"""Of base32: 160 bits, as RFC 4226, R6, recommends."""
RECOVERY_LETTERS = 24
"""Of base32: 120 bits. From 112 on a plain hash is enough to keep them (ASVS 6.5.2)."""
ISSUER = "Partner Center"
"""What the authenticator calls this site."""
_BASE32 = "abcdefghijklmnopqrstuvwxyz234567"
_GROUP = 4


def new_secret() -> str:
    """Return a secret from the system's randomness, in base32."""
    return pyotp.random_base32(SECRET_LETTERS)


def step_at(instant: datetime) -> int:
    """Return the time step of an instant."""
    return int(instant.timestamp()) // STEP_SECONDS


def code_at(secret: str, instant: datetime) -> str:
    """Return the code of an instant: the one-time password of its time step (RFC 6238, section 4.2)."""
    return _code_of(secret, step_at(instant))


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """Return the time step that a typed code is of, the present one or the one before; None when it is of neither."""
    given = "".join(unicodedata.normalize("NFKC", code[:64]).split()).encode("utf-8", "replace")
    present = step_at(now)
    steps = [present - behind for behind in range(STEPS_BEHIND + 1)]
    matching = [step for step in steps if hmac.compare_digest(_code_of(secret, step).encode(), given)]
    return matching[0] if matching else None


def address_of(secret: str, login: str) -> str:
    """Return the address by which an authenticator takes a secret over; as a picture or as a link on the device itself."""
    return pyotp.TOTP(secret, digits=DIGITS, interval=STEP_SECONDS).provisioning_uri(name=login, issuer_name=ISSUER)


def new_recovery_codes(count: int) -> tuple[str, ...]:
    """Return so many codes from the system's randomness, in groups of letters that are told apart."""
    return tuple(grouped("".join(secrets.choice(_BASE32) for _ in range(RECOVERY_LETTERS))) for _ in range(count))


def recovery_digest(code: str) -> str:
    """Return what is kept of a recovery code, however it was typed: with or without hyphens, in any case."""
    plain = "".join(filter(str.isalnum, unicodedata.normalize("NFKC", code[:256]).casefold()))
    return hashlib.sha256(plain.encode("utf-8", "replace")).hexdigest()


def grouped(letters: str) -> str:
    """Return letters in groups of four, as they are read aloud."""
    return "-".join(letters[at : at + _GROUP] for at in range(0, len(letters), _GROUP))


def _code_of(secret: str, step: int) -> str:
    return pyotp.HOTP(secret, digits=DIGITS).at(step)
