"""Dagster's own home: nothing leaves the machine, nothing printed is kept, and the dead are told from the living."""

from datetime import timedelta

import dagster as dg
import pytest
import yaml
from dagster import DagsterRunStatus
from dagster._core.storage.noop_compute_log_manager import NoOpComputeLogManager
from dagster._core.test_utils import create_run_for_test

from pipelines.instance import (
    ALIVE,
    CONFIGURATION,
    MAX_RUNTIME_SECONDS,
    WAREHOUSE_POOL,
    close_dead_runs,
    close_killed_runs,
    ensure_dagster_home,
    living_runs,
    marked_alive,
    open_instance,
)


@pytest.fixture
def instance(tmp_path):
    """An instance with the project's configuration."""
    with open_instance(tmp_path / "dagster") as opened:
        yield opened


def test_telemetry_and_dagsters_sign_up_dialog_are_off(instance):
    assert instance.telemetry_enabled is False
    assert instance.nux_enabled is False


def test_what_libraries_print_is_not_kept(instance):
    assert isinstance(instance.compute_log_manager, NoOpComputeLogManager)


def test_runs_are_watched_queued_and_give_their_pool_back(instance):
    assert instance.run_monitoring_enabled
    assert instance.get_settings("run_monitoring")["free_slots_after_run_end_seconds"] == 60
    assert type(instance.run_coordinator).__name__ == "QueuedRunCoordinator"
    assert instance.run_retries_max_retries == 2
    assert instance.run_retries_retry_on_asset_or_op_failure is False


def test_no_run_goes_on_for_ever_whatever_began_it(instance):
    assert instance.run_monitoring_max_runtime_seconds == MAX_RUNTIME_SECONDS == 6 * 3600


def test_the_example_for_postgresql_differs_in_nothing_but_the_storage(repository):
    example = yaml.safe_load((repository / "docs" / "examples" / "dagster.postgresql.yaml").read_text("utf-8"))
    assert "postgres" in example.pop("storage")
    assert example == CONFIGURATION


def test_a_pool_lets_one_step_in(instance):
    instance.event_log_storage.initialize_concurrency_limit_to_default(WAREHOUSE_POOL)
    assert instance.event_log_storage.get_concurrency_info(WAREHOUSE_POOL).slot_count == 1


def test_the_operators_own_configuration_stays(tmp_path):
    file = ensure_dagster_home(tmp_path) / "dagster.yaml"
    file.write_text(yaml.safe_dump({"telemetry": {"enabled": False}, "run_queue": {"max_concurrent_runs": 1}}))
    before = file.read_bytes()
    assert ensure_dagster_home(tmp_path) == tmp_path
    assert file.read_bytes() == before


def _status(instance, run):
    return instance.get_run_by_id(run.run_id).status


@pytest.mark.parametrize("status", [DagsterRunStatus.STARTED, DagsterRunStatus.STARTING, DagsterRunStatus.CANCELING])
def test_an_earlier_run_that_never_ended_is_closed_as_failed(status):
    with dg.DagsterInstance.ephemeral() as instance:
        dead = create_run_for_test(instance, status=status)
        own = create_run_for_test(instance, status=DagsterRunStatus.STARTED)
        assert close_dead_runs(instance, own.run_id) == 1
        assert _status(instance, dead) == DagsterRunStatus.FAILURE
        assert _status(instance, own) == DagsterRunStatus.STARTED


@pytest.mark.parametrize(
    "status",
    [DagsterRunStatus.SUCCESS, DagsterRunStatus.FAILURE, DagsterRunStatus.CANCELED, DagsterRunStatus.NOT_STARTED],
)
def test_a_run_that_ended_or_has_not_begun_is_left_alone(status):
    with dg.DagsterInstance.ephemeral() as instance:
        other = create_run_for_test(instance, status=status)
        own = create_run_for_test(instance, status=DagsterRunStatus.STARTED)
        assert close_dead_runs(instance, own.run_id) == 0
        assert _status(instance, other) == status


def test_a_later_run_is_not_dead():
    with dg.DagsterInstance.ephemeral() as instance:
        own = create_run_for_test(instance, status=DagsterRunStatus.STARTED)
        later = create_run_for_test(instance, status=DagsterRunStatus.STARTED)
        assert close_dead_runs(instance, own.run_id) == 0
        assert _status(instance, later) == DagsterRunStatus.STARTED


@pytest.mark.parametrize(("seconds_before", "closed"), [(61, 1), (59, 0)])
def test_a_run_that_was_created_and_never_started_is_closed_after_a_minute(seconds_before, closed, monkeypatch):
    with dg.DagsterInstance.ephemeral() as instance:
        create_run_for_test(instance, status=DagsterRunStatus.NOT_STARTED)
        own = create_run_for_test(instance, status=DagsterRunStatus.STARTED)
        get_run_records = instance.get_run_records

        def earlier(*arguments, **named):
            return [
                record._replace(create_timestamp=record.create_timestamp - timedelta(seconds=seconds_before))
                for record in get_run_records(*arguments, **named)
            ]

        monkeypatch.setattr(instance, "get_run_records", earlier)
        assert close_dead_runs(instance, own.run_id) == closed


def _killed(folder, run):
    """Leave the mark of a process that was killed: a file that nobody holds."""
    (folder / ALIVE).mkdir(exist_ok=True)
    (folder / ALIVE / run.run_id).write_bytes(b"held\n")


def test_a_marked_run_is_left_alone_while_its_process_lives_and_leaves_no_mark(tmp_path):
    with dg.DagsterInstance.ephemeral() as instance:
        run = create_run_for_test(instance, status=DagsterRunStatus.STARTED)
        with marked_alive(tmp_path, run.run_id):
            assert close_killed_runs(instance, tmp_path) == 0
        assert _status(instance, run) == DagsterRunStatus.STARTED
        assert list((tmp_path / ALIVE).iterdir()) == []


def test_a_marked_run_whose_process_was_killed_is_closed_as_failed_once(tmp_path):
    with dg.DagsterInstance.ephemeral() as instance:
        run = create_run_for_test(instance, status=DagsterRunStatus.STARTED)
        _killed(tmp_path, run)
        assert close_killed_runs(instance, tmp_path) == 1
        assert _status(instance, run) == DagsterRunStatus.FAILURE
        assert close_killed_runs(instance, tmp_path) == 0


@pytest.mark.parametrize("status", [DagsterRunStatus.SUCCESS, DagsterRunStatus.FAILURE, DagsterRunStatus.NOT_STARTED])
def test_a_marked_run_that_ended_or_is_about_to_begin_stays_as_it_is(tmp_path, status):
    with dg.DagsterInstance.ephemeral() as instance:
        run = create_run_for_test(instance, status=status)
        _killed(tmp_path, run)
        assert close_killed_runs(instance, tmp_path) == 0
        assert _status(instance, run) == status


def test_without_any_mark_there_is_nothing_to_close(tmp_path):
    with dg.DagsterInstance.ephemeral() as instance:
        assert close_killed_runs(instance, tmp_path) == 0


def test_a_run_that_is_about_to_be_marked_is_left_alone(tmp_path):
    with dg.DagsterInstance.ephemeral() as instance:
        run = create_run_for_test(instance, status=DagsterRunStatus.STARTED)
        (tmp_path / ALIVE).mkdir()
        (tmp_path / ALIVE / run.run_id).touch()
        assert close_killed_runs(instance, tmp_path) == 0
        assert _status(instance, run) == DagsterRunStatus.STARTED


def test_an_earlier_run_that_waits_for_the_home_is_not_dead(tmp_path):
    with dg.DagsterInstance.ephemeral() as instance:
        waiting, dead, own = (create_run_for_test(instance, status=DagsterRunStatus.STARTED) for _ in range(3))
        with marked_alive(tmp_path, waiting.run_id):
            assert close_dead_runs(instance, own.run_id, living_runs(tmp_path)) == 1
        assert _status(instance, waiting) == DagsterRunStatus.STARTED
        assert _status(instance, dead) == DagsterRunStatus.FAILURE
