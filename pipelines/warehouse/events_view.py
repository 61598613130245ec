"""The view `work.main.events`: one branch a day, each read with that day's key."""

from collections.abc import Sequence

import duckdb

from pipelines.errors import DamagedError
from pipelines.storage.engine import add_key
from pipelines.storage.parquet import scan
from pipelines.warehouse.context import DayFile

EVENT_COLUMNS = {
    "event_day": "DATE",
    "occurred_at": "TIMESTAMP",
    "source": "VARCHAR",
    "member_pseudonym": "VARCHAR",
    "member_partner_id": "VARCHAR",
    "member_type": "VARCHAR",
    "visitor_pseudonym": "VARCHAR",
    "person_pseudonym": "VARCHAR",
    "client_address_pseudonym": "VARCHAR",
    "method": "VARCHAR",
    "route": "VARCHAR",
    "feature": "VARCHAR",
    "route_parameters": "VARCHAR",
    "content_id": "VARCHAR",
    "content_type": "VARCHAR",
    "partner_id": "VARCHAR",
    "is_page_view": "BOOLEAN",
    "status": "INTEGER",
    "bytes_sent": "BIGINT",
    "referrer_host": "VARCHAR",
    "browser": "VARCHAR",
    "os": "VARCHAR",
    "device_class": "VARCHAR",
    "is_bot": "BOOLEAN",
}
"""The columns of the events and their DuckDB types, in order."""


def create_events_view(connection: duckdb.DuckDBPyConnection, events: Sequence[DayFile]) -> None:
    """Attach the in-memory database `work` and create the view `work.main.events` over `events`.

    Keys are added to the connection's database and named in the view, so that its text holds none. Needs a prepared connection.
    Raises KeyMissingError when a key cannot be used, DamagedError when a file does not open with its key or lacks a column.
    """
    connection.execute("ATTACH IF NOT EXISTS ':memory:' AS work")
    for file in events:
        add_key(connection, file.key)
        _refuse_unreadable(connection, file)
    connection.execute(f"CREATE OR REPLACE VIEW work.main.events AS {view_text(events)}")


def view_text(events: Sequence[DayFile]) -> str:
    """Return the view's query: `UNION ALL` of a branch a day, or a typed relation without rows."""
    if not events:
        nulls = ", ".join(f"CAST(NULL AS {kind}) AS {name}" for name, kind in EVENT_COLUMNS.items())
        return f"SELECT {nulls} WHERE false"
    return "\nUNION ALL\n".join(map(_branch, events))


def _branch(file: DayFile) -> str:
    columns = ", ".join(f"CAST({name} AS {kind}) AS {name}" for name, kind in EVENT_COLUMNS.items())
    return f"SELECT {columns} FROM {scan(file.path, file.key.name)}"  # noqa: S608 - own names, the path is quoted


def _refuse_unreadable(connection: duckdb.DuckDBPyConnection, file: DayFile) -> None:
    try:
        connection.execute(f"DESCRIBE {_branch(file)}")
    except duckdb.Error as cause:
        raise DamagedError(f"events of {file.day}: {type(cause).__name__} with the key {file.key.name}") from None
