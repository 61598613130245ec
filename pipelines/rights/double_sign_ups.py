"""Double sign-ups: who signs up with what a member gave who left within the year (clause keep.former-1y).

Keyed digests of four fields lie in one file for each day of leaving, beside the sealed objects of that day and under the day's
key, and go with them. They are compared with new sign-ups without opening any object, and only a count comes out.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Protocol

from pipelines.clock import seoul_day
from pipelines.rights.sealed import FOLDERS, ONE_YEAR
from pipelines.rights.subjects import SubjectDigests
from pipelines.storage.atomic import write_bytes
from pipelines.storage.keys import KeySource
from pipelines.storage.sealing import seal, unseal

FIELDS = ("login_id", "business_number", "contact_phone", "contact_email")
FILE_NAME = "sign_ups.age"


class DayKeys(KeySource, Protocol):
    """A key source that knows whether a day's key is still there; the keyring is one."""

    def find(self, dataset: str, day: date) -> object | None:
        """Return what may be told of the day's key, None when it was destroyed or never made."""
        ...


@dataclass(frozen=True)
class Former:
    """What tells a former member's sign-up: the member's own digest, when the member left, and the digests of FIELDS."""

    subject: str
    left_at: datetime
    digests: frozenset[str]


class SignUpDigests:
    """The files of digests in the sealed folder `folder`."""

    def __init__(self, folder: Path, keys: DayKeys, digests: SubjectDigests) -> None:
        """Name the folder; it is made by the first `add`."""
        self._folder, self._keys, self._digests = folder / FOLDERS[ONE_YEAR], keys, digests

    def former(self, subject: str, left_at: datetime, profile: Mapping[str, Any]) -> Former:
        """Return what will tell a sign-up of the member who had `profile`."""
        return Former(subject, left_at, self._of(profile))

    def add(self, day: date, formers: Iterable[Former]) -> None:
        """Add members who left on `day`; one that is there already is replaced. Raises KeyMissingError when its year is over."""
        known = {former.subject: former for former in (*self._read(day), *formers)}
        rows = [
            {"subject": former.subject, "left_at": former.left_at.isoformat(), "digests": sorted(former.digests)}
            for former in known.values()
        ]
        write_bytes(self._path(day), seal(json.dumps(rows).encode(), self._keys.data_key(ONE_YEAR, day)))

    def formers(self) -> list[Former]:
        """Return the former members whose file is there and whose key was not destroyed."""
        days = sorted(date.fromisoformat(path.parent.name) for path in self._folder.glob(f"*/{FILE_NAME}"))
        return [former for day in days for former in self._read(day)]

    def double(self, sign_ups: Iterable[Mapping[str, Any]], ends: Callable[[date], date | None]) -> int:
        """Count those of `sign_ups`, rows of members with `account_key` and `joined_at`, that a former member made before.

        That is: joined after another account left, and by the last day that `ends` gives for the day of leaving, with one of
        FIELDS the same. Who comes back under the same account is no double.
        """
        by_digest: dict[str, list[Former]] = {}
        for former in self.formers():
            for digest in former.digests:
                by_digest.setdefault(digest, []).append(former)
        last = {former: ends(seoul_day(former.left_at)) or date.max for found in by_digest.values() for former in found}
        return sum(self._is_double(row, by_digest, last) for row in sign_ups) if by_digest else 0

    def _is_double(
        self, row: Mapping[str, Any], by_digest: Mapping[str, list[Former]], last: Mapping[Former, date]
    ) -> bool:
        joined = row["joined_at"]
        if joined is None:
            return False
        formers = {former for digest in self._of(row) for former in by_digest.get(digest, ())}
        after = {former for former in formers if former.left_at < joined and seoul_day(joined) <= last[former]}
        return bool({former.subject for former in after} - {self._digests.subject_digest(row["account_key"])})

    def _of(self, row: Mapping[str, Any]) -> frozenset[str]:
        given = [(field, row.get(field)) for field in FIELDS]
        digests = [self._digests.sign_up_digest(field, value) for field, value in given if value]
        return frozenset(digest for digest in digests if digest)

    def _read(self, day: date) -> list[Former]:
        path = self._path(day)
        if not path.exists() or self._keys.find(ONE_YEAR, day) is None:
            return []
        payload = unseal(path.read_bytes(), self._keys.data_key(ONE_YEAR, day), f"sealed/{day}/{FILE_NAME}")
        return [
            Former(row["subject"], datetime.fromisoformat(row["left_at"]), frozenset(row["digests"]))
            for row in json.loads(payload)
        ]

    def _path(self, day: date) -> Path:
        return self._folder / day.isoformat() / FILE_NAME
