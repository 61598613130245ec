"""The keys that are still there, and which of them may open a file: those its path speaks of first, then all others."""

from collections.abc import Sequence
from datetime import date
from functools import cached_property
from typing import Protocol

import pyrage

from pipelines.storage.keys import DataKey

SEALED, ENCRYPTED_PARQUET = b"age-encryption.org/v1", b"PARE"


class KeyNote(Protocol):
    """What is told of a key without its secret; the keyring's `KeyInfo` is one."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def dataset(self) -> str: ...  # noqa: D102
    @property
    def day(self) -> date: ...  # noqa: D102
    @property
    def kind(self) -> str: ...  # noqa: D102


class Keys(Protocol):
    """A keyring that lists what it has and hands it out."""

    def list(self) -> Sequence[KeyNote]:
        """Return what may be told of each key that is there."""
        ...

    def get(self, name: str) -> DataKey:
        """Return the key called `name`."""
        ...


class LiveKeys:
    """The keys of a keyring as they are now; secrets are unwrapped once and held as long as this object."""

    def __init__(self, keys: Keys) -> None:
        """Name the keyring; nothing is read before the first sealed file."""
        self._keys = keys
        self._secrets: dict[str, DataKey] = {}

    def unsealed(self, data: bytes, place: str) -> bytes | None:
        """Return what the sealed bytes `data` of the file `place` hold, still compressed; None when no key opens them."""
        likely, others = self._candidates("age", place)
        for names in (likely, others):
            identities = [self._identities(name) for name in names]
            if identities:
                try:
                    return bytes(pyrage.decrypt(data, identities))
                except pyrage.DecryptError:
                    continue
        return None

    def for_parquet(self, place: str) -> list[DataKey]:
        """Return the keys that may open the encrypted Parquet file `place`, the likely ones first."""
        likely, others = self._candidates("aes256", place)
        return [self._secret(name) for name in (*likely, *others)]

    @cached_property
    def _notes(self) -> list[KeyNote]:
        return list(self._keys.list())

    def _candidates(self, kind: str, place: str) -> tuple[list[str], list[str]]:
        fitting = [note for note in self._notes if note.kind == kind]
        likely = [note.name for note in fitting if note.day.isoformat() in place or f"/{note.dataset}/" in place]
        return likely, [note.name for note in fitting if note.name not in set(likely)]

    def _identities(self, name: str) -> pyrage.x25519.Identity:
        return pyrage.x25519.Identity.from_str(self._secret(name).secret.decode("ascii"))

    def _secret(self, name: str) -> DataKey:
        if name not in self._secrets:
            self._secrets[name] = self._keys.get(name)
        return self._secrets[name]
