"""The views `work.main.events` and its like, one a table of the source: one branch a day, each read with that day's key."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import duckdb
import yaml

from pipelines.errors import DamagedError, UsageError
from pipelines.storage.engine import add_key
from pipelines.storage.parquet import scan
from pipelines.warehouse.context import DayFile, EventContext, Relation

FURTHER_TABLES = ("linked_events_pseudonymised",)
"""The tables of the source beside `events`."""
_SOURCES = "models/sources.yml"


def event_columns(sql_folder: Path, table: str = "events") -> dict[str, str]:
    """Return the columns of the source's `table` with their DuckDB types, in order.

    As sql/models/sources.yml declares them, which is derived from the policy: a column that does not serve the
    statistics is not in it, and so not in the view. Raises UsageError when the file does not declare the source.
    """
    file = sql_folder / _SOURCES
    try:
        declared = yaml.safe_load(file.read_text(encoding="utf-8"))["sources"]
        (source,) = (each for each in declared if each["name"] == "pseudonymised")
        (found,) = (each for each in source["tables"] if each["name"] == table)
        return {column["name"]: column["data_type"] for column in found["columns"]}
    except (OSError, KeyError, TypeError, ValueError) as cause:
        why = type(cause).__name__
        raise UsageError(f"{file.name}: does not declare the source pseudonymised.{table} ({why})") from cause


def further_relations(
    sql_folder: Path, files: Mapping[str, Sequence[DayFile]] = MappingProxyType({})
) -> dict[str, Relation]:
    """Return the tables of the source beside `events`, by name, with their `files`; without rows where there are none."""
    return {
        name: Relation(tuple(sorted(files.get(name, ()), key=lambda file: file.day)), event_columns(sql_folder, name))
        for name in FURTHER_TABLES
    }


def create_events_view(connection: duckdb.DuckDBPyConnection, context: EventContext) -> None:
    """Attach the in-memory database `work` and create a view over each of the context's relations.

    Keys are added to the connection's database and named in the view, so that its text holds none. Needs a prepared connection.
    Raises KeyMissingError when a key cannot be used, DamagedError when a file does not open with its key or lacks a column.
    """
    connection.execute("ATTACH IF NOT EXISTS ':memory:' AS work")
    for name, relation in context.relations.items():
        for file in relation.files:
            add_key(connection, file.key)
            _refuse_unreadable(connection, file, relation.columns)
        connection.execute(f"CREATE OR REPLACE VIEW work.main.{name} AS {view_text(relation)}")


def view_text(relation: Relation) -> str:
    """Return a view's query: `UNION ALL` of a branch a day, or a typed relation without rows."""
    if not relation.files:
        nulls = ", ".join(f"CAST(NULL AS {kind}) AS {name}" for name, kind in relation.columns.items())
        return f"SELECT {nulls} WHERE false"
    return "\nUNION ALL\n".join(_branch(file, relation.columns) for file in relation.files)


def _branch(file: DayFile, columns: Mapping[str, str]) -> str:
    typed = ", ".join(f"CAST({name} AS {kind}) AS {name}" for name, kind in columns.items())
    return f"SELECT {typed} FROM {scan(file.path, file.key.name)}"  # noqa: S608 - own names, the path is quoted


def _refuse_unreadable(connection: duckdb.DuckDBPyConnection, file: DayFile, columns: Mapping[str, str]) -> None:
    try:
        connection.execute(f"DESCRIBE {_branch(file, columns)}")
    except duckdb.Error as cause:
        raise DamagedError(f"events of {file.day}: {type(cause).__name__} with the key {file.key.name}") from None
