"""Days become due: nights destroy them within limits, and a restored backup is brought up to date."""

import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from support.finished import LAST_DAY, Finished, environment, finished_home
from support.nights import Nights
from support.quick import warehouse_rows

from assets import warehouse
from expectations.judging import judge
from pipelines.errors import CheckFailedError
from pipelines.retention.entries import NIGHTLY, Begun, Destroyed, Replayed, Restored
from pipelines.runs import run_nightly
from pipelines.settings import Settings, load_settings
from pipelines.steps.day_files import read_day_states
from pipelines.steps.retention import planning
from pipelines.steps.retention.executing import execute
from pipelines.steps.retention.nightly import retain
from pipelines.steps.retention.planning import make_plan
from pipelines.steps.retention.register import open_register
from pipelines.steps.retention.verifying import verify
from pipelines.steps.workspace import Workspace
from pipelines.warehouse.small_cells import small_cells

pytestmark = pytest.mark.slow

ONE_DUE = "2026-06-05T02:00:00+09:00"
"""The night after the period of the first of the sample's days has ended."""


@dataclass(frozen=True)
class Later:
    """A copy of the finished home at a later clock."""

    home: Path
    clock: str

    @property
    def settings(self) -> Settings:
        """The settings of everything done in it."""
        return load_settings(home=self.home, clock=self.clock, threads=2)

    def workspace(self) -> Workspace:
        """Open it."""
        return Workspace.open(self.settings)


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    return finished_home(tmp_path_factory.getbasetemp())


@pytest.fixture(scope="session")
def looked_at(finished: Finished, tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """The home after a person confirmed, a few days later, what of the registry was due then."""
    copy = finished.copy_to(tmp_path_factory.mktemp("looked-at"))
    workspace = Later(copy.home, "2026-03-12T02:00:00+09:00").workspace()
    made = make_plan(workspace)
    if made.plan.items:
        execute(workspace, made.plan.digest, approved_by="privacy_officer")
    return copy


@pytest.fixture
def later(looked_at: Finished, tmp_path: Path) -> Later:
    return Later(looked_at.copy_to(tmp_path).home, ONE_DUE)


def days_of(workspace: Workspace) -> list[date]:
    return sorted(read_day_states(workspace.home.events))


def test_a_night_destroys_what_is_due_and_proves_it(later: Later):
    before = later.workspace()
    kept = [day for day in days_of(before) if day >= LAST_DAY]
    totals = warehouse_rows(before, "SELECT * FROM service_daily_usage ORDER BY day")
    outcome = run_nightly(later.settings, date(2026, 6, 4))
    assert outcome.succeeded, outcome.cause
    workspace = later.workspace()
    assert days_of(workspace) == kept
    assert warehouse_rows(workspace, "SELECT * FROM service_daily_usage ORDER BY day") == totals
    register = open_register(workspace)
    assert register.verify().holds
    bodies = [entry.body for entry in register.entries()]
    assert [body.approved_by for body in bodies if isinstance(body, Begun)][-1] == NIGHTLY
    assert {"access_logs", "events", "small_cells"} <= {body.dataset for body in bodies if isinstance(body, Destroyed)}
    assert bodies[-1].has_passed
    gone = {
        cell for cell in small_cells(workspace.home.warehouse, workspace.policy.fewest_people) if cell[1] < LAST_DAY
    }
    assert not any("_daily" in mart for mart, _ in gone), gone
    failed = [result.name for result in judge(workspace) if not result.passed and result.severity == "error"]
    assert failed == []
    again = retain(workspace)
    assert again.plan is not None
    assert (again.plan.items, again.waits) == ((), ())
    assert verify(workspace, "everything").has_passed


def test_a_night_whose_statistics_are_blocked_destroys_what_is_due(later: Later, monkeypatch: pytest.MonkeyPatch):
    def blocked(*_args: object, **_kwargs: object) -> None:
        raise CheckFailedError("a mart is not what its events say")

    monkeypatch.setattr(warehouse, "build_warehouse", blocked)
    kept = [day for day in days_of(later.workspace()) if day >= LAST_DAY]
    outcome = run_nightly(later.settings, date(2026, 6, 4))
    assert not outcome.succeeded
    assert "a mart is not what its events say" in (outcome.cause or "")
    assert days_of(later.workspace()) == kept
    bodies = [entry.body for entry in open_register(later.workspace()).entries()]
    assert {"access_logs", "events"} <= {body.dataset for body in bodies if isinstance(body, Destroyed)}
    assert bodies[-1].has_passed


def test_a_night_that_cannot_list_what_there_is_destroys_nothing(later: Later, monkeypatch: pytest.MonkeyPatch):
    def unlisted(*_args: object, **_kwargs: object) -> None:
        raise PermissionError(13, "Permission denied")

    before = days_of(later.workspace())
    monkeypatch.setattr(planning, "inventory", unlisted)
    done = retain(later.workspace())
    assert done.executed is None
    assert any("not the same as empty" in reason for reason in done.waits)
    assert days_of(later.workspace()) == before


def test_a_night_far_too_late_waits_for_a_person_who_confirms_the_digest(later: Later, nights: Nights, tmp_path: Path):
    late = Later(later.home, "2026-09-01T02:00:00+09:00")
    done = retain(late.workspace())
    assert done.executed is None
    assert done.waits
    warned = {result.name for result in judge(late.workspace(), ["destruction_register"]) if not result.passed}
    # Rows of links that ended lie there too: no night came to take them out.
    assert warned == {"retention_waits_for_nobody", "linked_events_go_with_their_link"}
    given = ["--home", str(late.home), "--clock", late.clock]
    shown = nights.command(["retention", "plan", *given], tmp_path / "plan", environment())
    assert shown.code == 0, shown.text
    assert "Waits for a person" in shown.stdout
    digest = shown.stdout.rpartition("--plan ")[2].strip()
    told = nights.command(
        ["retention", "execute", "--plan", digest, "--role", "privacy_officer", "--reason", "too late", *given],
        tmp_path / "execute",
        environment(),
    )
    assert told.code == 0, told.text
    assert days_of(late.workspace()) == []
    refused = nights.command(["retention", "execute", "--plan", "0" * 64, *given], tmp_path / "no", environment())
    assert refused.code == 2
    assert "no plan" in refused.stderr


def test_a_backup_brings_nothing_back_and_loses_nothing_that_is_kept(later: Later, tmp_path: Path):
    backup = shutil.copytree(later.home, tmp_path / "backup")
    execute(later.workspace(), make_plan(later.workspace(), with_unknown=False).plan.digest, approved_by=NIGHTLY)
    kept = read_day_states(later.workspace().home.events)
    shutil.rmtree(later.home)
    shutil.copytree(backup, later.home)
    outcome = run_nightly(Later(later.home, "2026-06-05T03:00:00+09:00").settings, date(2026, 6, 4))
    assert outcome.succeeded, outcome.cause
    workspace = Later(later.home, "2026-06-05T03:00:00+09:00").workspace()
    assert {day: state.rows for day, state in read_day_states(workspace.home.events).items()} == {
        day: state.rows for day, state in kept.items()
    }
    kinds = {type(entry.body) for entry in open_register(workspace).entries()}
    assert {Restored, Replayed} <= kinds
    assert open_register(workspace).verify().holds
