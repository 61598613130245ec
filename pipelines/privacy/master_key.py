"""The master key wraps the data keys. It may be a file, or a key management service behind the same interface."""

import os
import secrets
import stat
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pipelines.errors import DamagedError, KeyMissingError, UsageError
from pipelines.privacy.pseudonyms import hkdf_sha256
from pipelines.storage.atomic import write_text

KEY_BYTES = 32
NONCE_BYTES = 12


class MasterKey(Protocol):
    """Wraps keys under their name, so that a wrapped key does not open under another name."""

    @property
    def fingerprint(self) -> str:
        """Says which master key this is, without telling it."""
        ...

    def wrap(self, name: str, key: bytes) -> bytes:
        """Return `key` encrypted and bound to `name`."""
        ...

    def unwrap(self, name: str, wrapped: bytes) -> bytes:
        """Return the key. Raises DamagedError when `wrapped` was changed, renamed, or is under another master key."""
        ...


class FileMasterKey:
    """A master key of 32 bytes; wraps by AES-256-GCM under a key derived from it, with the name as associated data."""

    def __init__(self, secret: bytes) -> None:
        """Derive the wrapping key and the fingerprint. Raises ValueError for a secret of another length."""
        if len(secret) != KEY_BYTES:
            raise ValueError("a master key has 32 bytes")
        self._wrapping = AESGCM(_derived(secret, "wrap"))
        self._fingerprint = _derived(secret, "fingerprint")[:16].hex()

    @classmethod
    def open(cls, path: Path, *, create: bool) -> "FileMasterKey":
        """Read the key, 64 hexadecimal digits, from `path`; make it when missing and `create`.

        Raises KeyMissingError when there is none, UsageError when others than its owner may read or write the file,
        DamagedError when it holds anything else. No message shows the content.
        """
        if not path.exists():
            if not create:
                raise KeyMissingError(f"the master key is missing: {path}")
            write_text(path, secrets.token_hex(KEY_BYTES) + "\n")
        _refuse_shared(path)
        try:
            secret = bytes.fromhex(path.read_text("ascii"))
        except ValueError:
            raise DamagedError(f"{path}: not a master key of {2 * KEY_BYTES} hexadecimal digits") from None
        if len(secret) != KEY_BYTES:
            raise DamagedError(f"{path}: a master key has {2 * KEY_BYTES} hexadecimal digits")
        return cls(secret)

    @property
    def fingerprint(self) -> str:
        """32 hexadecimal digits, derived one-way from the key."""
        return self._fingerprint

    def wrap(self, name: str, key: bytes) -> bytes:
        """Return a random 96-bit nonce and the encrypted key."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._wrapping.encrypt(nonce, key, name.encode())

    def unwrap(self, name: str, wrapped: bytes) -> bytes:
        """Return the key. Raises DamagedError when it does not open under this master key and `name`."""
        try:
            return self._wrapping.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], name.encode())
        except (InvalidTag, ValueError):
            raise DamagedError(f"key {name} does not open under master key {self._fingerprint}") from None


def _derived(secret: bytes, label: str) -> bytes:
    return hkdf_sha256(secret, b"", f"partnerstats/master-key/{label}".encode(), KEY_BYTES)


def _refuse_shared(path: Path) -> None:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise UsageError(f"{path}: others may read or write the master key (mode {mode:04o}); run chmod 600 on it")
