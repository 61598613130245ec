"""The registry at rest: each table one sealed file under a key of its own, and a pointer that says which file it is.

A table is written anew as a whole, under a new key; renaming the pointer is the moment it changes. The former file goes at
once, so that what a table no longer holds is nowhere. Its key is superseded from then on: it stays a few days, so that a
backup of yesterday can be restored, and is then destroyed by retention. A crash leaves the former table or the next one,
and at most leftovers that `sweep` removes.
"""

import hashlib
import json
import secrets
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.errors import DamagedError, InputError
from pipelines.registry.tables import VALID_FROM, VALID_TO
from pipelines.storage.atomic import remove, write_bytes, write_json
from pipelines.storage.keys import KeySource, safe_name
from pipelines.storage.sealing import seal, unseal


class NamedKey(Protocol):
    """What is told of a key without its secret."""

    @property
    def name(self) -> str:
        """The key's name."""
        ...

    @property
    def dataset(self) -> str:
        """The dataset it opens."""
        ...

    @property
    def superseded_on(self) -> date | None:
        """The day on which the file it opens was written anew under another key."""
        ...


class RegistryKeys(KeySource, Protocol):
    """A key source that can list, supersede and destroy; the keyring is one."""

    def list(self) -> Sequence[NamedKey]:
        """Return every key that is there."""
        ...

    def supersede(self, name: str) -> None:
        """Remember that the file of the key called `name` is written under another one from now on."""
        ...

    def destroy(self, name: str) -> None:
        """Destroy the key called `name`."""
        ...


@dataclass(frozen=True)
class Change:
    """An export that changed a table: the day it describes, the earliest day it changed, and a digest of the two and it."""

    as_of_day: date
    changed_from: date
    digest: str

    @classmethod
    def of(cls, table: str, as_of_day: date, changed_from: date, source_sha256: str) -> "Change":
        """Return the change an export with content digest `source_sha256` made to `table`."""
        facts = json.dumps([table, as_of_day.isoformat(), changed_from.isoformat(), source_sha256])
        return cls(as_of_day, changed_from, hashlib.sha256(facts.encode()).hexdigest())


@dataclass(frozen=True)
class SupersededKey:
    """A key that opens a table as it was before it was written anew, which only a backup still has."""

    name: str
    table: str
    superseded_on: date


@dataclass(frozen=True)
class Pointer:
    """What is known of a stored table without opening it; `file` is relative to the registry's folder."""

    file: str
    key: str
    rows: int
    stored_sha256: str
    as_of_day: date
    """The day the latest export describes."""
    source_sha256: str
    """Content digest of the latest export."""
    changes: tuple[Change, ...]


class RegistryStore:
    """The registry in `folder`, sealed with keys of `keys`."""

    def __init__(self, folder: Path, keys: RegistryKeys) -> None:
        """Name the folder; it is made by the first save."""
        self.folder, self._keys = folder, keys

    def tables(self) -> list[str]:
        """Return the names of the tables ever imported, sorted."""
        return sorted(path.stem for path in self.folder.glob("*.json"))

    def pointer(self, table: str) -> Pointer | None:
        """Return the pointer of `table`, or None before its first import. Raises DamagedError when it cannot be read."""
        path = self._pointer_path(table)
        if not path.exists():
            return None
        try:
            return _parsed(json.loads(path.read_bytes()))
        except (ValueError, TypeError, KeyError):
            raise DamagedError(f"registry/{path.name}: not a table's pointer") from None

    def load(self, table: str) -> pa.Table:
        """Return `table`: its stored columns, `valid_from` (date32) and `valid_to` (date32, null while it holds).

        Raises InputError when it was never imported, DamagedError when its file is gone or changed, KeyMissingError.
        """
        pointer = self.pointer(table)
        if pointer is None:
            raise InputError(f"registry table {table} was never imported")
        what = f"registry/{pointer.file}"
        path = self.folder / pointer.file
        sealed = path.read_bytes() if path.is_file() else b""
        if hashlib.sha256(sealed).hexdigest() != pointer.stored_sha256:
            raise DamagedError(f"{what} is not the file that was written")
        payload = unseal(sealed, self._keys.get(pointer.key), what)
        return pq.read_table(pa.BufferReader(payload))

    def load_at(self, table: str, day: date) -> pa.Table:
        """Return the rows of `table` that held at the end of `day`, without their validity days. Raises as `load`."""
        return rows_at(self.load(table), day)

    def save(self, table: str, rows: pa.Table, *, as_of_day: date, source_sha256: str, changed_from: date) -> Pointer:
        """Put `rows` in the place of `table` under a new key, remember the change, remove the former file."""
        former = self.pointer(table)
        change = Change.of(table, as_of_day, changed_from, source_sha256)
        return self._put(table, rows, as_of_day, source_sha256, (*(former.changes if former else ()), change))

    def _put(
        self, table: str, rows: pa.Table, as_of_day: date, source_sha256: str, changes: tuple[Change, ...]
    ) -> Pointer:
        key = self._keys.fresh_key(safe_name(table, "table"), as_of_day)
        sealed = seal(_parquet_bytes(rows), key)
        pointer = Pointer(
            file=f"{table}/{secrets.token_hex(8)}.age",
            key=key.name,
            rows=rows.num_rows,
            stored_sha256=hashlib.sha256(sealed).hexdigest(),
            as_of_day=as_of_day,
            source_sha256=source_sha256,
            changes=changes,
        )
        write_bytes(self.folder / pointer.file, sealed)
        self._point(table, pointer)
        self.sweep(table)
        return pointer

    def rewrite(self, table: str, rows: pa.Table, *, changed_from: date | None) -> Pointer:
        """Put `rows` in the place of `table` under a new key, as no export did: what is known of the latest export stays.

        `changed_from` is the earliest day of which the table now says something else, None when there is none.
        """
        former = self.pointer(table)
        if former is None:
            raise InputError(f"registry table {table} was never imported")
        changes = former.changes
        if changed_from is not None:
            changes += (Change.of(table, former.as_of_day, changed_from, f"{former.source_sha256} rewritten"),)
        return self._put(table, rows, former.as_of_day, former.source_sha256, changes)

    def confirm(self, table: str, *, as_of_day: date, source_sha256: str) -> None:
        """Remember that an export of `as_of_day` described `table` as it is stored already."""
        pointer = self.pointer(table)
        if pointer is not None and (pointer.as_of_day, pointer.source_sha256) != (as_of_day, source_sha256):
            known = {**pointer.__dict__, "as_of_day": as_of_day, "source_sha256": source_sha256}
            self._point(table, Pointer(**known))

    def sweep(self, table: str) -> None:
        """Remove the files of `table` that its pointer does not name, and supersede their keys; only while nobody writes."""
        pointer = self.pointer(table)
        for key in list(self._keys.list()):
            is_in_use = pointer is not None and key.name == pointer.key
            if key.dataset == table and not is_in_use and key.superseded_on is None:
                self._keys.supersede(key.name)
        for path in sorted((self.folder / table).glob("*")):
            if pointer is None or path != self.folder / pointer.file:
                remove(path)

    def superseded_keys(self) -> list[SupersededKey]:
        """Return the keys of former files, by name; not one that the pointer of a restored table names again."""
        pointers = {pointer.key for table in self.tables() if (pointer := self.pointer(table)) is not None}
        return [
            SupersededKey(key.name, key.dataset, key.superseded_on)
            for key in self._keys.list()
            if key.superseded_on is not None and key.name not in pointers
        ]

    def fingerprint(self, day: date, tables: Collection[str] | None = None) -> str:
        """Return a digest that changes when, and only when, an export changed what any table (of `tables`) says of `day`."""
        changes = [
            [table, change.digest]
            for table in self.tables()
            if (tables is None or table in tables) and (pointer := self.pointer(table)) is not None
            for change in pointer.changes
            if change.changed_from <= day
        ]
        return hashlib.sha256(json.dumps(changes).encode()).hexdigest()

    def _pointer_path(self, table: str) -> Path:
        return self.folder / f"{safe_name(table, 'table')}.json"

    def _point(self, table: str, pointer: Pointer) -> None:
        write_json(self._pointer_path(table), json.loads(json.dumps(asdict(pointer), default=date.isoformat)))


def rows_at(rows: pa.Table, day: date) -> pa.Table:
    """Return those of a loaded table's `rows` that held at the end of `day`, without their validity days."""
    has_begun = pc.less_equal(rows[VALID_FROM], day)
    holds_on = pc.fill_null(pc.greater(rows[VALID_TO], day), fill_value=True)
    return rows.filter(pc.and_(has_begun, holds_on)).drop_columns([VALID_FROM, VALID_TO])


def _parsed(document: dict[str, Any]) -> Pointer:
    changes = tuple(
        Change(
            date.fromisoformat(change["as_of_day"]), date.fromisoformat(change["changed_from"]), str(change["digest"])
        )
        for change in document["changes"]
    )
    as_of_day = date.fromisoformat(document["as_of_day"])
    return Pointer(**{**document, "as_of_day": as_of_day, "changes": changes})


def _parquet_bytes(rows: pa.Table) -> bytes:
    """Return `rows` as an uncompressed Parquet file in memory; sealing compresses."""
    sink = pa.BufferOutputStream()
    pq.write_table(rows, sink, compression="none")
    return bytes(sink.getvalue())
