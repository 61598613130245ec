"""The keyring: data keys by dataset and day, wrapped by the master key, and the root key of the pseudonyms.

It fails closed. A key that was there and is gone, another master key, a missing one: KeyMissingError, never a new key
for old data. It lies outside the home, so that the home's backups hold nothing that opens them.
"""

import json
import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pipelines.errors import DamagedError, KeyMissingError
from pipelines.privacy.key_names import KeyName
from pipelines.privacy.master_key import FileMasterKey, MasterKey
from pipelines.privacy.wrapped_keys import DESTROYED, MADE, ROOT, WrappedKey, WrappedKeys
from pipelines.storage.atomic import write_json
from pipelines.storage.keys import DataKey, KeyKind
from pipelines.storage.locks import locked
from pipelines.storage.sealing import new_identity

DestroyBy = Callable[[str, date], date | None]
"""From a dataset and a day, the last day by which that day's key is to be destroyed, by the policy; None: open."""

PARQUET_DATASETS = frozenset({"events", "linked_events_pseudonymised"})
"""Datasets whose files DuckDB encrypts; the files of all others are sealed whole."""

_FIRST_ROOT = "pseudonyms.1"
_SUBJECTS = "subjects.1"
_ROOTS = frozenset({_FIRST_ROOT, _SUBJECTS})
_REMAINS = ("register.jsonl", "register.jsonl.head", "data")


@dataclass(frozen=True)
class KeyInfo:
    """What may be told of a data key."""

    name: str
    dataset: str
    day: date
    generation: str | None
    destroy_by: date | None
    kind: str
    made_at: datetime


@dataclass(frozen=True)
class PseudonymKey:
    """The root key of all pseudonyms, 32 bytes, and its generation, from 1."""

    generation: int
    secret: bytes = field(repr=False)


class Keyring:
    """The keyring in `folder`; a KeySource. Safe between processes."""

    def __init__(
        self,
        folder: Path,
        master: MasterKey,
        destroy_by: DestroyBy,
        now: Callable[[], datetime],
        *,
        parquet_datasets: frozenset[str] = PARQUET_DATASETS,
    ) -> None:
        """Open the keyring, or begin it in an empty folder, and finish what a crash left half done.

        Raises KeyMissingError when the keys are wrapped under another master key or any is gone.
        """
        self._folder, self._destroy_by, self._now = folder, destroy_by, now
        self._parquet_datasets = parquet_datasets
        self._keys = WrappedKeys(folder, master)
        with self._lock():
            self._begin(master.fingerprint)
            self._keys.settle(now())

    def data_key(self, dataset: str, day: date) -> DataKey:
        """Return the key of `dataset` on `day`, made on first use.

        Raises KeyMissingError when it is gone or was destroyed: data of a destroyed day does not come back.
        """
        with self._lock():
            name, state = self._find(dataset, day)
            if state == DESTROYED:
                raise KeyMissingError(f"key {name} was destroyed; that day's data does not come back")
            if state == MADE:
                return self.get(name)
            return self._make(KeyName(dataset, day, None, self._destroy_by(dataset, day)))

    def fresh_key(self, dataset: str, day: date) -> DataKey:
        """Return a new key of `dataset`, of its own generation, for a file written anew on `day`."""
        with self._lock():
            return self._make(KeyName(dataset, day, secrets.token_hex(8), self._destroy_by(dataset, day)))

    def get(self, name: str) -> DataKey:
        """Return the data key called `name`. Raises KeyMissingError when there is none, DamagedError when changed."""
        parts = KeyName.parse(name)
        if self._keys.states().get(name) == DESTROYED:
            raise KeyMissingError(f"key {name} was destroyed")
        key = self._keys.read(name)
        secret = self._keys.secret(key)
        kind = _kind(key, secret)
        return DataKey(name, parts.dataset, parts.day, parts.destroy_by, kind, secret)

    def find(self, dataset: str, day: date) -> KeyInfo | None:
        """Return what may be told of the day's key (fresh keys left out), or None when there is none or no more."""
        with self._lock():
            name, state = self._find(dataset, day)
            return _info(self._keys.read(name)) if state == MADE else None

    def list(self) -> list[KeyInfo]:
        """Return what may be told of each data key that is there, by name."""
        with self._lock():
            live = sorted(name for name, state in self._keys.states().items() if state == MADE and name not in _ROOTS)
            return [_info(self._keys.read(name)) for name in live]

    def destroy(self, name: str) -> None:
        """Destroy the data key called `name`; a second time does nothing. Raises KeyMissingError if never made."""
        KeyName.parse(name)
        with self._lock():
            state = self._keys.states().get(name)
            if state is None:
                raise KeyMissingError(f"there is no key {name}")
            if state != DESTROYED:
                self._keys.destroy(name, self._now())

    def pseudonym_key(self) -> PseudonymKey:
        """Return the pseudonyms' root key, made when the keyring began. Raises KeyMissingError when it is gone."""
        key = self._keys.read(_FIRST_ROOT)
        return PseudonymKey(int(key.name.rpartition(".")[2]), self._keys.secret(key))

    def subject_key(self) -> bytes:
        """Return the root key of the digests of subjects, 32 bytes, made on first use.

        It is another than the pseudonyms', since a tombstone and a sealed object's name must mean the same after a rotation.
        """
        with self._lock():
            if self._keys.states().get(_SUBJECTS) is None:
                self._keys.make(_SUBJECTS, ROOT, secrets.token_bytes(32), self._now())
            return self._keys.secret(self._keys.read(_SUBJECTS))

    def _begin(self, fingerprint: str) -> None:
        """Begin an empty keyring with the pseudonyms' root key, or check that this is the keyring's master key."""
        head = self._folder / "keyring.json"
        if not head.exists():
            if any((self._folder / name).exists() for name in _REMAINS):
                raise KeyMissingError("keyring.json is gone, but there are wrapped keys")
            write_json(head, {"format": 1, "master": fingerprint, "has_begun": False})
        state = _read_head(head)
        if state.get("master") != fingerprint:
            raise KeyMissingError(f"the keyring was made under another master key than {fingerprint}")
        if state.get("has_begun"):
            if not self._keys.states():
                raise KeyMissingError("the keyring's register is gone or empty")
            return
        if not self._keys.exists(_FIRST_ROOT):
            self._keys.make(_FIRST_ROOT, ROOT, secrets.token_bytes(32), self._now())
        self._keys.settle(self._now())
        write_json(head, {**state, "has_begun": True})

    def _lock(self) -> AbstractContextManager[int]:
        return locked(self._folder / ".lock")

    def _find(self, dataset: str, day: date) -> tuple[str, str | None]:
        """Return the day's key's name and state; the register knows it even when the policy's period has changed since."""
        prefix = f"{dataset}.{day.isoformat()}.until-"
        found = ((name, state) for name, state in self._keys.states().items() if name.startswith(prefix))
        return next(found, ("", None))

    def _make(self, name: KeyName) -> DataKey:
        kind: KeyKind = "aes256" if name.dataset in self._parquet_datasets else "age"
        secret = secrets.token_bytes(32) if kind == "aes256" else new_identity()
        self._keys.make(str(name), kind, secret, self._now())
        return DataKey(str(name), name.dataset, name.day, name.destroy_by, kind, secret)


def open_keyring(
    folder: Path,
    master_key_file: Path,
    *,
    destroy_by: DestroyBy,
    now: Callable[[], datetime],
    allow_create: bool,
) -> Keyring:
    """Open the keyring in `folder` under the master key in a file; `allow_create` says that the home holds nothing yet.

    Only an empty keyring of an empty home may begin and have its master key made. Raises KeyMissingError otherwise.
    """
    is_empty = not any((folder / name).exists() for name in ("keyring.json", *_REMAINS))
    if is_empty and not allow_create:
        raise KeyMissingError(f"the home holds data, but its keyring is empty: {folder}")
    with locked(folder / ".lock"):
        master = FileMasterKey.open(master_key_file, create=is_empty)
    return Keyring(folder, master, destroy_by, now)


def _read_head(path: Path) -> dict[str, Any]:
    try:
        head = json.loads(path.read_bytes())
    except ValueError:
        head = None
    if not isinstance(head, dict):
        raise DamagedError(f"{path}: not a keyring's head")
    return head


def _kind(key: WrappedKey, secret: bytes) -> KeyKind:
    """Return the kind the secret itself shows; the file's word alone could have been changed."""
    kind: KeyKind = "aes256" if len(secret) == 32 else "age"
    if key.kind != kind:
        raise DamagedError(f"the file of key {key.name} does not say its kind")
    return kind


def _info(key: WrappedKey) -> KeyInfo:
    name = KeyName.parse(key.name)
    return KeyInfo(key.name, name.dataset, name.day, name.generation, name.destroy_by, key.kind, key.made_at)
