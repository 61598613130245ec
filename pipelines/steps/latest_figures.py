"""How much each mart tells of its latest days, weeks or months: its rows, and the sum of the figure it is about."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

import duckdb

from pipelines.steps.workspace import OpenHome
from pipelines.storage.engine import without_data
from pipelines.warehouse.reading import open_read_only

PERIODS = ("day", "week", "month")
"""The columns that say when; a mart has one of them."""
FIGURES = ("page_views", "requests", "visits", "events", "people")
"""What a mart is about: the first of these that it has."""
REPEATED = frozenset({"dimension"})
"""A mart with one of these columns has each figure several times over, and no sum of it means anything."""


@dataclass(frozen=True)
class LatestFigures:
    """A mart's latest periods, oldest first: `rows` of each, and `totals` of `figure`, empty when it has none to sum."""

    period: str
    figure: str | None
    rows: dict[date, int]
    totals: dict[date, int]


def latest_figures(opened: OpenHome, marts: Collection[str], most: int) -> dict[str, LatestFigures]:
    """Return the figures of the `most` latest periods of each of `marts` that is in the warehouse and has a period.

    Nothing without a warehouse. Raises DamagedError for one that cannot be read.
    """
    if not opened.home.warehouse.exists():
        return {}
    with open_read_only(opened.home.warehouse) as connection:
        try:
            return dict(_figures(connection, marts, most))
        except duckdb.Error as cause:
            raise without_data(cause, f"{opened.home.warehouse.name} cannot be read") from None


def _figures(
    connection: duckdb.DuckDBPyConnection, marts: Collection[str], most: int
) -> Iterable[tuple[str, LatestFigures]]:
    for mart in marts:
        columns = _columns(connection, mart)
        period = next((name for name in PERIODS if name in columns), None)
        if period is None:
            continue
        figure = None if REPEATED & columns else next((name for name in FIGURES if name in columns), None)
        found = connection.execute(
            f"SELECT {period}, count(*), {f'coalesce(sum({figure}), 0)' if figure else '0'} "  # noqa: S608 -- own names
            f"FROM {mart} GROUP BY {period} ORDER BY {period} DESC LIMIT {most}"
        ).fetchall()[::-1]
        rows = {when: int(count) for when, count, _ in found}
        yield (
            mart,
            LatestFigures(period, figure, rows, {when: int(total) for when, _, total in found} if figure else {}),
        )


def _columns(connection: duckdb.DuckDBPyConnection, mart: str) -> frozenset[str]:
    named = "SELECT column_name FROM information_schema.columns WHERE table_schema = 'main' AND table_name = ?"
    return frozenset(name for (name,) in connection.execute(named, [mart]).fetchall())
