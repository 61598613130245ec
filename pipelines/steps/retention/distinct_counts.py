"""Exact counts of distinct people in the retained events: what a rotation of pseudonyms must not change."""

from pathlib import Path

import duckdb

from pipelines.steps.day_files import LINKED, DayState, read_day_states
from pipelines.steps.workspace import Workspace
from pipelines.storage.engine import add_key
from pipelines.storage.parquet import scan

ALL_DAYS = "all"
_EVENTS = {
    "members": "member_pseudonym",
    "visitors": "visitor_pseudonym",
    "people": "person_pseudonym",
    "client_addresses": "client_address_pseudonym",
}
_LINKED = {"linked_members": "linked_member_pseudonym"}
Counts = dict[str, dict[str, int]]
"""By ISO day and ALL_DAYS: `events` and the distinct values of each kind; linked events under `linked <day>`, `linked all`."""


def distinct_counts(workspace: Workspace) -> Counts:
    """Count the events and the distinct people of each retained day and of all. Raises DamagedError or KeyMissingError."""
    folder = workspace.home.events
    with workspace.connection() as connection:
        counted = _counted(workspace, connection, folder, _EVENTS)
        linked = _counted(workspace, connection, folder / LINKED, _LINKED)
    return counted | {f"{LINKED} {day}": counts for day, counts in linked.items()}


def _counted(
    workspace: Workspace, connection: duckdb.DuckDBPyConnection, folder: Path, kinds: dict[str, str]
) -> Counts:
    states = read_day_states(folder).values()
    if not states:
        return {}
    branches = [_branch(workspace, connection, folder, state, kinds) for state in states]
    counts = ", ".join(f"count(DISTINCT {column}) AS {name}" for name, column in kinds.items())
    query = f"""
        SELECT coalesce(day, '{ALL_DAYS}') AS day, count(*) AS events, {counts}
        FROM ({" UNION ALL ".join(branches)})
        GROUP BY GROUPING SETS ((day), ()) ORDER BY day
    """  # noqa: S608 -- own names
    rows = connection.execute(query).fetchall()
    return {day: dict(zip(["events", *kinds], values, strict=True)) for day, *values in rows}


def _branch(
    workspace: Workspace,
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    state: DayState,
    kinds: dict[str, str],
) -> str:
    add_key(connection, workspace.keyring.get(state.key))
    columns = ", ".join(kinds.values())
    return f"SELECT '{state.day}' AS day, {columns} FROM {scan(folder / state.file_name, state.key)}"  # noqa: S608
