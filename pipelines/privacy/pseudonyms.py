"""Keyed pseudonyms: HMAC-SHA-256 (RFC 2104, 4231) under HKDF-SHA-256 sub-keys (RFC 5869), one per purpose."""

import hmac
from collections.abc import Iterable
from enum import StrEnum

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
CACHED_VALUES = 1_000_000
"""Values kept per purpose, about 250 bytes each, before the cache begins anew: bounds memory."""


class Purpose(StrEnum):
    """What a pseudonym stands for; the pseudonyms of one value for two purposes have nothing in common."""

    MEMBER = "member"
    VISITOR = "visitor"
    PERSON = "person"
    CLIENT_ADDRESS = "client_address"
    LINKED_MEMBER = "linked_member"
    SUBJECT = "subject"
    """Who a sealed object of a former member is about; under the root key of subjects, which no rotation replaces."""
    TOMBSTONE = "tombstone"
    """A member who left or was erased; under the root key of subjects."""
    SIGN_UP = "sign_up"
    """What a member gave at sign-up, to find a double one; under the root key of subjects."""
    PUBLISHED_FILE = "published_file"
    """What a partner's published file is called; under the root key of subjects."""
    DASHBOARD_ACCOUNT = "dashboard_account"
    """Whose an account of the dashboard is; under the root key of subjects of the dashboard's own keyring."""


def hmac_sha256(key: bytes, message: bytes) -> bytes:
    """Return the 32 bytes of HMAC-SHA-256 (RFC 4231)."""
    return hmac.digest(key, message, "sha256")


def hkdf_sha256(ikm: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    """Return `length` bytes of HKDF-SHA-256, extract and expand (RFC 5869); `length` is at most 8,160."""
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(ikm)


class Pseudonymiser:
    """Pseudonyms under one 32-byte root key. A distinct value is hashed once in the object's life."""

    def __init__(self, root_key: bytes) -> None:
        """Derive the sub-keys. Raises ValueError for a root key of another length."""
        if len(root_key) != KEY_BYTES:
            raise ValueError("the root key of pseudonyms has 32 bytes")
        self._keys = {purpose: _sub_key(root_key, purpose) for purpose in Purpose}
        self._known: dict[Purpose, dict[str, str]] = {purpose: {} for purpose in Purpose}

    def pseudonyms(self, purpose: Purpose, values: Iterable[str]) -> list[str]:
        """Return the pseudonym of each value, in order: 64 lower-case hexadecimal digits."""
        key, known = self._keys[Purpose(purpose)], self._known[Purpose(purpose)]
        if len(known) > CACHED_VALUES:
            known.clear()
        found = []
        for value in values:
            pseudonym = known.get(value)
            if pseudonym is None:
                # surrogatepass: text from undecodable bytes has a pseudonym too, and no two texts share their bytes.
                pseudonym = known[value] = hmac.digest(key, value.encode("utf-8", "surrogatepass"), "sha256").hex()
            found.append(pseudonym)
        return found


def _sub_key(root_key: bytes, purpose: Purpose) -> bytes:
    return hkdf_sha256(root_key, b"", f"partnerstats/pseudonym/{purpose.value}".encode(), KEY_BYTES)
