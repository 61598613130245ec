"""A home of the sample for the bench of publication: taken in, judged and built, as far as a night does before it publishes."""

from datetime import date, timedelta
from pathlib import Path

from expectations.judging import judge
from pipelines.demo.plan import DemoPlan
from pipelines.settings import Settings, load_settings
from pipelines.steps.day_files import LINKED_EVENTS
from pipelines.steps.demo import write_sample
from pipelines.steps.events import derive_stale_days
from pipelines.steps.imports import import_landing
from pipelines.steps.linked import derive_linked_days
from pipelines.steps.record_imports import FOLDERS, import_record_files
from pipelines.steps.registry import TABLES, import_registry
from pipelines.steps.warehouse import build_warehouse
from pipelines.steps.workspace import Workspace, open_home

REQUESTS_A_DAY, MEMBERS_A_PARTNER = 12_000, 6


def settings_of(home: Path, last_day: date) -> Settings:
    """Return the settings of the night after `last_day`."""
    return load_settings(home=home, clock=f"{last_day + timedelta(days=1)}T02:00:00+09:00", threads=1)


def make_home(home: Path, partners: int, parts: list[tuple[date, int]]) -> None:
    """Deliver and take in the `parts` (last day, number of days) one after the other, judge the events, and build all days."""
    for last_day, days in parts:
        settings = settings_of(home, last_day)
        plan = DemoPlan(
            to=last_day, days=days, requests_per_day=REQUESTS_A_DAY, partners=partners,
            members=max(1_000, partners * MEMBERS_A_PARTNER), seed=1, flaws=False,
        )  # fmt: skip
        write_sample(open_home(settings), plan)
        _take_in(Workspace.open(settings))
    workspace = Workspace.open(settings_of(home, parts[-1][0]))
    judge(workspace, ["events", LINKED_EVENTS])
    build_warehouse(workspace)


def _take_in(workspace: Workspace) -> None:
    for table in TABLES:
        import_registry(workspace, table)
    for folder in FOLDERS:
        import_record_files(workspace, folder)
    import_landing(workspace)
    derive_linked_days(workspace)
    derive_stale_days(workspace)
