"""Builds the marts of given days and of their weeks and months: the next file, dbt with its tests, a record, the swap."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType

import duckdb

from pipelines.warehouse.added_columns import add_missing_columns
from pipelines.warehouse.context import DayFile, EngineLimits, EventContext
from pipelines.warehouse.day_records import built_days, record_days
from pipelines.warehouse.dbt import DbtProject, NodeResult, run_dbt
from pipelines.warehouse.events_view import event_columns, further_relations
from pipelines.warehouse.periods import DAY, LOOK_BACK_DAYS, PERIODS, DaysToBuild, days_to_build
from pipelines.warehouse.prebuilt import prebuilt_manifest
from pipelines.warehouse.rebuilding import EVENTS, Rests, gone_days, standing_days
from pipelines.warehouse.snapshots import discard, next_warehouse, publish

_BUILD = ("build", "--exclude-resource-type", "unit_test", "--exclude-resource-type", "exposure")


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
    rests: Mapping[date, Rests],
    limits: EngineLimits,
    scratch: Path,
    on_node: Callable[[NodeResult], None] | None = None,
    beside: Mapping[str, Sequence[DayFile]] = MappingProxyType({}),
) -> BuildReport:
    """Rebuild the marts of `days` from `events` and swap the warehouse file; a day that never had events loses its rows.

    Days that stand (`standing_days`) are left out, whoever asks for them. The weeks and months of the others are rebuilt too, but
    for those with a day that stands. Of `events`, the days of all these periods, the day after (a visit may go on into it) and
    those looked back on are read. `beside` are the files of the source's further tables, by name; of
    these the days of all these periods are read. `rests` gives what each of `days` rests on; `scratch` lies in the file system of
    `warehouse_path`.
    When a test fails nothing is swapped: CheckFailedError names it. Raises DbtFailedError when a model cannot be built.
    """
    built, present = built_days(warehouse_path), _kinds({EVENTS: events, **beside})
    standing = standing_days(built, present)
    building = days_to_build(set(days) - standing, standing=standing, gone=gone_days(built, present))
    following = next_warehouse(warehouse_path, scratch)
    target = scratch / "dbt"
    try:
        add_missing_columns(following, sql_folder)
        further = {name: [file for file in files if file.day in building.of_visits] for name, files in beside.items()}
        context = EventContext(
            needed(events, building.of_visits),
            event_columns(sql_folder),
            limits,
            further_relations(sql_folder, further),
        )
        project = DbtProject(sql_folder, following, target)
        manifest = prebuilt_manifest(sql_folder)
        result = run_dbt(
            _BUILD, project=project, building=building, context=context, on_node=on_node, manifest=manifest
        )
        marts = [node.name for node in result.nodes if node.unique_id.startswith("model.") and _is_mart(node)]
        with duckdb.connect(str(following)) as connection:
            record_days(connection, {day: rests[day] for day in building.days})
            rows = {mart: _rows(connection, mart, building) for mart in marts}
        publish(following, warehouse_path)
    finally:
        discard(following)
        shutil.rmtree(target, ignore_errors=True)
    return BuildReport(building.days, rows, result.nodes)


def needed(events: Sequence[DayFile], days: Sequence[date]) -> tuple[DayFile, ...]:
    """Return the event files of `days`, of the days that they look back on and of the day after each, in order of day."""
    wanted = {day + shift * DAY for day in days for shift in range(-LOOK_BACK_DAYS, 2)}
    return tuple(sorted((file for file in events if file.day in wanted), key=lambda file: file.day))


def _kinds(files: Mapping[str, Sequence[DayFile]]) -> dict[date, set[str]]:
    """Return the kinds of events there are, by day."""
    kinds: dict[date, set[str]] = {}
    for kind, found in files.items():
        for file in found:
            kinds.setdefault(file.day, set()).add(kind)
    return kinds


def _is_mart(node: NodeResult) -> bool:
    return not node.name.startswith(("stg_", "int_"))


def _rows(connection: duckdb.DuckDBPyConnection, mart: str, building: DaysToBuild) -> int:
    columns = {row[0] for row in connection.execute(f'DESCRIBE "{mart}"').fetchall()}
    (period,) = columns & {"day", *PERIODS}
    count = f'SELECT count(*) FROM "{mart}" WHERE {period} IN (SELECT unnest(?::DATE[]))'  # noqa: S608 - own names
    row = connection.execute(count, [building.of(period)]).fetchone()
    return int(row[0]) if row else 0
