"""The night as Dagster keeps it: runs, days, metadata and checks, and nothing of the data."""

import json
import subprocess
import sys
from pathlib import Path

import dagster as dg
import duckdb
import pytest
from dagster import AssetKey, DagsterEventType
from support.finished import FLAGGED_IN_THE_SAMPLE, LAST_DAY, NOW, Finished, environment, finished_home

from expectations.suites import all_checks
from pipelines.instance import open_instance
from pipelines.runs import LOCATION, run_nightly
from pipelines.steps.day_files import read_day_states

pytestmark = pytest.mark.slow
LOGIN = "planted.login"
MARTS = ("service_daily_usage", "service_daily_status", "partner_daily_usage", "partner_content_daily")


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """The session's finished home; copied, never changed."""
    return finished_home(tmp_path_factory.getbasetemp())


@pytest.fixture(scope="module")
def instance(finished):
    """Dagster's instance of that home."""
    with open_instance(finished.home / "dagster") as opened:
        yield opened


@pytest.fixture(scope="module")
def days(finished):
    """The days that have events."""
    return {day.isoformat() for day in read_day_states(finished.home / "events")}


def _metadata(instance, asset):
    """Return the metadata of the run's own materialisation of `asset`, its last one."""
    records = instance.fetch_materializations(AssetKey(asset), limit=1).records
    return {name: entry.value for name, entry in records[0].asset_materialization.metadata.items()}


def test_the_run_is_the_code_locations_own(finished, instance):
    run = instance.get_run_by_id(finished.outcome.run_id)
    assert (run.job_name, run.status.value) == ("nightly", "SUCCESS")
    assert run.tags["dagster/code_location"] == LOCATION
    assert run.tags["dagster/partition"] == LAST_DAY.isoformat()
    assert run.remote_job_origin.location_name == LOCATION
    assert run.remote_job_origin.repository_origin.repository_name == "__repository__"


def test_the_workspace_file_names_the_same_location(repository):
    assert f"location_name: {LOCATION}" in (repository / "workspace.yaml").read_text()


@pytest.mark.parametrize("asset", ["events", *MARTS])
def test_every_day_that_was_built_is_a_materialisation_of_its_partition(instance, days, asset):
    assert len(days) > 1
    assert instance.get_materialized_partitions(AssetKey(asset)) >= days


def test_metadata_tells_rows_bytes_and_seconds(finished, instance):
    logs, events = _metadata(instance, "access_logs"), _metadata(instance, "events")
    assert logs["dagster/row_count"] == sum(e.body["lines"] for e in finished.workspace().ledger.entries("import"))
    assert logs["bytes_decompressed"] > logs["dagster/row_count"]
    assert events["dagster/partition_row_count"] == read_day_states(finished.home / "events")[LAST_DAY].rows
    assert events["bytes_stored"] == (finished.home / "events" / f"{LAST_DAY}.parquet").stat().st_size
    for asset in ("access_logs", "events", "members", "service_daily_usage"):
        assert _metadata(instance, asset)["duration_seconds"] >= 0
    assert _metadata(instance, "service_daily_usage")["rows_of_rebuilt_days"] >= 2


@pytest.mark.parametrize(
    ("mart", "figure"), [("service_daily_usage", "page_views"), ("partner_linked_daily", "events")]
)
def test_a_marts_page_shows_its_rows_and_its_figure_by_day(finished, instance, mart, figure):
    told = _metadata(instance, mart)
    with duckdb.connect(str(finished.home / "warehouse.duckdb"), read_only=True) as connection:
        query = f"SELECT count(*), sum({figure}) FROM {mart}"  # noqa: S608 -- own names
        rows, total = connection.execute(query).fetchone()
    assert f"{rows:,}\n" in told["rows_chart"]
    assert f"{total:,}\n" in told[f"{figure}_chart"]


def test_the_columns_of_events_and_registry_are_shown_and_dropped_fields_are_not(finished, instance):
    dataset = finished.workspace().policy.dataset("members")
    shown = {column.name for column in _metadata(instance, "members")["dagster/column_schema"].columns}
    assert shown == {name for name, field in dataset.fields.items() if field.action != "drop"}
    assert shown < set(dataset.fields)
    events = {column.name for column in _metadata(instance, "events")["dagster/column_schema"].columns}
    assert {"visitor_pseudonym", "route"} <= events


def test_every_check_was_seen_to_hold(finished, instance):
    evaluations = {
        (event.asset_key.to_user_string(), event.check_name): event.passed
        for record in instance.get_records_for_run(finished.outcome.run_id).records
        if record.event_log_entry.dagster_event_type == DagsterEventType.ASSET_CHECK_EVALUATION
        for event in [record.event_log_entry.dagster_event.asset_check_evaluation_data]
    }
    assert {(check.asset, check.name) for check in all_checks()} < evaluations.keys()
    assert {name for (_, name), passed in evaluations.items() if not passed} == FLAGGED_IN_THE_SAMPLE


def test_no_output_of_an_asset_is_stored_and_nothing_printed_is_kept(finished):
    kept = sorted(path.relative_to(finished.home / "dagster") for path in (finished.home / "dagster").rglob("*"))
    assert {path.suffix for path in kept if path.suffix} <= {".yaml", ".db", ".db-wal", ".db-shm", ".db-journal"}
    assert not any(path.parts[0] == "storage" and len(path.parts) > 1 for path in kept)


def _kept(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def _conversion_error(_):
    duckdb.execute("SELECT CAST(? AS INTEGER)", [LOGIN])


def _key_error(_):
    return {}[LOGIN]


@pytest.mark.parametrize("error", [_conversion_error, _key_error])
def test_an_error_of_a_step_leaves_no_value_in_dagsters_log(finished, tmp_path, monkeypatch, error):
    home = finished.copy_to(tmp_path)
    monkeypatch.setattr("assets.events.derive_stale_days", error)
    outcome = run_nightly(home.settings, LAST_DAY)
    assert not outcome.succeeded
    assert error.__name__ in outcome.cause
    kept = _kept(home.home / "dagster")
    assert LOGIN.encode() not in kept
    assert error.__name__.encode() in kept


def test_a_value_that_a_step_logged_would_be_found(finished, tmp_path, monkeypatch):
    home = finished.copy_to(tmp_path)

    def log(_):
        raise dg.Failure(LOGIN)

    monkeypatch.setattr("assets.events.derive_stale_days", log)
    assert not run_nightly(home.settings, LAST_DAY).succeeded
    assert LOGIN.encode() in _kept(home.home / "dagster")


def test_a_home_that_another_job_holds_fails_the_run_with_its_reason(finished, tmp_path):
    home = finished.copy_to(tmp_path)
    with home.workspace().home.lock():
        outcome = run_nightly(home.settings, LAST_DAY)
    assert not outcome.succeeded
    assert "another job holds this home" in outcome.cause
    assert run_nightly(home.settings, LAST_DAY).succeeded


def test_the_command_prints_its_document_and_no_librarys_noise(finished, tmp_path):
    home = finished.copy_to(tmp_path)
    command = [str(Path(sys.executable).with_name("partnerstats")), "nightly", "--json", "--home", str(home.home)]
    outcome = subprocess.run(
        [*command, "--clock", NOW], cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False
    )
    assert outcome.stderr == ""
    assert outcome.returncode == 0
    assert json.loads(outcome.stdout)["succeeded"] is True


class _Network:
    """Hears every attempt to resolve a name or to reach a socket that is no file."""

    def __init__(self):
        self.attempts, self.is_open = [], False
        sys.addaudithook(self.hear)

    def hear(self, event, arguments):
        is_reach = event == "socket.connect" and not isinstance(arguments[1], str | bytes)
        if self.is_open and (is_reach or event in ("socket.getaddrinfo", "socket.gethostbyname")):
            self.attempts.append(event)


def test_a_whole_night_speaks_to_nobody(finished, tmp_path, monkeypatch):
    home = finished.copy_to(tmp_path)
    (home.home / "warehouse.duckdb").unlink()
    monkeypatch.delenv("DAGSTER_DISABLE_TELEMETRY", raising=False)
    network = _Network()
    network.is_open = True
    outcome = run_nightly(home.settings, LAST_DAY)
    network.is_open = False
    assert outcome.succeeded, outcome.cause
    assert network.attempts == []


def test_an_attempt_to_reach_somebody_is_heard():
    import socket  # noqa: PLC0415 -- for this test alone

    network = _Network()
    network.is_open = True
    with pytest.raises(OSError), socket.socket() as speaker:
        speaker.connect(("127.0.0.1", 9))
    network.is_open = False
    assert network.attempts == ["socket.connect"]
