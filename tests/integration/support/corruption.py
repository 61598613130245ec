"""Ways to change what a home has stored, as a fault or an intruder with the keys might."""

import gzip
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

from pipelines.steps.day_files import read_day_states
from pipelines.steps.imports import import_landing
from pipelines.steps.workspace import Workspace
from pipelines.storage.engine import add_key
from pipelines.storage.ledger import Ledger
from pipelines.storage.parquet import scan, write_parquet

Corruption = Callable[[Workspace], None]


def ledger(change: Callable[[dict[str, Any]], None]) -> Corruption:
    """Write the whole ledger anew, with a valid chain, after `change` of the first import's body."""

    def corrupt(workspace: Workspace) -> None:
        entries = workspace.ledger.entries()
        for path in workspace.home.ledger.glob("imports.jsonl*"):
            path.unlink()
        first = next(entry for entry in entries if entry.kind == "import")
        change(first.body)
        forged = Ledger(workspace.home.ledger / "imports.jsonl")
        for entry in entries:
            forged.append(entry.kind, entry.body, entry.at)
        assert forged.verify() == len(entries)

    return corrupt


def part(folder: str, change: Callable[[Path], None]) -> Corruption:
    """Change the first sealed file below `vault` or `quarantine`."""

    def corrupt(workspace: Workspace) -> None:
        change(min((workspace.home.root / folder).rglob("*.age")))

    return corrupt


def flip_a_bit(path: Path) -> None:
    """Change one bit in the middle of a file."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def cut_off(path: Path) -> None:
    """Take a file's last byte."""
    path.write_bytes(path.read_bytes()[:-1])


def events(select: str) -> Corruption:
    """Write the fullest day of events anew under its own key, as `select` from the relation `events` has it."""

    def corrupt(workspace: Workspace) -> None:
        states = read_day_states(workspace.home.events)
        state = max(states.values(), key=lambda state: state.rows)
        key, path = workspace.keyring.get(state.key), workspace.home.events / state.file_name
        with workspace.connection() as connection:
            add_key(connection, key)
            connection.execute(f"CREATE TABLE events AS SELECT * FROM {scan(path, state.key)}")  # noqa: S608
            connection.execute("CREATE TABLE changed AS " + select)
            write_parquet(connection, "SELECT * FROM changed", path, key)

    return corrupt


def one_event(column: str, value: str, where: str = "true") -> Corruption:
    """Put the SQL expression `value` into `column` of one event for which `where` holds."""
    chosen = f"rowid = (SELECT min(rowid) FROM events WHERE {where})"  # noqa: S608
    return events(f"SELECT * REPLACE (CASE WHEN {chosen} THEN {value} ELSE {column} END AS {column}) FROM events")  # noqa: S608


def events_file(change: Callable[[Path], None]) -> Corruption:
    """Change the largest file of events."""

    def corrupt(workspace: Workspace) -> None:
        change(max(workspace.home.events.glob("*.parquet"), key=lambda path: path.stat().st_size))

    return corrupt


def warehouse(statement: str) -> Corruption:
    """Run `statement` on the warehouse file; it has to change exactly one row or more."""

    def corrupt(workspace: Workspace) -> None:
        with duckdb.connect(str(workspace.home.warehouse)) as connection:
            changed = connection.execute(statement).fetchone()
            assert changed is not None
            assert changed[0] > 0, "the statement changed nothing"

    return corrupt


def delivery_of_garbage(lines: int, broken: int) -> Corruption:
    """Deliver and take in a log of which `broken` of `lines` lines cannot be read."""

    def corrupt(workspace: Workspace) -> None:
        log = b'203.0.113.9 - - [05/Mar/2026:10:00:00 +0900] "GET / HTTP/1.1" 200 5 "-" "-" "-"\n' * (lines - broken)
        path = workspace.home.landing / "access" / "demo-web" / "garbage.log"
        path.write_bytes(log + b"no line of a log\n" * broken)
        report = import_landing(workspace)
        assert report.lines == lines
        assert report.labels("quarantined").total() == broken

    return corrupt


def lay(place: str, days: int = 0) -> Corruption:
    """Lay a file at `place` below the landing folder, last written so many days ago."""

    def corrupt(workspace: Workspace) -> None:
        path = workspace.home.landing / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("kim.minji\n")
        written = workspace.clock.now().timestamp() - days * 24 * 3600
        os.utime(path, (written, written))

    return corrupt


def delivery_of_a_damaged_log(workspace: Workspace) -> None:
    """Deliver and take in a log whose compression is cut off."""
    path = workspace.home.landing / "access" / "demo-web" / "damaged.log.gz"
    path.write_bytes(gzip.compress(b"no line of a log\n" * 100)[:-9])
    assert import_landing(workspace).count("known") == len(list(path.parent.iterdir())) - 1


def verdict(workspace: Workspace) -> dict[str, Any]:
    """Return what the gate remembers of each day."""
    return dict(json.loads((workspace.home.ledger / "checks.json").read_bytes())["judged"])
