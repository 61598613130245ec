"""Cells of the marts that rest on fewer than k people: they go with the events they come from, larger cells stay.

A mart with `contributing_people` has one row a cell. A row goes when the events of its day go, or, of a week or a month, those
of its first day: a small cell never outlives the oldest event that it may rest on. A row without the number stays: it was built
before the mart counted people, and is a total of the service.
"""

from collections.abc import Collection, Iterable
from datetime import date
from pathlib import Path

import duckdb

from pipelines.errors import DamagedError
from pipelines.storage.atomic import make_folder
from pipelines.warehouse.periods import PERIODS
from pipelines.warehouse.snapshots import discard, next_warehouse, publish

PEOPLE = "contributing_people"


Cell = tuple[str, date]
"""A mart and the first day of a period: all of its small cells go together."""


def small_cells(live: Path, k: int) -> dict[Cell, int]:
    """Count the cells on fewer than `k` people by mart and first day of their period; none without a warehouse.

    Raises DamagedError when it cannot be read.
    """
    if not live.exists():
        return {}
    try:
        with duckdb.connect(str(live), read_only=True) as connection:
            return dict(_counted(connection, k))
    except duckdb.Error as cause:
        raise DamagedError(f"{live.name}: cannot be read ({type(cause).__name__})") from None


def periods_of_marts(live: Path) -> dict[str, str]:
    """Return the kind of period of each mart whose rows say on how many people they rest; none without a warehouse.

    Raises DamagedError when it cannot be read.
    """
    if not live.exists():
        return {}
    try:
        with duckdb.connect(str(live), read_only=True) as connection:
            return dict(_marts(connection))
    except duckdb.Error as cause:
        raise DamagedError(f"{live.name}: cannot be read ({type(cause).__name__})") from None


def remove_cells(live: Path, scratch: Path, k: int, cells: Collection[Cell]) -> int:
    """Swap in a warehouse without the small ones of `cells`; return how many rows went. Without any nothing is written.

    A deleted row's bytes stay in the file it was deleted from, so that what is left is copied from that into another one.
    """
    count = sum(number for cell, number in small_cells(live, k).items() if cell in set(cells))
    if not count:
        return 0
    spoilt = next_warehouse(live, make_folder(scratch / "cells"))
    try:
        with duckdb.connect(str(spoilt)) as connection:
            for mart, period in _marts(connection):
                firsts = [first for name, first in cells if name == mart]
                delete = f'DELETE FROM "{mart}" WHERE {PEOPLE} < ? AND list_contains(?::DATE[], {period})'  # noqa: S608 -- own names
                connection.execute(delete, [k, firsts])
            connection.execute("CHECKPOINT")
        following = next_warehouse(spoilt, scratch)
        publish(following, live)
    finally:
        discard(spoilt)
    return count


def _counted(connection: duckdb.DuckDBPyConnection, k: int) -> Iterable[tuple[Cell, int]]:
    for mart, period in _marts(connection):
        query = f'SELECT {period}, count(*) FROM "{mart}" WHERE {PEOPLE} < ? GROUP BY ALL ORDER BY ALL'  # noqa: S608 -- own names
        for first, count in connection.execute(query, [k]).fetchall():
            yield (mart, first), int(count)


def _marts(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """Return the marts whose rows say on how many people they rest, with the column of their period."""
    columns: dict[str, set[str]] = {}
    found = connection.execute(
        "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal AND database_name = current_database()"
    )
    for table, column in found.fetchall():
        columns.setdefault(table, set()).add(column)
    periods = ("day", *PERIODS)
    return [
        (table, next(name for name in periods if name in names))
        for table, names in sorted(columns.items())
        if PEOPLE in names and names.intersection(periods)
    ]
