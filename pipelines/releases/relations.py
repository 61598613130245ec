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
from pipelines.policy.publication import ANONYMOUS, MEMBERS, PEOPLE, PartsOf, Publication, PublishedTable
from pipelines.releases.finer import finer_of, has_any, value_of_total
from pipelines.releases.nesting import steps_within
from pipelines.releases.rows import NEW, first_day

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Structure:
    """Equations of one shape: `total[i]` and the rows `parts[starts[i]:starts[i + 1]]`, as ids of rows.

    `adds_up` gives for each measure of the parts the total's measure it adds up to; `unions` for each count of distinct people
    of the parts the total's that it lies within. `is_made` says that the total was made of these parts (a longer period of its
    days); `is_nested` that each part lies within the total by itself, and the total is not made up of them.
    """

    table: str
    total: Integers
    starts: Integers
    parts: Integers
    adds_up: dict[str, str]
    unions: dict[str, str]
    is_made: bool
    is_nested: bool = False

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
        for finer in finer_of(table, dict(publication.tables)):
            unions = _both(publication, name, finer.days)
            days = f"{finer.is_day('p')} AND t.period = {first_day(table.period, 'p.period')} AND t.value = {finer.value('p')}"
            found.append(_structure(connection, name, (days,), adds_up, unions, is_made=True))
            if table.weeks is not None:
                parts = (
                    f"{_weeks(table.weeks)} AND {finer.has('p')} AND t.value = p.value",
                    f"{finer.is_day('p')} AND {_edge_days()} AND t.value = {finer.value('p')}",
                )
                weeks = _both(publication, name, table.weeks)
                unions = {mine: own for mine, own in unions.items() if mine in weeks}
                found.append(_structure(connection, name, parts, adds_up, unions, is_made=True))
    for name, table in publication.tables.items():
        for part in table.parts_of:
            found += _of_parts(connection, publication, name, part)
    for name, table in publication.tables.items():
        found += _of_steps(connection, name, table)
    return [one for one in found if len(one.total)]


def _of_parts(
    connection: duckdb.DuckDBPyConnection, publication: Publication, name: str, part: PartsOf
) -> Iterator[Structure]:
    """Yield how the rows of a table add up to those of another one of the same period."""
    unions = {**_both(publication, name, part.table), **part.people}
    if {PEOPLE, MEMBERS} & part.people.keys():
        # What people less members is in the one table is no part of what it is in the other.
        unions.pop(ANONYMOUS, None)
    for only in part.takes:
        is_part = f"p.tbl = '{name}' AND {has_any('p', only)}"
        same = f"t.tbl = '{part.table}' AND t.period = p.period AND t.value = {value_of_total(publication, part, 'p')}"
        _require_totals(connection, (name, part), is_part, same)
        yield _structure(connection, part.table, (f"{is_part} AND {same}",), dict(part.measures), unions, is_made=False)


def _of_steps(connection: duckdb.DuckDBPyConnection, name: str, table: PublishedTable) -> Iterator[Structure]:
    """Yield which rows of a table lie within which others of the same period: a measure of people for each, and no sum."""
    for within in steps_within(table, "p", "t"):
        same = f"p.tbl = '{name}' AND t.period = p.period AND {within}"
        unions = {measure: measure for measure in table.people}
        yield _structure(connection, name, (same,), {}, unions, is_made=False, is_nested=True)


def _both(publication: Publication, one: str, other: str) -> dict[str, str]:
    mine, theirs = publication.tables[one], publication.tables[other]
    both = {name: name for name in mine.people if name in theirs.people}
    return both | ({ANONYMOUS: ANONYMOUS} if mine.tells_anonymous and theirs.tells_anonymous else {})


def _weeks(table: str) -> str:
    """Return which weeks lie wholly in the month of `t`."""
    begins, ends = first_day("month", "p.period"), first_day("month", "p.period + 6")
    return f"(p.tbl = '{table}' AND t.period = {begins} AND t.period = {ends})"


def _edge_days() -> str:
    """Return which days of the month of `t` lie in a week that does not."""
    monday = first_day("week", "p.period")
    begins, ends = first_day("month", monday), first_day("month", f"({monday} + 6)")
    return f"t.period = {first_day('month', 'p.period')} AND (t.period <> {begins} OR t.period <> {ends})"


def _structure(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    parts: tuple[str, ...],
    adds_up: dict[str, str],
    unions: dict[str, str],
    *,
    is_made: bool,
    is_nested: bool = False,
) -> Structure:
    # What a total is made of is what its parts were when it came out; steps are compared with all that stood beside them.
    begins = "(t.next_release IS NULL OR p.release < t.next_release)" if is_nested else "p.release <= t.release"
    pairs = " UNION ALL ".join(
        "SELECT t.id AS total, p.id AS part FROM rows p JOIN rows t ON t.partner = p.partner "  # noqa: S608
        f"AND t.tbl = '{table}' AND {same} AND {begins} "
        "AND (p.next_release IS NULL OR p.next_release > t.release)"
        for same in parts
    )
    found = connection.execute(f"{pairs} ORDER BY total, part").fetchnumpy()
    totals, starts = np.unique(np.asarray(found["total"], dtype=np.int64), return_index=True)
    ends = np.append(starts, len(found["total"])).astype(np.int64)
    return Structure(
        table, totals, ends, np.asarray(found["part"], dtype=np.int64), adds_up, unions, is_made, is_nested
    )


def _require_totals(connection: duckdb.DuckDBPyConnection, of: tuple[str, PartsOf], is_part: str, same: str) -> None:
    name, part = of
    counted = " + ".join(f"coalesce(p.{measure}, 0)" for measure in part.measures)
    row = connection.execute(
        f"SELECT count(*) FROM rows p WHERE {is_part} AND p.standing = {NEW} AND {counted} > 0 "  # noqa: S608
        f"AND NOT EXISTS (SELECT 1 FROM rows t WHERE t.partner = p.partner AND {same})"
    ).fetchone()
    if row and row[0]:
        raise DamagedError(f"{name} has rows whose total {part.table} lacks")
