"""The gate: while a privacy check fails, nothing is built from events, whichever way one comes."""

import shutil

import dagster as dg
import pytest
from dagster import DagsterEventType
from support import corruption as corrupt
from support.finished import LAST_DAY, Finished, finished_home
from support.quick import settle

from expectations.judging import judge
from pipelines.build import build_defs
from pipelines.errors import CheckFailedError
from pipelines.instance import open_instance
from pipelines.jobs import NIGHTLY
from pipelines.runs import run_nightly
from pipelines.steps.gate import require_private_events

pytestmark = pytest.mark.slow
CHECK = "free_text_is_reduced"
A_NAME = corrupt.one_event("route", "'kim minji'")


@pytest.fixture
def home(tmp_path_factory, tmp_path) -> Finished:
    """A finished home of the test's own, in which the warehouse has still to be built."""
    copy = finished_home(tmp_path_factory.getbasetemp()).copy_to(tmp_path)
    settle(copy.workspace())
    copy.workspace().home.warehouse.unlink()
    return copy


def _materialise(home, *assets):
    """Materialise `assets` alone, as the UI does; return whether it worked and the error's text."""
    with home.environment(), open_instance(home.home / "dagster") as instance:
        result = (
            build_defs()
            .resolve_job_def(NIGHTLY)
            .execute_in_process(
                instance=instance,
                asset_selection=[dg.AssetKey(asset) for asset in assets],
                partition_key=LAST_DAY.isoformat(),
                raise_on_error=False,
                run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            )
        )
    failures = [event.step_failure_data.error.to_string() for event in result.all_events if event.is_step_failure]
    return result.success, "".join(failures)


def _evaluations(home, run_id):
    with open_instance(home.home / "dagster") as instance:
        events = [record.event_log_entry for record in instance.get_records_for_run(run_id).records]
    steps = {entry.step_key for entry in events if entry.dagster_event_type == DagsterEventType.STEP_START}
    checks = [
        entry.dagster_event.asset_check_evaluation_data
        for entry in events
        if entry.dagster_event_type == DagsterEventType.ASSET_CHECK_EVALUATION
    ]
    return steps, {(check.asset_key.to_user_string(), check.check_name): check for check in checks}


def test_a_failing_privacy_check_shuts_the_gate_until_mended_data_was_judged(home, tmp_path):
    workspace = home.workspace()
    whole = tmp_path / "whole"
    shutil.copytree(workspace.home.events, whole)
    A_NAME(workspace)

    night = run_nightly(home.settings, LAST_DAY)
    assert (night.succeeded, night.is_check_failure) == (False, True)
    assert CHECK in night.cause
    assert not workspace.home.warehouse.exists()
    steps, checks = _evaluations(home, night.run_id)
    assert "events" in steps
    assert not steps & {"warehouse", "mart_checks"}
    failed = checks["events", CHECK]
    assert (failed.passed, failed.severity, failed.blocking) == (False, dg.AssetCheckSeverity.ERROR, True)
    assert failed.metadata["clause"].value == "collect.minimum"
    assert failed.metadata["faults"].value == 1

    worked, error = _materialise(home, "stg_web__events", "service_daily_usage")
    assert not worked
    assert CHECK in error
    assert not workspace.home.warehouse.exists()

    shutil.copytree(whole, workspace.home.events, dirs_exist_ok=True)
    with pytest.raises(CheckFailedError, match="have not run on the events"):
        require_private_events(workspace.home)
    results = judge(workspace, ["access_logs", "events"])
    assert all(result.passed for result in results if result.severity == "error")
    worked, error = _materialise(home, "stg_web__events", "service_daily_usage")
    assert worked, error
    assert workspace.home.warehouse.exists()


def test_events_changed_after_they_were_judged_shut_the_gate(home):
    workspace = home.workspace()
    require_private_events(workspace.home)
    A_NAME(workspace)
    with pytest.raises(CheckFailedError, match="have not run on the events of 2026-03-0"):
        require_private_events(workspace.home)
    worked, error = _materialise(home, "stg_web__events", "service_daily_usage")
    assert not worked
    assert "have not run" in error
    assert not workspace.home.warehouse.exists()


def test_events_that_were_never_judged_shut_the_gate(home):
    workspace = home.workspace()
    (workspace.home.ledger / "checks.json").unlink()
    with pytest.raises(CheckFailedError, match="have not run"):
        require_private_events(workspace.home)


def test_the_whole_check_of_mended_data_opens_the_gate_for_every_day(home):
    workspace = home.workspace()
    (workspace.home.ledger / "checks.json").unlink()
    judge(workspace)
    require_private_events(workspace.home)
    assert {verdict["failed"] == [] for verdict in corrupt.verdict(workspace).values()} == {True}


def test_judging_some_days_opens_the_gate_for_no_other(home):
    workspace = home.workspace()
    (workspace.home.ledger / "checks.json").unlink()
    judge(workspace, ["events"], only=[LAST_DAY])
    assert set(corrupt.verdict(workspace)) == {LAST_DAY.isoformat()}
    with pytest.raises(CheckFailedError, match="have not run"):
        require_private_events(workspace.home)
