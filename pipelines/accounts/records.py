"""What was done in the dashboard, sealed line by line until the night takes it over into the handlers' access records.

The process that serves partners has no key of the access records, and so can neither read nor change them; what it adds lies
under its own keyring for a day at most.
"""

import base64
import json
import os
import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path

from pipelines.accounts.store import AccountKeys
from pipelines.clock import seoul_day
from pipelines.errors import DamagedError
from pipelines.privacy.access_records import DATASET, Access
from pipelines.storage.atomic import OWNER_ONLY, erase, make_folder
from pipelines.storage.locks import locked
from pipelines.storage.sealing import seal, unseal


class DashboardRecords:
    """The records of a dashboard in `folder`, one file a day. Safe between processes."""

    def __init__(self, folder: Path, keys: AccountKeys) -> None:
        """Name the folder; it is made by the first record."""
        self._folder, self._keys = folder, keys

    def add(self, access: Access) -> None:
        """Add a record, on the disk when this returns."""
        day = seoul_day(access.accessed_at)
        body = json.dumps(asdict(access), default=datetime.isoformat).encode()
        make_folder(self._folder)
        with self._lock():
            line = base64.b64encode(seal(body, self._keys.data_key(DATASET, day))) + b"\n"
            descriptor = os.open(self._folder / f"{day}.sealed", os.O_RDWR | os.O_APPEND | os.O_CREAT, OWNER_ONLY)
            try:
                size = os.fstat(descriptor).st_size
                os.ftruncate(descriptor, os.pread(descriptor, size, 0).rfind(b"\n") + 1)
                os.write(descriptor, line)
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    def hand_over(self, take: Callable[[Access], None], today: date) -> int:
        """Give every record to `take`, oldest first, and return how many; then they are gone, and so are keys of past days.

        A file that was cut short by a crash is given again as a whole: who takes knows what it has. Raises DamagedError for a
        record that cannot be read.
        """
        if self._folder.is_dir():
            with self._lock():
                self._put_aside()
        given = self._give(take)
        for info in self._keys.list():
            if info.dataset == DATASET and info.day < today:
                self._keys.destroy(info.name)
        return given

    def hand_over_and_renew(self, take: Callable[[Access], None], today: date) -> int:
        """Give every record to `take` as `hand_over` does; what is added from then on stands under a new key.

        Nobody adds meanwhile. Returns how many former keys were destroyed.
        """
        if not self._folder.is_dir():
            return 0
        with self._lock():
            self._put_aside()
            self._give(take)
            former = [info for info in self._keys.list() if info.dataset == DATASET]
            for info in former:
                if info.day == today:
                    self._keys.renew(info.name)
            return self._keys.destroy_many([info.name for info in former])

    def _give(self, take: Callable[[Access], None]) -> int:
        given = 0
        for path in sorted(self._folder.glob("*.taken-*")):
            for access in self._read(path):
                take(access)
                given += 1
            erase(path)
        return given

    def waiting(self) -> list[Access]:
        """Return the records that were not handed over yet, oldest first."""
        paths = [*self._folder.glob("*.taken-*"), *self._folder.glob("*.sealed")]
        return [access for path in sorted(paths) for access in self._read(path)]

    def _put_aside(self) -> None:
        for path in self._folder.glob("????-??-??.sealed"):
            path.rename(path.with_name(f"{path.stem}.taken-{secrets.token_hex(4)}"))

    def _read(self, path: Path) -> list[Access]:
        key = self._keys.data_key(DATASET, date.fromisoformat(path.name[:10]))
        *lines, torn = path.read_bytes().split(b"\n")
        del torn  # a line that a crash cut off was never confirmed to anybody
        try:
            return [_parsed(unseal(base64.b64decode(line, validate=True), key, "a record")) for line in lines]
        except (ValueError, TypeError, KeyError):
            raise DamagedError("a record of the dashboard is not what was written") from None

    def _lock(self) -> AbstractContextManager[int]:
        return locked(self._folder / ".lock")


def _parsed(body: bytes) -> Access:
    document = json.loads(body)
    accessed_at = datetime.fromisoformat(document.pop("accessed_at"))
    return Access(accessed_at=accessed_at, **{**document, "subjects": tuple(document["subjects"])})
