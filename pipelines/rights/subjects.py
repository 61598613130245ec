"""Keyed digests of the people that rights are about: the same person has the same digest, and only the keyring makes it.

They stand under a root key of their own, which no rotation of pseudonyms replaces: what a tombstone keeps out today it has
to keep out after a rotation too.
"""

import re
import unicodedata
from collections.abc import Iterable

from pipelines.privacy.pseudonyms import Pseudonymiser, Purpose

_NO_DIGIT = re.compile(r"\D")
_NUMBERS = frozenset({"business_number", "contact_phone", "company_phone"})


class SubjectDigests:
    """Digests, 64 lower-case hexadecimal digits each, under one 32-byte root key."""

    def __init__(self, root_key: bytes) -> None:
        """Derive the sub-keys. Raises ValueError for a root key of another length."""
        self._pseudonymiser = Pseudonymiser(root_key)

    def subject_digest(self, account_key: str) -> str:
        """Return what names the member in the sealed store."""
        return self._one(Purpose.SUBJECT, account_key)

    def tombstone_of_account(self, account_key: str) -> str:
        """Return what names the member's account in a tombstone."""
        return self._one(Purpose.TOMBSTONE, f"account:{account_key}")

    def tombstones_of_logins(self, logins: Iterable[str]) -> list[str]:
        """Return what names each login in a tombstone, in order."""
        return self._pseudonymiser.pseudonyms(Purpose.TOMBSTONE, [f"login:{login}" for login in logins])

    def linked_id_digest(self, linked_id: str) -> str:
        """Return what names a member ID of a linked service in a hold."""
        return self._one(Purpose.SUBJECT, f"linked:{linked_id}")

    def confirmation(self, text: str) -> str:
        """Return what confirms a request: only the keyring makes it."""
        return self._one(Purpose.SUBJECT, f"confirmation:{text}")[:24]

    @property
    def fingerprint(self) -> str:
        """Says which root key this is, without telling it."""
        return self._one(Purpose.TOMBSTONE, "fingerprint")[:32]

    def sign_up_digest(self, field: str, value: str) -> str | None:
        """Return the digest of what was given in `field` at sign-up, however it was written; None where nothing was given."""
        plain = normalised(field, value)
        return self._one(Purpose.SIGN_UP, f"{field}:{plain}") if plain else None

    def _one(self, purpose: Purpose, value: str) -> str:
        return self._pseudonymiser.pseudonyms(purpose, [value])[0]


def normalised(field: str, value: str) -> str:
    """Return `value` without what does not tell two people apart: capitals, spaces around it, and all but digits in numbers."""
    text = unicodedata.normalize("NFKC", value)
    return _NO_DIGIT.sub("", text) if field in _NUMBERS else text.strip().casefold()
