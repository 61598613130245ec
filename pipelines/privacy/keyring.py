"""The keyring: data keys by dataset and day, wrapped by the master key, and the root keys of pseudonyms and subjects.

It fails closed. A key that was there and is gone, another master key, a missing one: KeyMissingError, never a new key
for old data. It lies outside the home, so that the home's backups hold nothing that opens them.
"""

import re
import secrets
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from pipelines.errors import DamagedError, KeyMissingError
from pipelines.privacy.key_names import KeyName
from pipelines.privacy.key_store import DESTROYED, HEAD, MADE, REMAINS, KeyStore
from pipelines.privacy.master_key import FileMasterKeys, MasterKeys
from pipelines.privacy.wrapped_keys import KeyToWrap, WrappedKey
from pipelines.storage.keys import DataKey, KeyKind
from pipelines.storage.locks import locked
from pipelines.storage.sealing import new_identity

DestroyBy = Callable[[str, date], date | None]
"""From a dataset and a day, the last day by which that day's key is to be destroyed, by the policy; None: open."""

PARQUET_DATASETS = frozenset({"events", "linked_events_pseudonymised"})
"""Datasets whose files DuckDB encrypts; the files of all others are sealed whole."""

ROOT = "root"
"""Kind of the root keys; the other kinds are those of data keys."""
_SUBJECTS = "subjects.1"
_PSEUDONYMS = re.compile(r"pseudonyms\.([1-9]\d{0,8})")


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
    superseded_on: date | None = None
    """The Asia/Seoul day on which the file it opens was written anew under another key."""


@dataclass(frozen=True)
class PseudonymKey:
    """The root key of all pseudonyms, 32 bytes, and its generation, from 1."""

    generation: int
    secret: bytes = field(repr=False)

    @property
    def name(self) -> str:
        """What the keyring calls it."""
        return root_name(self.generation)


class Keyring:
    """The keyring in `folder`; a KeySource. Safe between processes."""

    def __init__(
        self,
        folder: Path,
        masters: MasterKeys,
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
        self._keys = KeyStore(folder, masters)
        with self._lock():
            self._keys.begin(lambda: [self._root(root_name(1))], now())
            self._keys.settle(now())

    def data_key(self, dataset: str, day: date) -> DataKey:
        """Return the key of `dataset` on `day`, made on first use; of several the one that took the others' place.

        Raises KeyMissingError when it is gone or was destroyed: data of a destroyed day does not come back.
        """
        with self._lock():
            of_day = self._of_day(dataset, day)
            live = [name for name, state in of_day if state == MADE]
            if live:
                return self._get(live[-1])
            if of_day:
                raise KeyMissingError(f"key {of_day[-1][0]} was destroyed; that day's data does not come back")
            return self._make(KeyName(dataset, day, None, self._destroy_by(dataset, day)))

    def fresh_key(self, dataset: str, day: date) -> DataKey:
        """Return a new key of `dataset`, of its own generation, for a file written anew on `day`."""
        with self._lock():
            return self._make(KeyName(dataset, day, secrets.token_hex(8), self._destroy_by(dataset, day)))

    def renew(self, former: str) -> DataKey:
        """Return the key that takes the place of the day's key `former`, made when that is still the day's.

        Both are there until the former is destroyed. Raises KeyMissingError when it was destroyed before it had a successor.
        """
        name = KeyName.parse(former)
        with self._lock():
            of_day = self._of_day(name.dataset, name.day)
            live = [found for found, state in of_day if state == MADE]
            if not live or name.generation:
                raise KeyMissingError(f"key {former} is no day's key that is there")
            if live[-1] != former:
                return self._get(live[-1])
            renewal = KeyName.parse(of_day[-1][0]).renewal + 1
            return self._make(KeyName(name.dataset, name.day, None, name.destroy_by, renewal))

    def get(self, name: str) -> DataKey:
        """Return the data key called `name`. Raises KeyMissingError when there is none, DamagedError when changed."""
        with self._lock():
            return self._get(name)

    def keys_of_day(self, dataset: str, day: date) -> Sequence[DataKey]:
        """Return the keys of a day that are there, the one in use first: several only while its data is written anew."""
        with self._lock():
            return [self._get(name) for name, state in reversed(self._of_day(dataset, day)) if state == MADE]

    def find(self, dataset: str, day: date) -> KeyInfo | None:
        """Return what may be told of the day's key (fresh keys left out), or None when there is none or no more."""
        with self._lock():
            live = [name for name, state in self._of_day(dataset, day) if state == MADE]
            return self._info(live[-1], {}) if live else None

    def list(self) -> list[KeyInfo]:
        """Return what may be told of each data key that is there, by name."""
        with self._lock():
            superseded = self._keys.superseded()
            return [self._info(name, superseded) for name in self._live() if not _is_root(name)]

    def supersede(self, name: str) -> None:
        """Remember that the file of a key is written under another one from now on; a second time changes nothing."""
        with self._lock():
            if name not in self._live():
                raise KeyMissingError(f"there is no key {name}")
            if name not in self._keys.superseded():
                self._keys.supersede(name, self._now())

    def destroyed(self) -> frozenset[str]:
        """Return the names of the data keys that were destroyed."""
        with self._lock():
            return frozenset(name for name, state in self._keys.states().items() if state == DESTROYED)

    def destroy(self, name: str) -> None:
        """Destroy the data key called `name`; a second time does nothing. Raises KeyMissingError if never made."""
        KeyName.parse(name)
        self.destroy_many([name])

    def destroy_many(self, names: Collection[str]) -> int:
        """Destroy keys at once and return how many were still there; the survivors stand under a new master key then.

        A former root key of pseudonyms may be among them. Raises KeyMissingError, and destroys nothing, for a name never made
        and for a root key in use.
        """
        with self._lock():
            states = self._keys.states()
            for name in names:
                self._require_destructible(name, states)
            going = {name for name in names if states[name] == MADE}
            if going:
                self._keys.destroy(going, self._now())
            return len(going)

    def wrap_again(self) -> None:
        """Wrap every key under a new master key and destroy the former."""
        with self._lock():
            self._keys.wrap_again()

    @property
    def fingerprint(self) -> str:
        """Which master key wraps the keys now."""
        with self._lock():
            return self._keys.fingerprint

    def pseudonym_key(self) -> PseudonymKey:
        """Return the pseudonyms' root key of the latest generation. Raises KeyMissingError when it is gone."""
        with self._lock():
            generation = max(self._generations(), default=1)
            return PseudonymKey(generation, self._keys.secret(self._keys.read(root_name(generation))))

    def pseudonym_generations(self) -> Sequence[int]:
        """Return the generations of root keys that are there, the one in use last."""
        with self._lock():
            return sorted(self._generations())

    def next_pseudonym_key(self, former: str) -> PseudonymKey:
        """Return the root key that takes the place of the one called `former`, made when that is still in use."""
        with self._lock():
            generation = max(self._generations(), default=0)
            if former == root_name(generation):
                self._keys.make(self._root(root_name(generation + 1)))
        return self.pseudonym_key()

    def subject_key(self) -> bytes:
        """Return the root key of the digests of subjects, 32 bytes, made on first use.

        It is another than the pseudonyms', since a tombstone and a sealed object's name must mean the same after a rotation.
        """
        with self._lock():
            if self._keys.states().get(_SUBJECTS) is None:
                self._keys.make(self._root(_SUBJECTS))
            return self._keys.secret(self._keys.read(_SUBJECTS))

    def _lock(self) -> AbstractContextManager[int]:
        return locked(self._folder / ".lock")

    def _live(self) -> Sequence[str]:
        return sorted(name for name, state in self._keys.states().items() if state == MADE)

    def _generations(self) -> Sequence[int]:
        return [int(match[1]) for name in self._live() if (match := _PSEUDONYMS.fullmatch(name))]

    def _require_destructible(self, name: str, states: dict[str, str]) -> None:
        generation = _PSEUDONYMS.fullmatch(name)
        if generation is None or int(generation[1]) >= max(self._generations(), default=0):
            KeyName.parse(name)
        if name not in states:
            raise KeyMissingError(f"there is no key {name}")

    def _get(self, name: str) -> DataKey:
        parts = KeyName.parse(name)
        if self._keys.states().get(name) == DESTROYED:
            raise KeyMissingError(f"key {name} was destroyed")
        key = self._keys.read(name)
        secret = self._keys.secret(key)
        return DataKey(name, parts.dataset, parts.day, parts.destroy_by, _kind(key, secret), secret)

    def _of_day(self, dataset: str, day: date) -> Sequence[tuple[str, str]]:
        """Return name and state of each key the day had, in order; also when the policy's period has changed since."""
        start = f"{dataset}.{day.isoformat()}."
        found = [pair for pair in self._keys.states().items() if pair[0].startswith(start)]
        named = [(KeyName.parse(name), name, state) for name, state in found]
        return [
            (name, state) for key, name, state in sorted(named, key=lambda each: each[0].renewal) if not key.generation
        ]

    def _make(self, name: KeyName) -> DataKey:
        kind: KeyKind = "aes256" if name.dataset in self._parquet_datasets else "age"
        secret = secrets.token_bytes(32) if kind == "aes256" else new_identity()
        self._keys.make(KeyToWrap(str(name), kind, self._now(), secret))
        return DataKey(str(name), name.dataset, name.day, name.destroy_by, kind, secret)

    def _root(self, name: str) -> KeyToWrap:
        return KeyToWrap(name, ROOT, self._now(), secrets.token_bytes(32))

    def _info(self, name: str, superseded: dict[str, date]) -> KeyInfo:
        key, parts = self._keys.read(name), KeyName.parse(name)
        told = (parts.dataset, parts.day, parts.generation, parts.destroy_by)
        return KeyInfo(name, *told, key.kind, key.made_at, superseded.get(name))


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
    is_empty = not any((folder / name).exists() for name in (HEAD, *REMAINS))
    if is_empty and not allow_create:
        raise KeyMissingError(f"the home holds data, but its keyring is empty: {folder}")
    return Keyring(folder, FileMasterKeys(master_key_file, create=is_empty), destroy_by, now)


def root_name(generation: int) -> str:
    """Return the name of the pseudonyms' root key of a generation."""
    return f"pseudonyms.{generation}"


def _is_root(name: str) -> bool:
    return name == _SUBJECTS or _PSEUDONYMS.fullmatch(name) is not None


def _kind(key: WrappedKey, secret: bytes) -> KeyKind:
    """Return the kind the secret itself shows; the file's word alone could have been changed."""
    kind: KeyKind = "aes256" if len(secret) == 32 else "age"
    if key.kind != kind:
        raise DamagedError(f"the file of key {key.name} does not say its kind")
    return kind
