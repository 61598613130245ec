"""The master key wraps the data keys. It may be a file, or a key management service behind the same interface.

It is replaced whenever keys are destroyed: the survivors are wrapped under the next one and the former is destroyed, so that
an older copy of the wrapped keys opens nothing any more. One master key serves one keyring.
"""

import os
import secrets
import stat
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pipelines.errors import DamagedError, KeyMissingError, UsageError
from pipelines.privacy.pseudonyms import hkdf_sha256
from pipelines.storage.atomic import erase, replace, staging_leftovers, write_text

KEY_BYTES = 32
NONCE_BYTES = 12
NEXT_SUFFIX = ".next"


class MasterKey(Protocol):
    """Wraps keys under their name, so that a wrapped key does not open under another name."""

    @property
    def fingerprint(self) -> str:
        """Says which master key this is, without telling it: it becomes part of a file's name."""
        ...

    def wrap(self, name: str, key: bytes) -> bytes:
        """Return `key` encrypted and bound to `name`."""
        ...

    def unwrap(self, name: str, wrapped: bytes) -> bytes:
        """Return the key. Raises DamagedError when `wrapped` was changed, renamed, or is under another master key."""
        ...


class MasterKeys(Protocol):
    """Where the master key of one keyring comes from, and how it is replaced.

    A file does it (`FileMasterKeys`). A key management service does it with a version of its key for each of `next`, which
    `keep` schedules for destruction; it should let each version unwrap one local wrapping key, not every data key.
    """

    def first(self) -> MasterKey:
        """Return the key that a new keyring begins with. Raises KeyMissingError when there is none and none may be made."""
        ...

    def find(self, fingerprint: str) -> MasterKey:
        """Return the key with this fingerprint. Raises KeyMissingError when it is not there."""
        ...

    def next(self) -> MasterKey:
        """Make the key that is to follow, beside the one in use, and return it once it cannot be lost any more."""
        ...

    def keep(self, fingerprint: str) -> None:
        """Destroy every key but the one with this fingerprint, which is the one in use from now on. Finishes what was begun."""
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


class FileMasterKeys:
    """The master key in the file `path`; the next one lies beside it until it takes its place."""

    def __init__(self, path: Path, *, create: bool) -> None:
        """Name the file; `create` says that it may be made. Nothing is touched."""
        self._path, self._next, self._create = path, path.with_name(path.name + NEXT_SUFFIX), create

    def first(self) -> FileMasterKey:
        """Return the key in the file. Raises as `FileMasterKey.open`."""
        return FileMasterKey.open(self._path, create=self._create)

    def find(self, fingerprint: str) -> FileMasterKey:
        """Return the key with this fingerprint, of the file or of the next one. Raises as `FileMasterKey.open`."""
        following = self._following()
        if following is not None and following.fingerprint == fingerprint:
            return following
        key = FileMasterKey.open(self._path, create=False)
        if key.fingerprint != fingerprint:
            raise KeyMissingError(f"the keyring was made under another master key than {key.fingerprint}")
        return key

    def next(self) -> FileMasterKey:
        """Make the next key, in a file of its own beside the other. Raises UsageError when the folder cannot be written."""
        try:
            erase(self._next)
            return FileMasterKey.open(self._next, create=True)
        except OSError as cause:
            raise UsageError(f"the master key cannot be replaced: {self._next}: {cause.strerror}") from None

    def keep(self, fingerprint: str) -> None:
        """Put the next key into the file when that is the one to keep, and destroy the other."""
        for leftover in staging_leftovers(self._path.parent, is_recursive=False):
            if leftover.name.startswith(f".{self._path.name}."):
                erase(leftover)
        following = self._following()
        if following is None or following.fingerprint != fingerprint:
            erase(self._next)
            return
        _overwrite(self._path)
        replace(self._next, self._path)

    def _following(self) -> FileMasterKey | None:
        try:
            return FileMasterKey.open(self._next, create=False) if self._next.exists() else None
        except DamagedError:
            # What a crash left of its erasure.
            return None


def _overwrite(path: Path) -> None:
    """Overwrite a master key in place: the one that takes its name comes in a file of its own."""
    if path.exists():
        path.chmod(stat.S_IRUSR | stat.S_IWUSR)
        with path.open("r+b") as file:
            file.write(b"\0" * path.stat().st_size)
            file.flush()
            os.fsync(file.fileno())


def _derived(secret: bytes, label: str) -> bytes:
    return hkdf_sha256(secret, b"", f"partnerstats/master-key/{label}".encode(), KEY_BYTES)


def _refuse_shared(path: Path) -> None:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise UsageError(f"{path}: others may read or write the master key (mode {mode:04o}); run chmod 600 on it")
