"""Builds the marts of given days and of their weeks and months: the next file, dbt with its tests, a record, the swap."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType

import duckdb

from pipelines.errors import DamagedError
from pipelines.warehouse.context import DayFile, EngineLimits, EventContext
from pipelines.warehouse.dbt import DbtProject, NodeResult, run_dbt
from pipelines.warehouse.events_view import event_columns, further_relations
from pipelines.warehouse.periods import DAY, PERIODS, DaysToBuild, days_to_build
from pipelines.warehouse.snapshots import discard, next_warehouse, publish

RECORDS = "pipeline_days"
"""The table of the warehouse file that says from what each day was built."""
_BUILD = ("build", "--exclude-resource-type", "unit_test")


@dataclass(frozen=True)
class BuildReport:
    """What a build did: the days, each mart's rows of those days or of their weeks or months, and every model and test."""

    days: tuple[date, ...]
    rows: Mapping[str, int]
    nodes: tuple[NodeResult, ...]


def build_days(
    *,
    warehouse_path: Path,
    sql_folder: Path,
    events: Sequence[DayFile],
    days: Sequence[date],
    fingerprints: Mapping[date, str],
    limits: EngineLimits,
    scratch: Path,
    on_node: Callable[[NodeResult], None] | None = None,
    beside: Mapping[str, Sequence[DayFile]] = MappingProxyType({}),
) -> BuildReport:
    """Rebuild the marts of `days` from `events` and swap the warehouse file; a day without events loses its rows.

    The weeks and months they lie in are rebuilt too, but for those some of whose days were built once and have no events now:
    they stay as they are. Of `events`, the days of all these periods and the days beside them are read: a visit may come from
    the day before and go on into the day after. `beside` are the files of the source's further tables, by name; of these the
    days built are read. `fingerprints` gives, per day built, the digest of what it rests on; `scratch`
    lies in the file system of `warehouse_path`.
    When a test fails nothing is swapped: CheckFailedError names it. Raises DbtFailedError when a model cannot be built.
    """
    present = {file.day for files in (events, *beside.values()) for file in files}
    gone = built_fingerprints(warehouse_path).keys() - present
    building = days_to_build(days, gone=gone)
    following = next_warehouse(warehouse_path, scratch)
    target = scratch / "dbt"
    try:
        further = {name: [file for file in files if file.day in building.days] for name, files in beside.items()}
        context = EventContext(
            needed(events, building.of_visits),
            event_columns(sql_folder),
            limits,
            further_relations(sql_folder, further),
        )
        project = DbtProject(sql_folder, following, target)
        result = run_dbt(_BUILD, project=project, building=building, context=context, on_node=on_node)
        marts = [node.name for node in result.nodes if node.unique_id.startswith("model.") and _is_mart(node)]
        rows = _record(following, building, fingerprints, marts)
        publish(following, warehouse_path)
    finally:
        discard(following)
        shutil.rmtree(target, ignore_errors=True)
    return BuildReport(building.days, rows, result.nodes)


def needed(events: Sequence[DayFile], days: Sequence[date]) -> tuple[DayFile, ...]:
    """Return the event files of `days` and of the days before and after each, in order of day."""
    wanted = {day + shift for day in days for shift in (-DAY, 0 * DAY, DAY)}
    return tuple(sorted((file for file in events if file.day in wanted), key=lambda file: file.day))


def built_fingerprints(warehouse_path: Path) -> dict[date, str]:
    """Return the fingerprint of each day the warehouse was built from; empty without a warehouse. Raises DamagedError."""
    if not warehouse_path.exists():
        return {}
    try:
        with duckdb.connect(str(warehouse_path), read_only=True) as connection:
            return dict(connection.execute(f"SELECT day, fingerprint FROM {RECORDS} ORDER BY day").fetchall())  # noqa: S608
    except duckdb.Error as cause:
        raise DamagedError(f"{warehouse_path.name}: cannot be read ({type(cause).__name__})") from None


def _is_mart(node: NodeResult) -> bool:
    return not node.name.startswith(("stg_", "int_"))


def _record(
    following: Path, building: DaysToBuild, fingerprints: Mapping[date, str], marts: Sequence[str]
) -> dict[str, int]:
    with duckdb.connect(str(following)) as connection:
        connection.execute(f"CREATE TABLE IF NOT EXISTS {RECORDS} (day DATE NOT NULL, fingerprint VARCHAR NOT NULL)")
        for day in building.days:
            connection.execute(f"DELETE FROM {RECORDS} WHERE day = ?", [day])  # noqa: S608 - an own name
            connection.execute(f"INSERT INTO {RECORDS} VALUES (?, ?)", [day, fingerprints[day]])  # noqa: S608 - an own name
        return {mart: _rows(connection, mart, building) for mart in marts}


def _rows(connection: duckdb.DuckDBPyConnection, mart: str, building: DaysToBuild) -> int:
    columns = {row[0] for row in connection.execute(f'DESCRIBE "{mart}"').fetchall()}
    (period,) = columns & {"day", *PERIODS}
    count = f'SELECT count(*) FROM "{mart}" WHERE {period} IN (SELECT unnest(?::DATE[]))'  # noqa: S608 - own names
    row = connection.execute(count, [building.of(period)]).fetchone()
    return int(row[0]) if row else 0
