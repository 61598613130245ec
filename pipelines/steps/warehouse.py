"""The warehouse step: rebuild the marts of every day whose events changed, and of the days beside it."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from pipelines.steps.day_files import LINKED, LINKED_EVENTS, built_from, read_day_states
from pipelines.steps.gate import require_private_events
from pipelines.steps.workspace import Workspace
from pipelines.warehouse.build import BuildReport, build_days, built_fingerprints
from pipelines.warehouse.context import DayFile, EngineLimits
from pipelines.warehouse.dbt import NodeResult


def unbuilt_days(workspace: Workspace) -> list[date]:
    """Return the days to rebuild: those whose events are not the ones they were built from, and their neighbours with events.

    A visit counts on the day it began and may run into the next one. A day whose events are gone is never rebuilt.
    """
    present = built_from(workspace.home.events)
    built = built_fingerprints(workspace.home.warehouse)
    changed = [day for day, fingerprint in present.items() if built.get(day) != fingerprint]
    beside = {day + timedelta(days=shift) for day in changed for shift in (-1, 0, 1)}
    return sorted(beside & present.keys())


def build_warehouse(workspace: Workspace, on_node: Callable[[NodeResult], None] | None = None) -> BuildReport | None:
    """Rebuild what is not up to date and swap the warehouse file in; None when everything is.

    Raises CheckFailedError when the gate is shut or a dbt test fails; the warehouse that stood before still stands.
    """
    require_private_events(workspace.home)
    days = unbuilt_days(workspace)
    if not days:
        return None
    present, linked = built_from(workspace.home.events), workspace.home.events / LINKED
    return build_days(
        warehouse_path=workspace.home.warehouse,
        sql_folder=workspace.settings.sql,
        events=_day_files(workspace, workspace.home.events),
        beside={LINKED_EVENTS: _day_files(workspace, linked)},
        days=days,
        fingerprints={day: present[day] for day in days},
        limits=_limits(workspace),
        scratch=workspace.home.staging,
        on_node=on_node,
    )


def _day_files(workspace: Workspace, folder: Path) -> list[DayFile]:
    return [
        DayFile(state.day, folder / state.file_name, workspace.keyring.get(state.key))
        for state in read_day_states(folder).values()
    ]


def _limits(workspace: Workspace) -> EngineLimits:
    settings = workspace.settings
    return EngineLimits(
        threads=settings.threads,
        memory_limit_bytes=settings.memory_limit_bytes,
        temp_limit_bytes=settings.temp_limit_bytes,
        temp_folder=workspace.home.staging / "spill",
        extension_directory=settings.extension_directory,
    )
