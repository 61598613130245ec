"""Old runs go, with events and logs; unfinished ones stay, and no day that was built seems missing afterwards."""

from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest
from dagster import DagsterRunStatus
from dagster._core.test_utils import create_run_for_test

from pipelines.clock import FixedClock
from pipelines.instance import open_instance
from pipelines.purging import Purged, days_kept, purge, purge_runs
from pipelines.settings import load_settings

DAYS = 90
daily = dg.DailyPartitionsDefinition("2026-01-01")


@dg.asset(partitions_def=daily)
def usage():
    """An asset of a day."""


@pytest.fixture
def instance(tmp_path):
    """A real instance on disk, with the project's configuration."""
    with open_instance(tmp_path / "dagster") as opened:
        yield opened


def _built(instance, day):
    return dg.materialize([usage], instance=instance, partition_key=day).run_id


def _later(instance, run_id, days):
    """Return a clock that stands `days` after the run began."""
    created = instance.get_run_record_by_id(run_id).create_timestamp
    return FixedClock(created.replace(tzinfo=created.tzinfo or UTC) + timedelta(days=days))


@pytest.mark.parametrize(("seconds", "deleted"), [(-5, 0), (5, 1)])
def test_a_run_goes_when_its_days_are_over_and_not_before(instance, seconds, deleted):
    run_id = _built(instance, "2026-03-05")
    now = _later(instance, run_id, DAYS).now() + timedelta(seconds=seconds)
    assert purge_runs(instance, now, DAYS).runs == deleted
    assert (instance.get_run_by_id(run_id) is None) is bool(deleted)


def test_its_events_go_with_it(instance, tmp_path):
    run_id = _built(instance, "2026-03-05")
    assert instance.get_records_for_run(run_id).records
    purge_runs(instance, _later(instance, run_id, DAYS + 1).now(), DAYS)
    assert [path for path in (tmp_path / "dagster").rglob("*") if run_id in path.name] == []


@pytest.mark.parametrize(("setting", "days"), [(30, 30), (90, 90), (365, 90)])
def test_the_policy_says_how_long_at_most_and_the_setting_may_say_less(setting, days):
    assert days_kept(load_settings(run_retention_days=setting), datetime(2026, 3, 5, tzinfo=UTC)) == days


def test_its_logs_go_with_it(tmp_path):
    logs = tmp_path / "logs"
    compute_logs = {
        "module": "dagster.core.storage.local_compute_log_manager",
        "class": "LocalComputeLogManager",
        "config": {"base_dir": str(logs)},
    }
    with dg.instance_for_test(temp_dir=str(tmp_path), overrides={"compute_logs": compute_logs}) as instance:
        old = _built(instance, "2026-03-05")
        now = _later(instance, old, DAYS + 1).now()
        assert [path for path in logs.rglob("*") if old in str(path) and path.is_file()]
        purge_runs(instance, now, DAYS)
        assert [path for path in logs.rglob("*") if old in str(path) and path.is_file()] == []


@pytest.mark.parametrize(
    "status",
    [DagsterRunStatus.NOT_STARTED, DagsterRunStatus.STARTING, DagsterRunStatus.STARTED, DagsterRunStatus.CANCELING],
)
def test_a_run_that_never_ended_stays_and_is_counted(status):
    with dg.DagsterInstance.ephemeral() as instance:
        run = create_run_for_test(instance, status=status)
        far = datetime.now(UTC) + timedelta(days=DAYS + 1)
        purged = purge_runs(instance, far, DAYS)
        assert purged == Purged(runs=0, unfinished=1, days_kept_known=0)
        assert instance.get_run_by_id(run.run_id) is not None


def test_a_day_that_was_built_stays_known_as_built(instance):
    run_id = _built(instance, "2026-03-05")
    purged = purge_runs(instance, _later(instance, run_id, DAYS + 1).now(), DAYS)
    assert purged == Purged(runs=1, unfinished=0, days_kept_known=1)
    assert instance.get_materialized_partitions(usage.key) == {"2026-03-05"}
    assert purge_runs(instance, _later_than_all(), DAYS) == Purged(0, 0, 0)


def _later_than_all():
    return datetime.now(UTC) + timedelta(days=10 * DAYS)


def test_the_job_deletes_nothing_young_and_tells_its_counts(instance, monkeypatch):
    monkeypatch.setenv("PARTNERSTATS_RUN_RETENTION_DAYS", "30")
    young = _built(instance, "2026-03-05")
    result = purge.execute_in_process(instance=instance)
    (output,) = (event.step_output_data for event in result.all_events if event.is_successful_output)
    told = {name: value.value for name, value in output.metadata.items()}
    assert told == {"retention_days": 30, "runs": 0, "unfinished": 0, "days_kept_known": 0}
    assert instance.get_run_by_id(young) is not None


def test_more_runs_than_one_batch_go(monkeypatch):
    monkeypatch.setattr("pipelines.purging._BATCH", 2)
    with dg.DagsterInstance.ephemeral() as instance:
        for _ in range(5):
            create_run_for_test(instance, status=DagsterRunStatus.SUCCESS)
        assert purge_runs(instance, _later_than_all(), DAYS).runs == 5
