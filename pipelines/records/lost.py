"""Rows that a restored backup lost: they lay under the former key of a day from which an erasure had taken other rows since.

The ledger says which days of which delivered files are missing; the same file delivered once more brings them back.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pipelines.records.ledgered import KIND as IMPORTED
from pipelines.storage.ledger import Entry, Ledger

KIND = "rows-lost"


@dataclass(frozen=True)
class Lost:
    """What is missing of one file: rows by day."""

    rows: Mapping[date, int]


def entry_body(rows_by_file: Mapping[str, Mapping[date, int]]) -> dict[str, Any]:
    """Return the body of the entry that says what was lost, by digest of the file's content and by day."""
    return {
        "files": {sha256: {f"{day}": count for day, count in rows.items()} for sha256, rows in rows_by_file.items()}
    }


def lost_of(ledger: Ledger, is_past: Callable[[date], bool]) -> dict[str, Lost]:
    """Return what is missing by digest of the file's content, but for days whose period is over. Raises DamagedError."""
    missing: dict[str, dict[date, int]] = {}
    for entry in ledger.entries():
        if entry.kind == KIND:
            _miss(missing, entry)
        elif entry.kind == IMPORTED:
            missing.pop(entry.body["sha256"], None)
    still = {sha256: {day: n for day, n in rows.items() if not is_past(day)} for sha256, rows in missing.items()}
    return {sha256: Lost(rows) for sha256, rows in still.items() if rows}


def _miss(missing: dict[str, dict[date, int]], entry: Entry) -> None:
    for sha256, rows in entry.body["files"].items():
        known = missing.setdefault(sha256, {})
        for day, count in rows.items():
            known[date.fromisoformat(day)] = known.get(date.fromisoformat(day), 0) + count


def first_new_row(lost: Iterable[str], before: Mapping[str, tuple[str | None, int]], sha256: str) -> int:
    """Return from which row on a file is read again: after those of the file it grew from, where these are there.

    `before` has, by digest of a file, the digest of the one it grew from and how many rows it has in all.
    """
    missing, ancestor = set(lost), before[sha256][0]
    while ancestor is not None and ancestor in missing:
        ancestor = before[ancestor][0] if ancestor in before else None
    return before[ancestor][1] if ancestor is not None and ancestor in before else 0
