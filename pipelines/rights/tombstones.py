"""Tombstones: keyed digests of members who left or were erased, applied to every derivation and every import.

They lie beside the keys and outside the home, so that a home restored from a backup meets them. A tombstone holds for what
happened up to its instant: who signs up again under the same login is an ordinary member from then on. It goes with the
last vault day it covers.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.clock import seoul_day
from pipelines.errors import DamagedError, KeyMissingError
from pipelines.rights.subjects import SubjectDigests
from pipelines.storage.atomic import write_text
from pipelines.storage.locks import locked

Codes = npt.NDArray[np.int8]
"""For each line 0, or the position in KINDS, from 1, of why it speaks of nobody."""


class Gone(StrEnum):
    """Why a member is no longer there."""

    WITHDRAWN = "withdrawn"
    ERASED = "erased"


KINDS = (Gone.WITHDRAWN, Gone.ERASED)
"""In the order of strength: of two that cover a line, the later decides."""


@dataclass(frozen=True, order=True)
class Tombstone:
    """One member's: `account` and `logins` are digests; it holds for what happened up to and including `at`."""

    account: str
    logins: tuple[str, ...]
    kind: Gone
    at: datetime
    goes_after: date
    """Last day on which a vault day that it covers may still be there."""

    @property
    def last_covered_day(self) -> date:
        """The last Asia/Seoul day whose lines it covers."""
        return seoul_day(self.at)


@dataclass(frozen=True)
class Departure:
    """A member to put up a tombstone for. `login_ids` are those the member had up to `at`."""

    account_key: str
    login_ids: Collection[str]
    kind: Gone
    at: datetime


class Tombstones:
    """The tombstones in the file `path`; `goes_after` says how long the vault keeps a day. Safe between processes."""

    def __init__(self, path: Path, digests: SubjectDigests, goes_after: Callable[[date], date]) -> None:
        """Name the file; it is made by the first `add`."""
        self._path, self._digests, self.goes_after = path, digests, goes_after
        self._read: tuple[object, _Book] | None = None

    def add(self, account_key: str, login_ids: Collection[str], kind: Gone, at: datetime) -> None:
        """Put up a tombstone; on the disk when this returns. The same one again changes nothing."""
        self.add_all([Departure(account_key, login_ids, kind, at)])

    def add_all(self, departures: Iterable[Departure]) -> int:
        """Put up the tombstones of many at once and return how many are new."""
        new = {self._tombstone(departure) for departure in departures}
        with self._lock():
            known = set(self._book().stones)
            if not new <= known:
                self._write(known | new)
            return len(new - known)

    def all(self) -> tuple[Tombstone, ...]:
        """Return every tombstone. Raises DamagedError for a file that is none, KeyMissingError for one under another key."""
        return self._book().stones

    def kinds_of(self, logins: pa.ChunkedArray, instants_us: npt.NDArray[np.int64]) -> Codes:
        """Return why each line speaks of nobody: `logins` may be null, `instants_us` are microseconds since 1970, UTC.

        Each distinct login is digested once. Shape (lines,).
        """
        book = self._book()
        if not book.by_login or not len(logins):
            return np.zeros(len(logins), np.int8)
        coded = pc.dictionary_encode(logins.cast(pa.string())).combine_chunks()
        distinct = coded.dictionary.to_pylist()
        places = coded.indices.fill_null(len(distinct)).to_numpy(zero_copy_only=False)
        found = np.zeros(len(logins), np.int8)
        nothing: dict[Gone, int] = {}
        stones = [book.by_login.get(digest, nothing) for digest in self._digests.tombstones_of_logins(distinct)]
        for code, kind in enumerate(KINDS, 1):
            until = np.array([stone.get(kind, _NEVER) for stone in stones] + [_NEVER], np.int64)
            found[instants_us <= until[places]] = code
        return found

    def covers_login(self, login: str, instant: datetime) -> Gone | None:
        """Return why what was done under `login` at `instant` speaks of nobody, None if it does not."""
        digest = self._digests.tombstones_of_logins([login])[0]
        return _strongest(self._book().by_login.get(digest, {}), _microseconds(instant))

    def covers_account(self, account_key: str, began_at: datetime | None, kind: Gone | None = None) -> Gone | None:
        """Return why what `account_key` did or began at `began_at` is nobody's or not taken in again; None if it is not so.

        What does not say when it began is covered while there is a tombstone. Only those of `kind` count, if it is given.
        """
        digest = self._digests.tombstone_of_account(account_key)
        began = _NEVER + 1 if began_at is None else _microseconds(began_at)
        reach = self._book().by_account.get(digest, {})
        return _strongest({k: until for k, until in reach.items() if kind in (None, k)}, began)

    def fingerprint(self, day: date) -> str:
        """Return a digest of the tombstones that cover lines of `day`; the empty text when none does."""
        covering = [stone for stone in self._book().stones if day <= stone.last_covered_day]
        return hashlib.sha256("".join(map(_line, covering)).encode()).hexdigest() if covering else ""

    def expired(self, today: date) -> tuple[Tombstone, ...]:
        """Return the tombstones whose last vault day has to be gone before `today`."""
        return tuple(stone for stone in self._book().stones if stone.goes_after < today)

    def remove(self, stones: Iterable[Tombstone]) -> int:
        """Take down `stones` and return how many were there."""
        going = set(stones)
        with self._lock():
            known = set(self._book().stones)
            if known & going:
                self._write(known - going)
            return len(known & going)

    def _tombstone(self, departure: Departure) -> Tombstone:
        at = departure.at.astimezone(UTC)
        return Tombstone(
            self._digests.tombstone_of_account(departure.account_key),
            tuple(sorted(self._digests.tombstones_of_logins(departure.login_ids))),
            departure.kind,
            at,
            self.goes_after(seoul_day(at)),
        )

    def _lock(self) -> AbstractContextManager[int]:
        return locked(self._path.with_name(f".{self._path.name}.lock"))

    def _book(self) -> "_Book":
        if not self._path.exists():
            return _Book(())
        facts = self._path.stat()
        version = (facts.st_ino, facts.st_size, facts.st_mtime_ns)
        if self._read is None or self._read[0] != version:
            self._read = version, _Book(_parsed(self._path, self._digests.fingerprint))
        return self._read[1]

    def _write(self, stones: Iterable[Tombstone]) -> None:
        """Write all anew: what was taken down leaves no bytes in the file."""
        head = json.dumps({"format": 1, "key": self._digests.fingerprint}) + "\n"
        write_text(self._path, head + "".join(map(_line, sorted(stones))))


_NEVER = np.iinfo(np.int64).min


@dataclass(frozen=True)
class _Book:
    """The tombstones read, and how far each reaches, by login and by account: kind -> last instant in microseconds."""

    stones: tuple[Tombstone, ...]

    @cached_property
    def by_login(self) -> dict[str, dict[Gone, int]]:
        return _reach((login, stone) for stone in self.stones for login in stone.logins)

    @cached_property
    def by_account(self) -> dict[str, dict[Gone, int]]:
        return _reach((stone.account, stone) for stone in self.stones)


def _reach(named: Iterable[tuple[str, Tombstone]]) -> dict[str, dict[Gone, int]]:
    reach: dict[str, dict[Gone, int]] = {}
    for name, stone in named:
        kinds = reach.setdefault(name, {})
        kinds[stone.kind] = max(kinds.get(stone.kind, _NEVER), _microseconds(stone.at))
    return reach


def _strongest(until: dict[Gone, int], microseconds: int) -> Gone | None:
    return next((kind for kind in reversed(KINDS) if microseconds <= until.get(kind, _NEVER)), None)


def _microseconds(instant: datetime) -> int:
    since = instant.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _line(stone: Tombstone) -> str:
    document = {
        "member_digest": stone.account,
        "login_digests": list(stone.logins),
        "kind": stone.kind.value,
        "holds_from": stone.at.isoformat(),
        "last_covered_day": stone.last_covered_day.isoformat(),
        "goes_after": stone.goes_after.isoformat(),
    }
    return json.dumps(document) + "\n"


def _parsed(path: Path, fingerprint: str) -> tuple[Tombstone, ...]:
    try:
        head, *lines = path.read_text("utf-8").splitlines()
        key = json.loads(head)["key"]
        stones = tuple(_stone(json.loads(line)) for line in lines)
    except (ValueError, KeyError, TypeError):
        raise DamagedError(f"{path.name}: not a file of tombstones") from None
    if key != fingerprint:
        raise KeyMissingError(f"{path.name}: made under another key than the keyring's; no tombstone could be applied")
    return stones


def _stone(document: dict[str, str]) -> Tombstone:
    return Tombstone(
        document["member_digest"],
        tuple(document["login_digests"]),
        Gone(document["kind"]),
        datetime.fromisoformat(document["holds_from"]),
        date.fromisoformat(document["goes_after"]),
    )
