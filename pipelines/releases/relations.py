"""How the rows of a release hang together: totals and their parts, as the policy's tables say, found by joins.

A structure is one equation between rows, whatever is counted in it. Each version of a total holds for its parts as they stood
in the release it came out with.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb
import numpy as np
from numpy.typing import NDArray

from pipelines.errors import DamagedError
from pipelines.policy.publication import Publication
from pipelines.releases.rows import NEW, first_day

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Structure:
    """Equations of one shape: `total[i]` and the rows `parts[starts[i]:starts[i + 1]]`, as ids of rows.

    `adds_up` gives for each measure of the parts the total's measure it adds up to; `unions` the counts of distinct people in
    both. `is_made` says that the total was made of these parts (a longer period of its days).
    """

    table: str
    total: Integers
    starts: Integers
    parts: Integers
    adds_up: dict[str, str]
    unions: tuple[str, ...]
    is_made: bool

    def __iter__(self) -> Iterator[tuple[int, Integers]]:
        """Yield each total with its parts."""
        for place, total in enumerate(self.total.tolist()):
            yield total, self.parts[self.starts[place] : self.starts[place + 1]]

    @property
    def of_part(self) -> Integers:
        """The total of each part."""
        return np.repeat(self.total, np.diff(self.starts))


def structures(connection: duckdb.DuckDBPyConnection, publication: Publication) -> list[Structure]:
    """Return every equation between the rows of the table `rows`; longer periods first.

    Raises DamagedError for a new part without its total, naming the tables.
    """
    found = []
    for name, table in publication.tables.items():
        adds_up = {measure: measure for measure in table.adds_up}
        if table.days is not None:
            unions = _both(publication, name, table.days)
            days = f"p.tbl = '{table.days}' AND t.period = {first_day(table.period, 'p.period')} AND t.value = p.value"
            found.append(_structure(connection, name, days, adds_up, unions, is_made=True))
        if table.days is not None and table.weeks is not None:
            parts = f"{_weeks(table.weeks)} OR {_edge_days(table.days)}"
            unions = tuple(count for count in unions if count in publication.tables[table.weeks].people)
            found.append(
                _structure(connection, name, f"({parts}) AND t.value = p.value", adds_up, unions, is_made=True)
            )
    for name, table in publication.tables.items():
        for part in table.parts_of:
            value = "''" if part.by is None else "p.grp"
            same = f"p.tbl = '{name}' AND t.period = p.period AND t.value = {value}"
            _require_totals(connection, name, part.table, same, tuple(part.measures))
            unions = _both(publication, name, part.table)
            found.append(_structure(connection, part.table, same, dict(part.measures), unions, is_made=False))
    return [one for one in found if len(one.total)]


def _both(publication: Publication, one: str, other: str) -> tuple[str, ...]:
    mine, theirs = publication.tables[one].people, publication.tables[other].people
    return tuple(name for name in mine if name in theirs)


def _weeks(table: str) -> str:
    """Return which weeks lie wholly in the month of `t`."""
    begins, ends = first_day("month", "p.period"), first_day("month", "p.period + 6")
    return f"(p.tbl = '{table}' AND t.period = {begins} AND t.period = {ends})"


def _edge_days(table: str) -> str:
    """Return which days of the month of `t` lie in a week that does not."""
    monday = first_day("week", "p.period")
    begins, ends = first_day("month", monday), first_day("month", f"({monday} + 6)")
    return f"(p.tbl = '{table}' AND t.period = {first_day('month', 'p.period')} AND (t.period <> {begins} OR t.period <> {ends}))"


def _structure(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    same: str,
    adds_up: dict[str, str],
    unions: tuple[str, ...],
    *,
    is_made: bool,
) -> Structure:
    found = connection.execute(
        "SELECT t.id AS total, p.id AS part FROM rows p JOIN rows t ON t.partner = p.partner "  # noqa: S608
        f"AND t.tbl = '{table}' AND {same} AND p.release <= t.release "
        "AND (p.next_release IS NULL OR p.next_release > t.release) ORDER BY total, part"
    ).fetchnumpy()
    totals, starts = np.unique(np.asarray(found["total"], dtype=np.int64), return_index=True)
    ends = np.append(starts, len(found["total"])).astype(np.int64)
    return Structure(table, totals, ends, np.asarray(found["part"], dtype=np.int64), adds_up, unions, is_made)


def _require_totals(
    connection: duckdb.DuckDBPyConnection, part: str, total: str, same: str, measures: tuple[str, ...]
) -> None:
    counted = " + ".join(f"coalesce(p.{measure}, 0)" for measure in measures)
    row = connection.execute(
        f"SELECT count(*) FROM rows p WHERE p.tbl = '{part}' AND p.standing = {NEW} AND {counted} > 0 "  # noqa: S608
        f"AND NOT EXISTS (SELECT 1 FROM rows t WHERE t.partner = p.partner AND t.tbl = '{total}' AND {same})"
    ).fetchone()
    if row and row[0]:
        raise DamagedError(f"{part} has rows whose total {total} lacks")
