"""Old runs go, with events and logs and an entry in the register; unfinished ones stay, and no built day seems missing."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
import yaml
from dagster import DagsterRunStatus
from dagster._core.storage.runs.schema import RunsTable
from dagster._core.test_utils import create_run_for_test
from typer.testing import CliRunner

from pipelines.cli.app import app
from pipelines.instance import CONFIGURATION, ensure_dagster_home, open_instance
from pipelines.purging import Purged, purge, purge_runs
from pipelines.resources import WorkspaceResource
from pipelines.retention.entries import Begun, Destroyed, Method
from pipelines.retention.items import Kind
from pipelines.retention.states import State
from pipelines.run_records import runs_of, wiring_of
from pipelines.settings import load_settings
from pipelines.steps.retention.auditing import audit
from pipelines.steps.retention.beginning import begin_writing
from pipelines.steps.retention.nightly import retain
from pipelines.steps.retention.register import open_register
from pipelines.steps.retention.run_destruction import RUN_RECORDS
from pipelines.steps.subjects.holds import Order, hold_dataset
from pipelines.steps.workspace import Workspace

DAYS = 90
daily = dg.DailyPartitionsDefinition("2026-01-01")


@dg.asset(partitions_def=daily)
def usage():
    """An asset of a day."""


def opened(tmp_path: Path, days: float = 0, **given) -> Workspace:
    """Open the home `days` from now."""
    clock = (datetime.now(UTC) + timedelta(days=days)).isoformat()
    return Workspace.open(load_settings(home=tmp_path / "home", clock=clock, threads=1, **given))


@pytest.fixture
def instance(tmp_path):
    """A real instance on disk with the project's configuration, but that what steps print is kept in files too."""
    folder = tmp_path / "home" / "dagster"
    opened(tmp_path)
    ensure_dagster_home(folder)
    logs = {"module": "dagster.core.storage.local_compute_log_manager", "class": "LocalComputeLogManager"}
    configuration = {**CONFIGURATION, "compute_logs": {**logs, "config": {"base_dir": str(folder / "storage")}}}
    (folder / "dagster.yaml").write_text(yaml.safe_dump(configuration))
    with open_instance(folder) as found:
        yield found


def built(instance, day="2026-03-05"):
    return dg.materialize([usage], instance=instance, partition_key=day).run_id


def aged(instance, run_id, days):
    """Let a run have ended `days` ago, in Dagster's own storage."""
    then = datetime.now(UTC) - timedelta(days=days)
    stamps = {"start_time": then.timestamp(), "end_time": then.timestamp()}
    with instance.run_storage.connect() as connection:
        changed = RunsTable.update().where(RunsTable.c.run_id == run_id)
        connection.execute(changed.values(**stamps, create_timestamp=then, update_timestamp=then))
    return run_id


def traces(tmp_path, run_id):
    """The files below Dagster's home that belong to a run, or hold its id."""
    files = [path for path in (tmp_path / "home" / "dagster").rglob("*") if path.is_file()]
    return [path for path in files if run_id in str(path) or run_id.encode() in path.read_bytes()]


def destroyed(workspace):
    register = open_register(workspace)
    assert register.verify().holds
    return [entry.body for entry in register.entries() if isinstance(entry.body, Destroyed)]


def over_retained(workspace, instance):
    found = audit(workspace, workspace.today, runs=runs_of(instance)).of(State.OVER_RETAINED)
    return sum(status.items for status in found if status.dataset == RUN_RECORDS)


@pytest.mark.parametrize("way", ["the night", "the purge"])
def test_due_runs_go_with_events_and_logs_and_are_entered_and_others_stay(way, instance, tmp_path):
    old = [aged(instance, built(instance, f"2026-03-0{day}"), DAYS + 10) for day in (5, 6)]
    last_day, young = aged(instance, built(instance), DAYS), built(instance)
    begun = create_run_for_test(instance, status=DagsterRunStatus.STARTED).run_id
    workspace = opened(tmp_path)
    # What a run left in the storage of its steps counts by itself, and is as old as the run's end.
    outputs = [path for path in traces(tmp_path, "") if any(f"storage/{run_id}/" in str(path) for run_id in old)]
    assert len(outputs) >= 2
    assert over_retained(workspace, instance) == len(old) + len(outputs)
    for run_id in old:
        kinds = {path.relative_to(tmp_path / "home" / "dagster").parts[0] for path in traces(tmp_path, run_id)}
        assert kinds >= {"history", "storage"}
    if way == "the night":
        retain(workspace, wiring_of(instance))
    else:
        assert purge_runs(workspace, instance) == Purged(runs=2, on_hold=0, unfinished=1, days_kept_known=1)
    (entry,) = (body for body in destroyed(workspace) if body.dataset == RUN_RECORDS and body.stored_as is Kind.RUN)
    assert (entry.rows, len(entry.days), entry.clause, entry.method) == (2, 1, "destroy.prompt", Method.DELETE)
    assert {run.run_id for run in runs_of(instance)()} == {last_day, young, begun}
    assert [traces(tmp_path, run_id) for run_id in old] == [[], []]
    assert instance.get_records_for_run(young).records
    assert traces(tmp_path, young)
    assert over_retained(workspace, instance) == 0
    assert instance.get_materialized_partitions(usage.key) == {"2026-03-05", "2026-03-06"}


def test_the_audit_on_the_command_line_sees_a_run_that_is_kept_too_long(instance, tmp_path):
    aged(instance, built(instance), DAYS + 10)
    command = ["retention", "audit", "--home", str(tmp_path / "home"), "--dataset", RUN_RECORDS]
    given = [*command, "--clock", opened(tmp_path).clock.now().isoformat()]
    assert CliRunner().invoke(app, given).exit_code == 1
    purge_runs(opened(tmp_path), instance)
    again = [*command, "--clock", (datetime.now(UTC) + timedelta(minutes=1)).isoformat()]
    assert CliRunner().invoke(app, again).exit_code == 0


@pytest.mark.parametrize(("setting", "age", "deleted"), [(30, 30, 0), (30, 31, 1), (365, 90, 0), (365, 91, 1)])
def test_the_policy_says_how_long_at_most_and_the_setting_may_say_less(setting, age, deleted, instance, tmp_path):
    run_id = aged(instance, built(instance), age)
    purged = purge_runs(opened(tmp_path, run_retention_days=setting), instance)
    assert purged.runs == deleted
    assert (instance.get_run_by_id(run_id) is None) is bool(deleted)


@pytest.mark.parametrize(
    "status",
    [DagsterRunStatus.NOT_STARTED, DagsterRunStatus.STARTING, DagsterRunStatus.STARTED, DagsterRunStatus.CANCELING],
)
def test_a_run_that_never_ended_stays_and_is_counted(status, instance, tmp_path):
    run = create_run_for_test(instance, status=status)
    purged = purge_runs(opened(tmp_path, 10 * DAYS), instance)
    assert purged == Purged(runs=0, on_hold=0, unfinished=1, days_kept_known=0)
    assert instance.get_run_by_id(run.run_id) is not None


def test_a_run_on_hold_stays_and_is_told(instance, tmp_path):
    aged(instance, built(instance), DAYS + 1)
    workspace = opened(tmp_path)
    first_day = workspace.today - timedelta(days=DAYS + 10)
    hold_dataset(workspace, RUN_RECORDS, first_day, workspace.today, Order("a dispute", "a court", workspace.today))
    assert purge_runs(workspace, instance) == Purged(runs=0, on_hold=1, unfinished=0, days_kept_known=0)
    assert destroyed(workspace) == []


def test_a_purge_that_was_cut_short_is_finished_by_the_next_run(instance, tmp_path, monkeypatch):
    runs = [aged(instance, built(instance, f"2026-03-0{day}"), DAYS + 1) for day in (5, 6)]
    delete, workspace = instance.delete_run, opened(tmp_path)

    def dies(run_id):
        delete(run_id)
        raise OSError

    with monkeypatch.context() as patched:
        patched.setattr(instance, "delete_run", dies)
        with pytest.raises(OSError):
            purge_runs(workspace, instance)
    assert len(list(runs_of(instance)())) == 1
    assert [entry.body.kind for entry in open_register(workspace).entries()] == [Begun.kind]
    begin_writing(workspace, wiring_of(instance))
    assert [body.rows for body in destroyed(workspace)] == [2]
    assert [traces(tmp_path, run_id) for run_id in runs] == [[], []]


def test_the_job_holds_the_home_deletes_nothing_young_and_tells_its_counts(instance, tmp_path, monkeypatch):
    clock = (datetime.now(UTC) + timedelta(minutes=1)).isoformat()
    for name, value in (("HOME", tmp_path / "home"), ("CLOCK", clock), ("RUN_RETENTION_DAYS", 30)):
        monkeypatch.setenv(f"PARTNERSTATS_{name}", str(value))
    young = built(instance)
    result = purge.execute_in_process(instance=instance, resources={"workspace": WorkspaceResource()})
    (output,) = (event.step_output_data for event in result.all_events if event.is_successful_output)
    told = {name: value.value for name, value in output.metadata.items()}
    # The purge's own run has not ended.
    assert told == {"retention_days": 30, "runs": 0, "on_hold": 0, "unfinished": 1, "days_kept_known": 0}
    assert instance.get_run_by_id(young) is not None
