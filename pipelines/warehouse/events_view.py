"""The view `work.main.events`: one branch a day, each read with that day's key."""

from collections.abc import Mapping
from pathlib import Path

import duckdb
import yaml

from pipelines.errors import DamagedError, UsageError
from pipelines.storage.engine import add_key
from pipelines.storage.parquet import scan
from pipelines.warehouse.context import DayFile, EventContext

_SOURCES = "models/sources.yml"


def event_columns(sql_folder: Path) -> dict[str, str]:
    """Return the columns of the source `pseudonymised.events` with their DuckDB types, in order.

    As sql/models/sources.yml declares them, which is derived from the policy: a column that does not serve the
    statistics is not in it, and so not in the view. Raises UsageError when the file does not declare the source.
    """
    file = sql_folder / _SOURCES
    try:
        declared = yaml.safe_load(file.read_text(encoding="utf-8"))["sources"]
        (source,) = (each for each in declared if each["name"] == "pseudonymised")
        (table,) = (each for each in source["tables"] if each["name"] == "events")
        return {column["name"]: column["data_type"] for column in table["columns"]}
    except (OSError, KeyError, TypeError, ValueError) as cause:
        why = type(cause).__name__
        raise UsageError(f"{file.name}: does not declare the source pseudonymised.events ({why})") from cause


def create_events_view(connection: duckdb.DuckDBPyConnection, context: EventContext) -> None:
    """Attach the in-memory database `work` and create the view `work.main.events` over the context's events.

    Keys are added to the connection's database and named in the view, so that its text holds none. Needs a prepared connection.
    Raises KeyMissingError when a key cannot be used, DamagedError when a file does not open with its key or lacks a column.
    """
    connection.execute("ATTACH IF NOT EXISTS ':memory:' AS work")
    for file in context.events:
        add_key(connection, file.key)
        _refuse_unreadable(connection, file, context.columns)
    connection.execute(f"CREATE OR REPLACE VIEW work.main.events AS {view_text(context)}")


def view_text(context: EventContext) -> str:
    """Return the view's query: `UNION ALL` of a branch a day, or a typed relation without rows."""
    if not context.events:
        nulls = ", ".join(f"CAST(NULL AS {kind}) AS {name}" for name, kind in context.columns.items())
        return f"SELECT {nulls} WHERE false"
    return "\nUNION ALL\n".join(_branch(file, context.columns) for file in context.events)


def _branch(file: DayFile, columns: Mapping[str, str]) -> str:
    typed = ", ".join(f"CAST({name} AS {kind}) AS {name}" for name, kind in columns.items())
    return f"SELECT {typed} FROM {scan(file.path, file.key.name)}"  # noqa: S608 - own names, the path is quoted


def _refuse_unreadable(connection: duckdb.DuckDBPyConnection, file: DayFile, columns: Mapping[str, str]) -> None:
    try:
        connection.execute(f"DESCRIBE {_branch(file, columns)}")
    except duckdb.Error as cause:
        raise DamagedError(f"events of {file.day}: {type(cause).__name__} with the key {file.key.name}") from None
