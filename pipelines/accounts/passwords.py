"""Passwords: argon2id by a library, and what a password may not be. The words of a new one are never kept or told."""

import functools
import re
from collections.abc import Collection

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn
from zxcvbn.frequency_lists import FREQUENCY_LISTS

SHORTEST, LONGEST = 12, 256
"""Characters. OWASP ASVS 5.0, 6.2.1 and 6.2.9: at least 8, and 64 have to be allowed; what is longer costs time to hash."""
FEWEST_GUESSES_LOG10 = 10
"""Weaker than this by zxcvbn's estimate is refused: what an attacker with the hash would try within days."""
CONTEXT_WORDS = ("partnerstats", "partnercenter", "partner", "center", "melon", "aztalk", "파트너센터", "멜론")
"""Words of this house, which a guess begins with (ASVS 6.1.2, 6.2.11)."""
FEWEST_OTHER = 6
"""Letters and digits that have to be left without those words and the login."""
_ESTIMATED = 72
"""Characters that zxcvbn looks at: its time grows with the square, and what follows makes a password only stronger."""

HASHER = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=4)
"""RFC 9106, section 4, second recommendation: 64 MiB, 3 passes, 4 lanes."""


class Passwords:
    """Hashes and verifies; one who is unknown costs as long as one who is known."""

    def __init__(self, hasher: PasswordHasher = HASHER) -> None:
        """Take the hasher; tests take a cheap one."""
        self._hasher = hasher

    def hashed(self, password: str) -> str:
        """Return the argon2id hash of a password, with a salt of its own."""
        return self._hasher.hash(password)

    def matches(self, password: str, password_hash: str | None) -> bool:
        """Say whether a password is the one of the hash; without one, after the same work, no."""
        known = password_hash or self._of_nobody
        try:
            return self._hasher.verify(known, password[: LONGEST + 1]) and password_hash is not None
        except (VerificationError, InvalidHashError):
            return False

    def is_outdated(self, password_hash: str) -> bool:
        """Say whether a hash was made with other costs than today's."""
        return self._hasher.check_needs_rehash(password_hash)

    @functools.cached_property
    def _of_nobody(self) -> str:
        return self._hasher.hash("the password of nobody")


def fault_of(password: str, login: str) -> str | None:
    """Return why a new password is refused, as one of `too-short`, `too-long`, `common`, `guessable`; None when it is not.

    No composition is asked for (ASVS 6.2.5): length, a list of common ones, and an estimate of guesses that knows the login and
    the words of this house.
    """
    if len(password) < SHORTEST:
        return "too-short"
    if len(password) > LONGEST:
        return "too-long"
    if password.lower() in common_passwords():
        return "common"
    words = [word for word in (login, *re.split(r"[^a-z0-9]+", login), *CONTEXT_WORDS) if len(word) > 2]
    if len(_without(words, password)) < FEWEST_OTHER:
        return "guessable"
    found = zxcvbn(password[:_ESTIMATED], user_inputs=words, max_length=_ESTIMATED)
    return "guessable" if float(found["guesses_log10"]) < FEWEST_GUESSES_LOG10 else None


def _without(words: Collection[str], password: str) -> str:
    """Return the letters and digits of a password that belong to none of `words`."""
    plain = "".join(character for character in password.casefold() if character.isalnum())
    for word in sorted(words, key=len, reverse=True):
        plain = plain.replace("".join(filter(str.isalnum, word)), "")
    return plain


@functools.cache
def common_passwords() -> Collection[str]:
    """Return the passwords that everybody tries first, lower case; some thirty thousand (ASVS 6.2.4 asks for 3,000)."""
    return frozenset(FREQUENCY_LISTS["passwords"])
