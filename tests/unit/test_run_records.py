"""Runs as data with a period: listed when they ended, deleted whole, and no day seems missing afterwards."""

from datetime import UTC, datetime

import dagster as dg
import pytest
from dagster import DagsterRunStatus
from dagster._core.test_utils import create_run_for_test

from pipelines.instance import open_instance
from pipelines.run_records import delete_run, runs_of, wired, wiring_of
from pipelines.steps.retention.planning import NO_WIRING

daily = dg.DailyPartitionsDefinition("2026-01-01")
DAY = "2026-03-05"


@dg.asset(partitions_def=daily)
def usage():
    """An asset of a day."""


@pytest.fixture
def instance(tmp_path):
    """A real instance on disk, with the project's configuration."""
    with open_instance(tmp_path / "dagster") as opened:
        yield opened


def _built(instance, day=DAY):
    return dg.materialize([usage], instance=instance, partition_key=day).run_id


def _files(tmp_path, run_id):
    return [path for path in (tmp_path / "dagster").rglob("*") if run_id in path.name]


def test_a_run_that_ended_is_listed_with_its_end_and_one_that_has_not_without(instance):
    ended = _built(instance)
    begun = create_run_for_test(instance, status=DagsterRunStatus.STARTED).run_id
    found = {run.run_id: run.ended_at for run in runs_of(instance)()}
    assert found[begun] is None
    assert abs((found[ended] - datetime.now(UTC)).total_seconds()) < 600


def test_a_run_goes_with_its_file_and_a_second_time_changes_nothing(instance, tmp_path):
    run_id, other = _built(instance), _built(instance, "2026-03-06")
    assert _files(tmp_path, run_id)
    assert delete_run(instance, run_id) == 1
    assert _files(tmp_path, run_id) == []
    assert delete_run(instance, run_id) == 0
    assert [run.run_id for run in runs_of(instance)()] == [other]
    assert _files(tmp_path, other)


def test_a_day_stays_known_as_built_and_is_told_again_only_when_nothing_else_knows_it(instance):
    first, second = _built(instance), _built(instance)
    assert [delete_run(instance, first), delete_run(instance, second)] == [0, 1]
    assert instance.get_materialized_partitions(usage.key) == {DAY}


def test_the_wiring_of_a_dagster_home_lists_and_deletes_and_without_one_there_is_none(instance, tmp_path):
    run_id = _built(instance)
    with wired(tmp_path / "dagster") as wiring:
        assert [run.run_id for run in wiring.runs()] == [run_id]
        wiring.delete_run(run_id)
    assert list(wiring_of(instance).runs()) == []
    with wired(tmp_path / "nowhere") as wiring:
        assert wiring == NO_WIRING
    assert not (tmp_path / "nowhere").exists()
