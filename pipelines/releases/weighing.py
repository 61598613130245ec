"""Whom the change of a restated row speaks of: every measure of it is weighed by itself, in the table `compared`.

A row that rose on k people may hold a count that rose by one of them. So each count of people rises by nobody or by k, and so
does what it leaves out of its row. Neither the row as it is now nor what it rose by may be one person's above all.
"""

import duckdb
import numpy as np
import pyarrow as pa

from pipelines.policy.publication import PEOPLE, PublishedTable
from pipelines.releases.masking import is_dominated
from pipelines.releases.relations import Integers

_KEY = ("partner", "tbl", "period", "value")


def mark_few(work: duckdb.DuckDBPyConnection, name: str, table: PublishedTable, threshold: int) -> None:
    """Mark changed rows in which a count of people, or what it leaves out, rose by 1 to k - 1 people."""
    each = [f"(was_{measure} IS NOT NULL AND ({_is_few(table, measure, threshold)}))" for measure in table.people]
    few = " OR ".join(each) or "false"
    work.execute(f"UPDATE compared SET is_wrong = true WHERE tbl = '{name}' AND is_changed AND ({few})")  # noqa: S608


def mark_dominated(work: duckdb.DuckDBPyConnection, name: str, table: PublishedTable, percent: float) -> None:
    """Mark changed rows which the rule of dominance forbids now, or the rise of which it may forbid.

    Rows of longer periods rise by what their days rose by, each of which was judged: together they are dominated less.
    """
    if table.amount is None:
        return
    amount, came = f"now_{table.amount}", _came(table)
    found = work.execute(
        f"SELECT {', '.join(_KEY)}, coalesce({amount}, 0) AS amount, coalesce({amount} - was_{table.amount}, 0) AS rise, "  # noqa: S608
        f"{came} AS came, now_largest AS largest, now_second AS second FROM compared WHERE tbl = '{name}' AND is_changed"
    ).to_arrow_table()
    now, rise, came_now, largest, second = (
        np.asarray(found[one].to_numpy(), dtype=np.int64) for one in ("amount", "rise", "came", "largest", "second")
    )
    wrong = is_dominated(now, largest, second, percent)
    if table.days is None:
        wrong |= is_dominated(rise, *greatest_of_rise(rise, came_now, largest, second), percent)
    work.register("dominated", found.select(_KEY).filter(pa.array(wrong)))
    work.execute(f"UPDATE compared SET is_wrong = true FROM dominated d WHERE {_same('compared', 'd')}")  # noqa: S608


def greatest_of_rise(rise: Integers, came: Integers, largest: Integers, second: Integers) -> tuple[Integers, Integers]:
    """Return how much of a rise one person and the next can have given at most, of whom nobody knows.

    Neither gave more than the greatest in the row do now, and whoever came gave one at least: what is left to those two.
    """
    most = np.minimum(largest, rise - np.maximum(came - 1, 0))
    return most, np.minimum(np.minimum(second, most), rise - most - np.maximum(came - 2, 0))


def _came(table: PublishedTable) -> str:
    """Return the SQL of how many people came to a row, of whom each gave something of its amount; 0 where that is not known."""
    return f"greatest(coalesce(now_{PEOPLE} - was_{PEOPLE}, 0), 0)" if PEOPLE in table.people else "0"


def _same(one: str, other: str) -> str:
    return " AND ".join(f"{one}.{column} = {other}.{column}" for column in _KEY)


def _is_few(table: PublishedTable, measure: str, threshold: int) -> str:
    """Return the SQL of whether too few people rose in a count, or beside it; fewer beside it than none are a fall."""
    part = table.part_of(measure)
    if part is None:
        return "false"
    mine, all_of_them = _rise(table, part.people), _rise(table, part.of)
    return (
        f"{mine} BETWEEN 1 AND {threshold - 1} OR {all_of_them} - {mine} <> 0 AND {all_of_them} - {mine} < {threshold}"
    )


def _rise(table: PublishedTable, column: str) -> str:
    """Return the SQL of by how many people a column rose; one whose former value is not known, by as many as its row."""
    row = "(coalesce(now_persons, 0) - persons)"
    return f"coalesce(now_{column} - was_{column}, {row})" if column in table.counted else row
