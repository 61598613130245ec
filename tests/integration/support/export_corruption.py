"""Registry exports that break the policy, delivered in the place of those that lie in the landing folder, and taken in."""

import json
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from pipelines.steps.registry import import_registry
from pipelines.steps.workspace import Workspace
from pipelines.tabular.reading import open_export
from pipelines.weblogs.decompression import Limits, decompressed_chunks

Corruption = Callable[[Workspace], None]
Row = dict[str, Any]


def with_every_row(table: str, **changed: Any) -> Corruption:
    """Deliver the export of `table` once more, with `changed` in each of its rows."""
    return _delivered(table, lambda rows: [{**row, **changed} for row in rows])


def with_one_more(table: str, **changed: Any) -> Corruption:
    """Deliver the export of `table` once more, with one row more that differs from the first by `changed`."""
    return _delivered(table, lambda rows: [*rows, {**rows[0], **changed}])


def with_unreadable_rows(table: str, *, in_ten: int) -> Corruption:
    """Deliver the export of `table` once more, with so many blank rows at its end that `in_ten` of ten rows are refused."""

    def more(rows: list[Row]) -> list[Row]:
        blank = dict.fromkeys(rows[0], "")
        return [*rows, *([blank] * -(-len(rows) * in_ten // (10 - in_ten)))]

    return _delivered(table, more)


def _delivered(table: str, change: Callable[[list[Row]], list[Row]]) -> Corruption:
    def corrupt(workspace: Workspace) -> None:
        folder = workspace.home.landing / "registry"
        (path,) = folder.glob(f"{table}.*")
        rows = change(_rows(path))
        path.unlink()
        (folder / f"{table}.jsonl").write_text("".join(json.dumps(row, default=_text) + "\n" for row in rows))
        (report,) = import_registry(workspace, table).exports
        assert report.rows == len(rows)

    return corrupt


def _rows(path: Path) -> list[Row]:
    chunks = partial(decompressed_chunks, limits=Limits(1 << 30, 1_000))
    first = open_export(path, chunks)
    # Only at the end are all columns known, and what is read once cannot be read again.
    assert list(first.rows(())), "the sample has rows of every table"
    return [dict(row.values) for row in open_export(path, chunks).rows(first.columns) if row.values is not None]


def _text(value: Any) -> str:
    assert isinstance(value, date), type(value).__name__
    return value.isoformat()
