"""Handlers' access records: who looked at identified data, when, from where, in which role, why, whose, and what was done.

Fields and period by the notice on safety measures for personal data, article 8 (clause `secure.access`). A record's body is
sealed in a segment of its month, which goes when its period ends; the chain beside it keeps a salted digest, so that it can
still be shown that nothing was changed or left out, and tells nobody anything about a person.
"""

import base64
import hashlib
import json
import os
import secrets
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from pipelines.clock import seoul_day
from pipelines.errors import DamagedError, KeyMissingError
from pipelines.storage.atomic import OWNER_ONLY, make_folder, write_bytes
from pipelines.storage.keys import DataKey, KeySource
from pipelines.storage.ledger import Ledger
from pipelines.storage.locks import locked
from pipelines.storage.sealing import seal, unseal

DATASET = "access_records"
_KIND, _LOST = "access", "lost"


@dataclass(frozen=True)
class Access:
    """One access. `subjects` are keyed digests of the members it was about, empty when it was about no one in particular."""

    accessed_at: datetime
    handler: str
    origin: str
    role: str
    reason: str
    action: str
    subjects: tuple[str, ...] = ()


class MonthKeys(KeySource, Protocol):
    """A key source that gives all keys of a month: two, while records are sealed anew."""

    def keys_of_day(self, dataset: str, day: date) -> Sequence[DataKey]:
        """Return the keys of a day that are there, the one in use first; none when they are gone."""
        ...


class AccessRecords:
    """The access records in `folder`, sealed with keys of `keys`. Safe between processes as its ledger is."""

    def __init__(self, folder: Path, keys: MonthKeys) -> None:
        """Name the folder; it is made by the first record."""
        self._folder, self._keys = folder, keys
        self._chain = Ledger(folder / "access.jsonl")

    def add(self, access: Access) -> None:
        """Add a record, on the disk when this returns: first its sealed body, then its link in the chain."""
        month = seoul_day(access.accessed_at).replace(day=1)
        salt = secrets.token_hex(16)
        body = json.dumps({**asdict(access), "salt": salt}, default=datetime.isoformat, sort_keys=True).encode()
        sealed = seal(body, self._keys.data_key(DATASET, month))
        make_folder(self._folder)
        self._append(month, base64.b64encode(sealed))
        link = {"month": month.isoformat(), "digest": hashlib.sha256(body).hexdigest()}
        self._chain.append(_KIND, link, access.accessed_at)

    def months(self) -> list[date]:
        """Return the first days of the months whose records are still there, in order."""
        return sorted(date.fromisoformat(path.stem) for path in self._folder.glob("????-??-??.sealed"))

    def known_months(self) -> list[date]:
        """Return those of the months that the chain has a record of: a file of another one was put there by hand."""
        chained = {entry.body["month"] for entry in self._chain.entries(_KIND)}
        return [month for month in self.months() if month.isoformat() in chained]

    def read(self, month: date) -> list[Access]:
        """Return the records of the month that begins on `month`, in order of time.

        Raises DamagedError when one was changed, added or left out, KeyMissingError when the month's key is gone.
        """
        bodies = {hashlib.sha256(body).hexdigest(): body for body in self._bodies(month)}
        chained = self._chained(month)
        if any(digest not in bodies for digest in chained):
            raise DamagedError(f"access records of {month:%Y-%m}: a record was changed or left out")
        return [_parsed(bodies[digest]) for digest in chained]

    def lost(self) -> dict[date, int]:
        """Return how many records of each month were lost with a backup from before a rotation."""
        found: dict[date, int] = {}
        for entry in self._chain.entries(_LOST):
            month = date.fromisoformat(entry.body["month"])
            found[month] = found.get(month, 0) + len(entry.body["digests"])
        return found

    def lose_unreadable(self, month: date, at: datetime) -> int:
        """Take out what no key of the month opens, and say in the chain which records that were; return how many.

        For a home restored from before a rotation: only destroyed keys opened them. Raises KeyMissingError without any key.
        """
        bodies = self._bodies(month)
        there = {hashlib.sha256(body).hexdigest() for body in bodies}
        lost = [digest for digest in self._chained(month) if digest not in there]
        if lost:
            key = self._keys.data_key(DATASET, month)
            self._chain.append(_LOST, {"month": month.isoformat(), "digests": lost}, at)
            with self._lock():
                lines = [base64.b64encode(seal(body, key)) + b"\n" for body in bodies]
                write_bytes(self._segment(month), b"".join(lines))
        return len(lost)

    def _chained(self, month: date) -> list[str]:
        """Return the digests of the records of a month, without those that were lost."""
        lost = {digest for entry in self._chain.entries(_LOST) for digest in entry.body["digests"]}
        found = (e.body["digest"] for e in self._chain.entries(_KIND) if e.body["month"] == month.isoformat())
        return [digest for digest in found if digest not in lost]

    def seal_anew(self, month: date) -> None:
        """Seal the records of a month under the key that took the former's place. Raises as `read`."""
        self.read(month)
        key = self._keys.data_key(DATASET, month)
        with self._lock():
            lines = [base64.b64encode(seal(body, key)) + b"\n" for body in self._bodies(month)]
            write_bytes(self._segment(month), b"".join(lines))

    def _bodies(self, month: date) -> list[bytes]:
        keys = self._keys.keys_of_day(DATASET, month)
        if not keys:
            raise KeyMissingError(f"the key of the access records of {month:%Y-%m} is gone")
        lines = self._segment(month).read_bytes().splitlines()
        return [body for body in (_opened(line, keys) for line in lines) if body]

    def _lock(self) -> AbstractContextManager[int]:
        return locked(self._folder / ".segments.lock")

    def _append(self, month: date, line: bytes) -> None:
        with self._lock():
            self._write(month, line)

    def _write(self, month: date, line: bytes) -> None:
        descriptor = os.open(self._segment(month), os.O_RDWR | os.O_APPEND | os.O_CREAT, OWNER_ONLY)
        try:
            size = os.fstat(descriptor).st_size
            # A line that a crash cut off never got its link, and would be read as a sealed file that no key opens.
            os.ftruncate(descriptor, os.pread(descriptor, size, 0).rfind(b"\n") + 1)
            os.write(descriptor, line + b"\n")
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _segment(self, month: date) -> Path:
        return self._folder / f"{month.isoformat()}.sealed"


def _opened(line: bytes, keys: Sequence[DataKey]) -> bytes:
    """Return a body, or nothing for a line that a crash cut off: it never got its link in the chain."""
    for key in keys:
        try:
            return unseal(base64.b64decode(line, validate=True), key, "access record")
        except (ValueError, DamagedError):
            continue
    return b""


def _parsed(body: bytes) -> Access:
    document = json.loads(body)
    document.pop("salt")
    accessed_at = datetime.fromisoformat(document.pop("accessed_at"))
    return Access(accessed_at=accessed_at, **{**document, "subjects": tuple(document["subjects"])})
