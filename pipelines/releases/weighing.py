"""Whom the change of a restated row speaks of: every measure of it is weighed by itself, in the table `compared`.

A row that rose on k people may hold a count that rose by one of them. So each count of people rises by nobody or by k, and so
does what it leaves out of its row.
"""

import duckdb

from pipelines.policy.publication import PublishedTable


def mark_few(work: duckdb.DuckDBPyConnection, name: str, table: PublishedTable, threshold: int) -> None:
    """Mark changed rows in which a count of people, or what it leaves out, rose by 1 to k - 1 people."""
    each = [f"(was_{measure} IS NOT NULL AND ({_is_few(table, measure, threshold)}))" for measure in table.people]
    few = " OR ".join(each) or "false"
    work.execute(f"UPDATE compared SET is_wrong = true WHERE tbl = '{name}' AND is_changed AND ({few})")  # noqa: S608


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
