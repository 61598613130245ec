"""The day-partitioned stores of a home as items, canaries in each of them, and what of them can still be read."""

import base64
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

from pipelines.errors import PartnerstatsError
from pipelines.retention.items import Item, Kind
from pipelines.steps.workspace import Workspace
from pipelines.storage.engine import add_key, quoted
from pipelines.storage.parquet import scan, write_parquet
from pipelines.storage.sealing import seal, unseal

EVENTS = {"events": "events", "events/linked": "linked_events_pseudonymised"}


def day_items(workspace: Workspace) -> list[Item]:
    """Return the files of the stores that are partitioned by day (access records by month), each with its key."""
    return [item for item in _day_items(workspace) if item.key is not None]


def _day_items(workspace: Workspace) -> Iterator[Item]:
    root = workspace.home.root
    for path in sorted([*workspace.home.vault.rglob("*.age"), *workspace.home.quarantine.rglob("*.age")]):
        yield _item(workspace, path, path.parents[2].name, date.fromisoformat(path.parent.name))
    for folder, dataset in EVENTS.items():
        for path in sorted((root / folder).glob("*.parquet")):
            yield _item(workspace, path, dataset, date.fromisoformat(path.stem))
    for path in sorted((root / "ledger" / "access").glob("*.sealed")):
        yield _item(workspace, path, "access_records", date.fromisoformat(path.stem))


def _item(workspace: Workspace, path: Path, dataset: str, day: date) -> Item:
    key = workspace.keyring.find(dataset, day)
    place = path.relative_to(workspace.home.root).as_posix()
    return Item(dataset, Kind.FILE, place, day, key=key.name if key else None)


def destroy(workspace: Workspace, items: list[Item]) -> None:
    """Destroy `items`: first their keys, then their files."""
    for key in sorted({item.key for item in items if item.key}):
        workspace.keyring.destroy(key)
    for item in items:
        (workspace.home.root / item.place).unlink()


def plant(workspace: Workspace, item: Item, canary: str) -> None:
    """Put `canary` into a stored file, under its own key."""
    path, key = workspace.home.root / item.place, workspace.keyring.get(item.key or "")
    if path.suffix == ".age":
        path.write_bytes(seal(unseal(path.read_bytes(), key, item.place) + canary.encode() + b"\n", key))
        return
    if path.suffix == ".sealed":
        path.write_bytes(path.read_bytes() + base64.b64encode(seal(canary.encode(), key)) + b"\n")
        return
    with workspace.connection() as connection:
        add_key(connection, key)
        column = "route" if item.dataset == "events" else "service"
        sql = f"SELECT * REPLACE ({quoted(canary)} AS {column}) FROM {scan(path, key.name)}"  # noqa: S608
        connection.execute(f"CREATE TABLE spoiled AS {sql}")
        write_parquet(connection, "SELECT * FROM spoiled", path, key)


@dataclass
class Row:
    """A row of a registry table with a canary in it, before it is taken out; `rows` are those that stay."""

    table: str
    day: date
    planted: pa.Table
    rows: pa.Table


def plant_row(workspace: Workspace, table: str, canary: str) -> Row:
    """Add a row to the registry table: a copy of its first one, with `canary` in the first column of text.

    A table that has no row gets one that says nothing else but a day where there has to be one.
    """
    rows, pointer = workspace.registry.load(table), workspace.registry.pointer(table)
    assert pointer is not None
    column = next(field.name for field in rows.schema if pa.types.is_string(field.type))
    days = {
        field.name: pointer.as_of_day for field in rows.schema if pa.types.is_date(field.type) and not field.nullable
    }
    (first,) = rows.slice(0, 1).to_pylist() or [dict.fromkeys(rows.schema.names) | days]
    planted = pa.Table.from_pylist([first | {column: canary}], rows.schema)
    row = Row(table, pointer.as_of_day, planted, rows)
    _save(workspace, row, pa.concat_tables([rows, planted]))
    return row


def take_out(workspace: Workspace, row: Row) -> None:
    """Write the table anew without the row, under a new key."""
    _save(workspace, row, row.rows)


def _save(workspace: Workspace, row: Row, rows: pa.Table) -> None:
    workspace.registry.save(row.table, rows, as_of_day=row.day, source_sha256="0" * 64, changed_from=row.day)
    for key in workspace.keyring.list():
        if key.dataset == row.table and key.name != workspace.registry.pointer(row.table).key:
            workspace.keyring.destroy(key.name)


def readable(workspace: Workspace, items: list[Item]) -> Counter[tuple[str, date]]:
    """Return how many lines or rows of each dataset and day the keyring opens."""
    counts = Counter[tuple[str, date]]()
    for item in items:
        if item.anchor is not None:
            counts[item.dataset, item.anchor] += _rows(workspace, item)
    return counts


def _rows(workspace: Workspace, item: Item) -> int:
    path = workspace.home.root / item.place
    try:
        key = workspace.keyring.get(item.key or "")
        if path.suffix == ".age":
            return unseal(path.read_bytes(), key, item.place).count(b"\n")
        if path.suffix == ".sealed":
            lines = map(base64.b64decode, path.read_bytes().splitlines())
            return sum(bool(unseal(line, key, item.place)) for line in lines)
        with workspace.connection() as connection:
            add_key(connection, key)
            row = connection.execute(f"SELECT count(*) FROM {scan(path, key.name)}").fetchone()  # noqa: S608
            return int(row[0]) if row else 0
    except (PartnerstatsError, duckdb.Error):
        return 0
