"""The warehouse step: rebuild the marts of every day whose events or models changed, and of the days beside it."""

from collections.abc import Callable
from pathlib import Path

from pipelines.steps.day_files import LINKED, LINKED_EVENTS, read_day_states
from pipelines.steps.gate import require_private_events
from pipelines.steps.unbuilt import present_rests, unbuilt_days
from pipelines.steps.workspace import Workspace
from pipelines.warehouse.build import BuildReport, build_days
from pipelines.warehouse.context import DayFile, EngineLimits
from pipelines.warehouse.dbt import NodeResult


def build_warehouse(workspace: Workspace, on_node: Callable[[NodeResult], None] | None = None) -> BuildReport | None:
    """Rebuild what is not up to date and swap the warehouse file in; None when everything is.

    Raises CheckFailedError when the gate is shut or a dbt test fails; the warehouse that stood before still stands.
    """
    require_private_events(workspace.home)
    days = unbuilt_days(workspace)
    if not days:
        return None
    linked = workspace.home.events / LINKED
    return build_days(
        warehouse_path=workspace.home.warehouse,
        sql_folder=workspace.settings.sql,
        events=_day_files(workspace, workspace.home.events),
        beside={LINKED_EVENTS: _day_files(workspace, linked)},
        days=days,
        rests=present_rests(workspace),
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
