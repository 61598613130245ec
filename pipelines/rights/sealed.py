"""`sealed/`: what is kept of members who left, only because law or policy says so (clauses keep.former-1y, keep.former-forever).

An object is one member's fields of one dataset: JSON, sealed to the privacy officer's public key, and then under a data key of
its own. The job that wrote it opens the outer layer at most; destroying the data key makes every copy unreadable, also for
the officer. Its name is the member's keyed digest, below the day of leaving.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from pipelines.policy import Policy
from pipelines.registry.store import RegistryKeys
from pipelines.rights.sealing_box import SealingBox
from pipelines.storage.atomic import write_bytes
from pipelines.storage.ledger import Ledger
from pipelines.storage.sealing import seal

ONE_YEAR, PERMANENT = "former_members_1y", "former_members_permanent"
FOLDERS = {ONE_YEAR: "1y", PERMANENT: "permanent"}
ENTRY = "sealed"
"""Kind of the ledger's entries, one for each object."""


@dataclass(frozen=True)
class SealedObject:
    """An object as the ledger knows it. `path` is relative to the sealed folder, `subject` the member's digest."""

    dataset: str
    path: str
    subject: str
    day: str
    """The Asia/Seoul day the member left, as ISO 8601."""
    key: str
    stored_sha256: str
    bytes: int


class SealedStore:
    """The sealed objects in `folder`: it adds, and it cannot read."""

    def __init__(self, folder: Path, keys: RegistryKeys, ledger: Ledger) -> None:
        """Name the folder; it is made by the first object."""
        self.folder, self._keys, self._ledger = folder, keys, ledger

    def objects(self) -> list[SealedObject]:
        """Return every object ever sealed, those included whose period is over."""
        return [SealedObject(**entry.body) for entry in self._ledger.entries(ENTRY)]

    @cached_property
    def _known(self) -> set[tuple[str, str, str]]:
        return {(found.dataset, found.subject, found.day) for found in self.objects()}

    def holds(self, dataset: str, subject: str, day: date) -> bool:
        """Say whether the ledger has the object of a member who left on `day`."""
        return (dataset, subject, day.isoformat()) in self._known

    def departed(self) -> dict[str, date]:
        """Return, for the digest of each member who ever left, the latest day of leaving."""
        latest: dict[str, date] = {}
        for _, subject, day in self._known:
            latest[subject] = max(latest.get(subject, date.min), date.fromisoformat(day))
        return latest

    def put(
        self, box: SealingBox, dataset: str, subject: str, day: date, fields: Mapping[str, Any], now: datetime
    ) -> None:
        """Seal `fields`, write the object, enter it in the ledger; nothing happens when the ledger has it already.

        After a crash before the entry the next call writes the object anew, under another key (see `sweep`).
        """
        if self.holds(dataset, subject, day):
            return
        key = self._keys.fresh_key(dataset, day)
        sealed = seal(box.seal(json.dumps(fields, ensure_ascii=False).encode()), key)
        path = f"{FOLDERS[dataset]}/{day.isoformat()}/{subject}.age"
        write_bytes(self.folder / path, sealed)
        digest = hashlib.sha256(sealed).hexdigest()
        found = SealedObject(dataset, path, subject, day.isoformat(), key.name, digest, len(sealed))
        self._ledger.append(ENTRY, asdict(found), now)
        self._known.add((dataset, subject, day.isoformat()))

    def sweep(self) -> None:
        """Destroy the keys of objects that no entry names, which crashed runs left; only while nobody writes."""
        named = {found.key for found in self.objects()}
        for key in list(self._keys.list()):
            if key.dataset in FOLDERS and ".g" in key.name and key.name not in named:
                self._keys.destroy(key.name)


def fields_of(
    policy: Policy, dataset: str, profile: Mapping[str, Any], misuse: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return exactly the fields that `policy` declares for `dataset`, from a member's last state and records of misuse.

    Instants become ISO 8601 texts; what the member never gave is null. Raises KeyError for a field nobody stores.
    """
    values = {**profile, "misuse": [_plain(record) for record in misuse]}
    return {name: _text(values[name]) for name in policy.dataset(dataset).fields}


def _plain(record: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _text(record[name]) for name in ("recorded_at", "misuse")}


def _text(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value
