"""What a home holds, decoded: equal homes give equal contents, whatever keys and file names they were written under."""

import base64
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from pipelines.records.ledgered import KIND
from pipelines.steps.day_files import LINKED, LINKED_EVENTS, read_day_states
from pipelines.steps.events import stale_days
from pipelines.steps.linked import stale_linked_days
from pipelines.steps.record_imports import record_files
from pipelines.steps.records import QUARANTINED_FILE, import_records
from pipelines.steps.retention.auditing import TABLE as RETENTION_STATUS
from pipelines.steps.unbuilt import unbuilt_days
from pipelines.steps.workspace import Workspace
from pipelines.storage.engine import add_key
from pipelines.storage.parquet import scan
from pipelines.storage.sealing import unseal
from pipelines.storage.vault import Segment
from pipelines.warehouse.day_records import RECORDS

# Set anew by every sealing: where a file lies, its digest, its key, and what is derived from these.
_OF_THE_SEALING = frozenset({"stored_sha256", "fingerprint"})
# Speaks of what lies on the disk (files, keys, leftovers), not of figures: homes of equal data may differ in it.
_OF_THE_DISK = frozenset({RETENTION_STATUS})

Rows = Counter[str]
"""Rows as text with how often each occurs: what is lost or doubled is a difference of two."""


@dataclass(frozen=True)
class Contents:
    """Everything decoded: rows of events, the warehouse and the registry, the ledger's imports, delivered bytes, quarantine."""

    rows: Mapping[str, Rows]
    imports: list[dict[str, Any]]
    delivered: Mapping[str, bytes]
    quarantine: Rows

    @property
    def tables(self) -> dict[str, Rows]:
        """The rows of the warehouse's tables alone."""
        return {name: rows for name, rows in self.rows.items() if name.startswith("table ")}

    def differences(self, other: "Contents") -> dict[str, tuple[int, int]]:
        """Return, for each part that differs, how many rows of `self` are lost in `other` and how many it has besides."""
        mine, theirs = self._countable(), other._countable()
        found = {}
        for part in sorted(mine.keys() | theirs.keys()):
            here, there = mine.get(part, Counter()), theirs.get(part, Counter())
            if here != there:
                found[part] = ((here - there).total(), (there - here).total())
        return found

    def _countable(self) -> dict[str, Rows]:
        return {
            **self.rows,
            "imports": Counter(json.dumps(body, sort_keys=True) for body in self.imports),
            "delivered": Counter(f"{name}: {content!r}" for name, content in self.delivered.items()),
            "quarantine": self.quarantine,
        }


def contents_of(workspace: Workspace) -> Contents:
    """Read everything below the home, through the keys. Raises the project's own errors for what cannot be read."""
    bodies = [record.to_body() for record in import_records(workspace.ledger)]
    bodies += [entry.body for kind in (KIND, QUARANTINED_FILE) for entry in workspace.ledger.entries(kind)]
    return Contents(
        {
            **_events(workspace),
            **_linked(workspace),
            **_records(workspace),
            **tables_of(workspace),
            **_registry(workspace),
        },
        [_without_sealing(body) for body in bodies],
        dict(_delivered(workspace)),
        Counter(_quarantined(workspace)),
    )


def is_up_to_date(workspace: Workspace) -> bool:
    """Whether nothing is left to derive or to build."""
    return not stale_days(workspace) and not stale_linked_days(workspace) and not unbuilt_days(workspace)


def files_that_are_no_whole(workspace: Workspace) -> list[str]:
    """Return the visible files below the home that cannot be read as what they are; there must be none, at any moment."""
    faults = []
    for kind, path in _visible(workspace):
        try:
            _read_whole(workspace, kind, path)
        except Exception as cause:  # noqa: BLE001 -- whatever the fault, it is one
            faults.append(f"{path.relative_to(workspace.home.root)}: {type(cause).__name__}: {cause}")
    return faults


def staging_leftovers(home: Path) -> list[str]:
    """Return the files of unfinished writes below the home (Dagster's own apart) and in the keys' folder."""
    keys = home.with_name(home.name + ".keys")
    found = [*home.rglob(".*.staging"), *keys.rglob(".*.staging"), *(home / "staging").rglob("*")]
    return sorted(str(path.relative_to(home.parent)) for path in found if path.is_file())


def _events(workspace: Workspace) -> dict[str, Rows]:
    return _days(workspace, workspace.home.events, "events")


def _linked(workspace: Workspace) -> dict[str, Rows]:
    return _days(workspace, workspace.home.events / LINKED, "linked events")


def _days(workspace: Workspace, folder: Path, what: str) -> dict[str, Rows]:
    rows: dict[str, Rows] = {}
    with workspace.connection() as connection:
        for day, state in read_day_states(folder).items():
            add_key(connection, workspace.keyring.get(state.key))
            query = f"SELECT * FROM {scan(folder / state.file_name, state.key)}"  # noqa: S608
            rows[f"{what} of {day}"] = Counter(map(repr, connection.execute(query).fetchall()))
            rows[f"people of {what} of {day}"] = Counter(state.people)
    return rows


def _records(workspace: Workspace) -> dict[str, Rows]:
    """Return the sealed rows of cookie records and of linked events."""
    rows: dict[str, Rows] = {}
    for record in record_files(workspace):
        for body in record.segments:
            lines = workspace.vault.read_segment(Segment.from_json(body)).raw.decode().splitlines()
            rows.setdefault(f"rows of {record.dataset}", Counter()).update(lines)
    return rows


def tables_of(workspace: Workspace) -> dict[str, Rows]:
    """Return the rows of every table of figures of the warehouse, under `table <its name>`."""
    if not workspace.home.warehouse.exists():
        return {}
    with duckdb.connect(str(workspace.home.warehouse), read_only=True) as connection:
        tables = [name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        columns = {table: "day, kind" if table == RECORDS else "*" for table in tables if table not in _OF_THE_DISK}
        return {
            f"table {table}": Counter(map(repr, connection.execute(f'SELECT {what} FROM "{table}"').fetchall()))  # noqa: S608
            for table, what in columns.items()
        }


def _registry(workspace: Workspace) -> dict[str, Rows]:
    return {
        f"registry {table}": Counter(map(repr, workspace.registry.load(table).to_pylist()))
        for table in workspace.registry.tables()
    }


def _delivered(workspace: Workspace) -> Iterator[tuple[str, bytes]]:
    """Yield each imported file's digest and its bytes, put together again from the vault's segments, the grown on top."""
    pieces: dict[str, dict[int, bytes]] = {}
    for record in import_records(workspace.ledger):
        lines = dict(pieces.get(record.extends or "", {}))
        for body in record.segments:
            segment = Segment.from_json(body)
            content = workspace.vault.read_segment(segment)
            _place(lines, content.runs, content.raw, continues=segment.lines == 0)
        pieces[record.sha256] = lines
        yield record.sha256, b"".join(lines[number] for number in sorted(lines))


def _place(lines: dict[int, bytes], runs: tuple[tuple[int, int], ...], raw: bytes, *, continues: bool) -> None:
    """Put a segment's lines at their numbers; the rest of a line begun elsewhere goes behind its beginning."""
    split = iter([piece + b"\n" for piece in raw.split(b"\n")[:-1]] + ([raw.rpartition(b"\n")[2]]))
    for first, count in runs:
        for number in range(first, first + count):
            lines[number] = (lines[number] if continues else b"") + next(split)


def _quarantined(workspace: Workspace) -> Iterator[str]:
    """Yield quarantined lines as their rows, and pieces of whole files as Base64."""
    for record in (*import_records(workspace.ledger), *record_files(workspace)):
        for body in record.quarantine:
            yield from workspace.quarantine.read_segment(Segment.from_json(body)).raw.decode().splitlines()
    for entry in workspace.ledger.entries(QUARANTINED_FILE):
        for piece in entry.body["pieces"]:
            yield base64.b64encode(workspace.quarantine.read_segment(Segment.from_json(piece)).raw).decode()


def _without_sealing(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_sealing(inner) for name, inner in value.items() if name not in _OF_THE_SEALING}
    return [_without_sealing(inner) for inner in value] if isinstance(value, list) else value


def _visible(workspace: Workspace) -> Iterator[tuple[str, Path]]:
    home = workspace.home
    folders = {"vault": home.vault, "quarantine": home.quarantine, "registry": home.registry, "events": home.events}
    for kind, folder in folders.items():
        yield from ((kind, path) for path in sorted(folder.rglob("[!.]*")) if path.is_file())
    yield from (("document", path) for path in (home.root / "home.json", home.ledger / "checks.json") if path.exists())
    yield from (("warehouse", path) for path in (home.warehouse,) if path.exists())
    yield "ledger", workspace.ledger.path


def _read_whole(workspace: Workspace, kind: str, path: Path) -> None:
    if path.suffix == ".json":
        json.loads(path.read_bytes())
    elif path.suffix == ".age":
        names = [key.name for key in workspace.keyring.list() if _may_open(key.name, kind, path)]
        _unseal_with_any(workspace, names, path)
    elif path.suffix == ".parquet":
        dataset = LINKED_EVENTS if path.parent.name == LINKED else "events"
        names = [key.name for key in workspace.keyring.list() if key.name.startswith(f"{dataset}.{path.stem}.")]
        _open_with_any(names, lambda name: _scan(workspace, path, name))
    elif kind == "warehouse":
        with duckdb.connect(str(path), read_only=True) as connection:
            connection.execute("SELECT count(*) FROM service_daily_usage").fetchall()
    else:
        workspace.ledger.verify()


def _may_open(key: str, kind: str, path: Path) -> bool:
    dataset = path.parent.name if kind == "registry" else path.parent.parent.parent.name
    return key.startswith(f"{dataset}." if kind == "registry" else f"{dataset}.{path.parent.name}.")


def _unseal_with_any(workspace: Workspace, names: list[str], path: Path) -> None:
    _open_with_any(names, lambda name: unseal(path.read_bytes(), workspace.keyring.get(name), path.name))


def _scan(workspace: Workspace, path: Path, key: str) -> None:
    with workspace.connection() as connection:
        add_key(connection, workspace.keyring.get(key))
        connection.execute(f"SELECT count(columns(*)) FROM {scan(path, key)}").fetchall()  # noqa: S608


def _open_with_any(names: list[str], opening: Callable[[str], object]) -> None:
    """Open what lies under one of the keys: a kill leaves the key of a day not written yet beside the one of the file."""
    assert names, "no key for it"
    for name in names[:-1]:
        try:
            opening(name)
        except Exception:  # noqa: BLE001, S112 -- another key may open it
            continue
        return
    opening(names[-1])
