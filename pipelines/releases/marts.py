"""The rows of the marts behind published tables, read from the warehouse for some periods and partners."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import duckdb
import pyarrow as pa

from pipelines.errors import DamagedError
from pipelines.policy.publication import PARTNER, Publication, PublishedTable

SEPARATOR = "chr(31)"
"""Between the dimensions of a row's `value`, in SQL: a control character that no dimension has."""

UNDER = " / "
"""Between a value and what is part of it."""

DIMENSION = "dimension_"
"""Before the name of a dimension in what is read: one may be called as one of the columns that every table has."""

Periods = Mapping[str, Sequence[date]]
"""First days of periods, by kind."""


def counted(publication: Publication) -> tuple[str, ...]:
    """Return every measure between which relations hold, of any table, in order of first mention."""
    return tuple(dict.fromkeys(name for table in publication.tables.values() for name in table.counted))


def partners_in(warehouse: duckdb.DuckDBPyConnection, publication: Publication) -> list[str]:
    """Return the partners that any published mart speaks of, in order."""
    found: set[str] = set()
    for name in present(warehouse, publication):
        found |= {row[0] for row in _ask(warehouse, f'SELECT DISTINCT {PARTNER} FROM "{name}"', {}).fetchall()}  # noqa: S608
    return sorted(found)


def present(warehouse: duckdb.DuckDBPyConnection, publication: Publication) -> list[str]:
    """Return the published tables whose marts the warehouse has: one built by former models lacks the newest."""
    found = _ask(warehouse, "SELECT DISTINCT table_name FROM duckdb_tables() WHERE NOT internal", {}).fetchall()
    return [name for name in publication.tables if (name,) in set(found)]


def read(
    warehouse: duckdb.DuckDBPyConnection, publication: Publication, periods: Periods, partners: Sequence[str]
) -> dict[str, pa.Table]:
    """Return, by table, the mart's rows of `periods` and `partners`, sorted by partner, period and dimensions.

    Columns besides the mart's own measures and its dimensions (`dimension_` and the name): partner, tbl, kind, period, value (the
    dimensions in one text, empty without any), grp (of parts `under` a value: what theirs begins with), persons (on how many
    people the row rests), largest and second. Of a table with `only`, no other rows are read. Raises DamagedError.
    """
    read = {}
    for name in present(warehouse, publication):
        table = publication.tables[name]
        if periods.get(table.period):
            given = {"periods": list(periods[table.period]), "partners": list(partners)}
            read[name] = _ask(warehouse, _select(name, table, publication.dominance_of(name)), given).to_arrow_table()
    return read


def digest(rows: pa.Table) -> str:
    """Return the digest of rows that were read, as hex."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, rows.schema) as writer:
        writer.write_table(rows.combine_chunks())
    return hashlib.sha256(sink.getvalue()).hexdigest()


def _select(name: str, table: PublishedTable, dominance_percent: float) -> str:
    dimensions = [f"coalesce(\"{column}\"::VARCHAR, '')" for column in table.dimensions]
    value = f"concat_ws({SEPARATOR}, {', '.join(dimensions)})" if dimensions else "''"
    amount = table.amount
    columns = [
        f"{PARTNER} AS partner", f"'{name}' AS tbl", f"'{table.period}' AS kind", f'"{table.period}" AS period',
        f"{value} AS value", f"{_group(table)}::VARCHAR AS grp",
        f"coalesce(least({', '.join(_positive(column) for column in table.rests_on)}), 0)::BIGINT AS persons",
        f"{_largest(table, dominance_percent)}::BIGINT AS largest" if amount else "0::BIGINT AS largest",
        f'coalesce("second_{amount}", 0)::BIGINT AS second' if amount else "0::BIGINT AS second",
        *(f'"{column}" AS "{DIMENSION}{column}"' for column in table.dimensions),
        *(f'"{column}"' for column in dict.fromkeys((*_whole(table), *table.others))),
    ]  # fmt: skip
    only = ", ".join(f"'{value}'" for value in table.only)
    kept = f'AND "{table.dimensions[0]}" IN ({only}) ' if only else ""
    return (
        f'SELECT {", ".join(columns)} FROM "{name}" '  # noqa: S608 -- names of the policy, which are plain
        f'WHERE list_contains($periods::DATE[], "{table.period}") AND list_contains($partners::VARCHAR[], {PARTNER}) '
        f"{kept}ORDER BY 1, 4, 5"
    )


def _largest(table: PublishedTable, dominance_percent: float) -> str:
    """Return the SQL of how much of a row's amount one person gave: all of it, where one is dominant in a further measure.

    Of a row built before its mart knew the largest part, all of it may be one person's.
    """
    largest = f'coalesce("largest_{table.amount}", "{table.amount}", 0)'
    for one in table.also_judged:
        most = f'coalesce("largest_{one}", "{one}", 0)'
        left = f'coalesce("{one}", 0) - {most} - coalesce("second_{one}", 0)'
        largest = f'if({left} < {most} * {dominance_percent / 100!r}, "{table.amount}", {largest})'
    return largest


def _group(table: PublishedTable) -> str:
    """Return the SQL of what the values begin with, or of the dimension, that are parts of a row of that value."""
    for part in table.parts_of:
        if part.under in table.dimensions:
            return f'"{part.under}"'
    only = ", ".join(f"'{value}'" for part in table.parts_of if part.under for value in part.only)
    return (
        f'if("{table.dimensions[0]}" IN ({only}), split_part("{table.dimensions[-1]}", \'{UNDER}\', 1), NULL)'
        if only
        else "NULL"
    )


def _whole(table: PublishedTable) -> Iterator[str]:
    """Yield the counted measures and the columns of people that parts of rows rest on."""
    yield from table.counted
    for measure in table.measures:
        if (part := table.part_of(measure)) is not None:
            yield from part.columns


def _positive(column: str) -> str:
    """Nobody behind one of a row's measures says nothing of those behind the others."""
    return f'nullif("{column}", 0)'


def _ask(connection: duckdb.DuckDBPyConnection, query: str, given: Mapping[str, object]) -> duckdb.DuckDBPyConnection:
    try:
        return connection.execute(query, dict(given))
    except duckdb.Error as cause:
        raise DamagedError(f"the warehouse cannot be read for publication ({type(cause).__name__})") from None
