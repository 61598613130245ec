"""A night's steps in this process and without Dagster: what is delivered ends up in the warehouse, through the gate."""

from datetime import date
from typing import Any

from expectations.judging import judge
from pipelines.steps.day_files import LINKED_EVENTS, read_day_states
from pipelines.steps.events import derive_stale_days
from pipelines.steps.imports import import_landing
from pipelines.steps.linked import derive_linked_days
from pipelines.steps.record_imports import FOLDERS, import_record_files
from pipelines.steps.registry import TABLES, import_registry
from pipelines.steps.warehouse import build_warehouse
from pipelines.steps.workspace import Workspace
from pipelines.storage.engine import add_key
from pipelines.storage.parquet import scan
from pipelines.warehouse.build import BuildReport
from pipelines.warehouse.reading import open_read_only


def quick_intake(workspace: Workspace) -> list[date]:
    """Take in what lies in the landing folder and derive what rests on it; return the days that were derived."""
    for table in TABLES:
        import_registry(workspace, table)
    for folder in FOLDERS:
        import_record_files(workspace, folder)
    import_landing(workspace)
    derive_linked_days(workspace)
    return [report.day for report in derive_stale_days(workspace)]


def settle(workspace: Workspace) -> None:
    """Derive and judge again what says less since the night destroyed rows at its end, as the next night would."""
    quick_intake(workspace)
    judge(workspace, ["events", LINKED_EVENTS])


def quick_night(workspace: Workspace) -> BuildReport | None:
    """Take in what was delivered, derive, judge the events, build; return what was built. A failing privacy check raises."""
    quick_intake(workspace)
    failed = [
        result.name for result in judge(workspace, ["events", LINKED_EVENTS]) if result.is_privacy and not result.passed
    ]
    assert failed == []
    return build_warehouse(workspace)


def decoded_events(workspace: Workspace) -> list[dict[str, Any]]:
    """Return every event of the home, decoded with its key."""
    found: list[dict[str, Any]] = []
    with workspace.connection() as connection:
        for state in read_day_states(workspace.home.events).values():
            add_key(connection, workspace.keyring.get(state.key))
            relation = scan(workspace.home.events / state.file_name, state.key)
            found += connection.execute(f"FROM {relation}").to_arrow_table().to_pylist()
    return found


def warehouse_rows(workspace: Workspace, query: str) -> list[tuple[Any, ...]]:
    """Return what the warehouse answers."""
    connection = open_read_only(workspace.home.warehouse)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()
