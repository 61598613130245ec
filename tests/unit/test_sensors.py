"""The arrival sensor: settings are read when it looks, and it asks for one night of the last closed day."""

import dagster as dg
import pytest
from dagster import DagsterRunStatus
from dagster._core.test_utils import create_run_for_test

from pipelines.jobs import NIGHTLY
from pipelines.sensors import arrivals, failures, summary_of_failed_nights
from pipelines.settings import load_settings
from pipelines.steps.workspace import open_home

NOW = "2026-03-06T02:00:00+09:00"
LINE = b'192.0.2.7 - - [05/Mar/2026:10:00:00 +0900] "GET / HTTP/1.1" 200 5 "-" "Firefox" "-"\n'


@pytest.fixture
def home(tmp_path, monkeypatch):
    """An empty home that the settings name only now."""
    monkeypatch.setenv("PARTNERSTATS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PARTNERSTATS_CLOCK", NOW)
    return open_home(load_settings()).home


@pytest.fixture
def instance():
    """Dagster's records, in memory."""
    with dg.DagsterInstance.ephemeral() as ephemeral:
        yield ephemeral


def _deliver(home, name="access.log"):
    folder = home.landing / "access" / "web"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(LINE)


def _look(instance):
    return arrivals(dg.build_sensor_context(instance=instance))


def test_a_file_that_lies_still_asks_for_the_last_closed_day(home, instance):
    _deliver(home)
    first = _look(instance)
    assert first.run_requests == []
    assert first.skip_reason.skip_message == "1 of 1 files were not seen unchanged twice yet."
    second = _look(instance)
    (request,) = second.run_requests
    assert (request.partition_key, request.job_name) == ("2026-03-05", NIGHTLY)
    assert "access" not in str(request.tags) + request.run_key + second.cursor
    assert _look(instance).run_requests[0].run_key == request.run_key, "the same files, the same key"


@pytest.mark.parametrize(
    ("status", "asks"),
    [
        (DagsterRunStatus.NOT_STARTED, False),
        (DagsterRunStatus.STARTED, False),
        (DagsterRunStatus.SUCCESS, True),
        (DagsterRunStatus.FAILURE, True),
    ],
)
def test_it_waits_for_a_night_that_is_open_and_not_for_one_that_ended(home, instance, status, asks):
    _deliver(home)
    create_run_for_test(instance, job_name=NIGHTLY, status=status)
    _look(instance)
    result = _look(instance)
    assert bool(result.run_requests) is asks


@pytest.mark.parametrize(
    ("job", "asks"),
    [("__ASSET_JOB", False), ("summary", False), ("purge_runs", False), ("freshness", True)],
)
def test_a_run_that_uses_the_home_is_waited_for_whatever_its_job(home, instance, job, asks):
    _deliver(home)
    create_run_for_test(instance, job_name=job, status=DagsterRunStatus.STARTED)
    _look(instance)
    assert bool(_look(instance).run_requests) is asks


def test_a_command_that_holds_the_home_is_waited_for_and_named_by_its_process(home, instance):
    _deliver(home)
    _look(instance)
    with home.lock():
        held = _look(instance)
    assert held.run_requests == []
    assert "another job holds this home" in held.skip_reason.skip_message
    assert _look(instance).run_requests


def test_without_a_home_it_says_so_and_makes_none(tmp_path, monkeypatch, instance):
    monkeypatch.setenv("PARTNERSTATS_HOME", str(tmp_path / "none"))
    assert "there is no home" in _look(instance).skip_reason.skip_message
    assert not (tmp_path / "none").exists()


def test_the_page_of_the_sensor_is_not_filled_with_what_it_remembers(home, instance):
    for number in range(50):
        _deliver(home, f"access-{number}.log")
    assert _look(instance).cursor == "50 files, 0 new"
    assert _look(instance).cursor == "50 files, 50 new"


@pytest.mark.parametrize("sensor", [arrivals, failures, summary_of_failed_nights])
def test_sensors_are_on_where_the_daemon_runs(sensor):
    assert sensor.default_status is dg.DefaultSensorStatus.RUNNING
