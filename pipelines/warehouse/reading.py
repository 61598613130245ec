"""Reading the warehouse: read-only, without a way to any other file, and with the engine's own cause when a query fails."""

from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from pipelines.errors import DamagedError, UsageError

_LOCKED = {
    "enable_external_access": False,
    "autoload_known_extensions": False,
    "autoinstall_known_extensions": False,
    "lock_configuration": True,
}


class Answer(NamedTuple):
    """What a query returned."""

    columns: list[str]
    rows: list[tuple[Any, ...]]


def open_read_only(path: Path) -> duckdb.DuckDBPyConnection:
    """Open the database file `path` for reading it and nothing else: no other file, no extension, no setting can be reached.

    The file may be replaced meanwhile; this connection keeps the one it opened. Raises UsageError when there is no file,
    DamagedError when it is not a database.
    """
    if not path.exists():
        raise UsageError(f"no warehouse at {path}: nothing has been built here yet; run `partnerstats nightly` first")
    try:
        return duckdb.connect(str(path), read_only=True, config=dict(_LOCKED))
    except duckdb.Error as cause:
        raise DamagedError(f"{path.name}: cannot be opened ({type(cause).__name__})") from cause


def query(path: Path, sql: str, limit: int | None = None) -> Answer:
    """Run the one SELECT in `sql` on the warehouse `path`; return its columns and at most `limit` rows.

    Raises UsageError with the engine's cause when it is not one statement that only reads, or cannot be run.
    """
    with open_read_only(path) as connection:
        try:
            statement = _only_select(connection, sql)
            cursor = connection.execute(statement)
            columns = [column[0] for column in cursor.description or ()]
            return Answer(columns, cursor.fetchall() if limit is None else cursor.fetchmany(limit))
        except duckdb.Error as cause:
            raise UsageError(f"the query cannot be run: {cause}") from cause


def _only_select(connection: duckdb.DuckDBPyConnection, sql: str) -> duckdb.Statement:
    statements = connection.extract_statements(sql)
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise UsageError("expected one SELECT: the warehouse is only read here")
    return statements[0]
