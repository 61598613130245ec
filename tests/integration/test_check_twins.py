"""Every check holds on a finished home, and fails once the stored data is corrupted in the way it is meant to find."""

import json

import pandas as pd
import pytest
from support import corruption as corrupt
from support import record_corruption as records
from support.check_twins import LOGIN, TWINS
from support.finished import FLAGGED_IN_THE_SAMPLE, Finished, finished_home
from support.retention_twins import RETENTION_TWINS

from expectations.judging import judge
from expectations.retention import retention_checks
from expectations.running import run
from expectations.suites import SUITES, all_checks, checks_of
from pipelines.errors import DamagedError, KeyMissingError
from pipelines.steps.metrics import FRAMES, frames
from pipelines.steps.registry import TABLES
from pipelines.steps.workspace import Workspace

pytestmark = pytest.mark.slow
CHECKS = {check.name: check for check in all_checks()}


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """The session's finished home; copied, never changed."""
    return finished_home(tmp_path_factory.getbasetemp())


@pytest.fixture
def workspace(finished, tmp_path):
    """An open copy of it."""
    return finished.copy_to(tmp_path).workspace()


def _holds(workspace, name):
    check = CHECKS[name]
    return run([check], frames(workspace, [check.frame]))[0].passed


def test_every_check_has_a_twin():
    assert {twin.check for twin in TWINS} == set(CHECKS)
    assert len(CHECKS) == sum(map(len, SUITES.values())), "two checks share a name"


def test_every_check_of_retention_has_a_twin_too(finished):
    checks = {check.name for check in retention_checks(finished.workspace().policy, ())}
    assert {twin.check for twin in RETENTION_TWINS} == checks
    assert not checks & set(CHECKS), "two checks share a name"


def test_every_check_holds_on_a_finished_home(finished):
    workspace = finished.workspace()
    results = run(all_checks(), frames(workspace, FRAMES))
    assert {result.name for result in results if not result.passed} == FLAGGED_IN_THE_SAMPLE
    assert {result.observed for result in results if result.severity == "error"} <= {0, None}


@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: f"{twin.check}: {twin.what}")
def test_a_corruption_of_stored_data_fails_its_check(workspace, twin):
    twin.corruption(workspace)
    assert not _holds(workspace, twin.check)


def test_ten_of_a_hundred_lines_of_garbage_are_still_small(workspace):
    corrupt.delivery_of_garbage(100, 10)(workspace)
    assert _holds(workspace, "quarantine_stays_small")


@pytest.mark.parametrize(("folder", "prefix"), [("cookies", "cookie"), ("linked", "linked")])
def test_one_bad_row_of_ten_is_still_small(workspace, folder, prefix):
    records.delivery_of_bad_rows(folder, 10, 1)(workspace)
    assert _holds(workspace, f"{prefix}_quarantine_stays_small")


def test_a_file_set_aside_is_told_of_on_its_day_alone(workspace):
    corrupt.delivery_of_a_damaged_log(workspace)
    later = workspace.settings.model_copy(update={"clock": "2026-03-07T02:00:00+09:00"})
    assert _holds(Workspace.open(later), "no_file_is_quarantined_whole")


@pytest.mark.parametrize(
    "select",
    [
        "SELECT * FROM events ORDER BY random()",
        "SELECT * REPLACE ('ip-address' AS referrer_host) FROM events",
        "SELECT * REPLACE ('xn--9d0bm53a.example.com' AS referrer_host) FROM events",
        "SELECT * REPLACE ('tab=stats' AS route_parameters) FROM events",
    ],
)
def test_an_innocent_change_of_events_fails_no_check(workspace, select):
    corrupt.events(select)(workspace)
    assert {r.name for r in judge(workspace, ["events"]) if not r.passed} == FLAGGED_IN_THE_SAMPLE


def test_a_file_without_a_column_fails_the_checks_and_stops_nothing(workspace):
    corrupt.events("SELECT * EXCLUDE (route) FROM events")(workspace)
    failed = {result.name for result in judge(workspace, ["events"]) if not result.passed}
    assert "event_fields_are_complete" in failed
    assert "free_text_is_reduced" in failed


@pytest.mark.parametrize("change", [corrupt.cut_off, corrupt.flip_a_bit], ids=["cut off", "a bit changed"])
def test_an_events_file_that_does_not_open_is_an_error_that_names_the_day(workspace, change):
    corrupt.events_file(change)(workspace)
    with pytest.raises(DamagedError, match=r"the events of 2026-03-\d\d ") as raised:
        frames(workspace, ["event_days", "event_fields", "days"])
    assert raised.value.__context__ is None or raised.value.__suppress_context__


def test_events_without_their_key_are_an_error(workspace, tmp_path):
    (path,) = (tmp_path / "home.keys" / "wrapped").iterdir()
    kept = [line for line in path.read_bytes().splitlines(keepends=True) if b'"events.2026-03-05' not in line]
    path.write_bytes(b"".join(kept))
    with pytest.raises(KeyMissingError, match=r"events\.2026-03-05"):
        frames(workspace, ["event_days"])


def test_the_frames_hold_counts_and_no_persons_row(finished):
    workspace = finished.workspace()
    measured = frames(workspace, FRAMES)
    days, files = len(list(workspace.home.events.glob("*.parquet"))), len(workspace.ledger.entries("import"))
    assert {name: len(frame) for name, frame in measured.items()} == {
        "files": files,
        "whole_files": 1,
        "landing": 1,
        **{frame: len(measured[frame]) for frame in ("cookie_files", "cookie_days", "linked_files", "linked_days")},
        **{f"{table}_exports": 1 for table in TABLES},
        "member_consents": 1,
        "sign_ups": 1,
        "rights": 1,
        "ended_links": 1,
        "accounts": 1,
        "cookie_lines": days,
        "event_people": days,
        "event_fields": days,
        "event_days": days,
        "days": days,
        **dict.fromkeys(("marts", "breakdowns", "usage_periods", "linked_usage", "service_breakdowns"), 1),
        **dict.fromkeys(("releases", "destruction"), 1),
    }
    for frame in measured.values():
        assert frame.empty or all(pd.api.types.is_numeric_dtype(kind) for kind in frame.dtypes)


def test_records_as_the_policy_wants_them_fail_no_check(workspace):
    records.record("cookies")(workspace)
    records.record("linked")(workspace)
    results = judge(workspace, ["cookie_records", "linked_events"])
    assert len(results) == 15
    assert [result.name for result in results if not result.passed] == []


def test_linked_events_as_they_are_derived_fail_no_check(workspace):
    records.workspace_with_a_link(workspace)
    results = judge(workspace, ["linked_events_pseudonymised"])
    assert len(results) == 6
    assert [result.name for result in results if not result.passed] == []


def test_what_is_kept_of_a_failed_check_quotes_nothing(workspace):
    replaced = f"'{LOGIN}' AS member_pseudonym, '/{LOGIN}' AS route"
    corrupt.events(f"SELECT * REPLACE ({replaced}), 1 AS {LOGIN.replace('.', '_')} FROM events")(workspace)  # noqa: S608
    results = judge(workspace, ["events"])
    assert len([result for result in results if not result.passed]) >= 3
    kept = (workspace.home.ledger / "checks.json").read_text() + repr(results)
    assert LOGIN not in kept
    assert LOGIN.replace(".", "_") not in kept
    assert json.loads((workspace.home.ledger / "checks.json").read_bytes())["results"]["free_text_is_reduced"]


def test_every_check_speaks_of_an_asset_and_a_frame_that_are_there():
    assert {check.frame for check in all_checks()} == set(FRAMES)
    assert all(checks_of(check.asset) for check in all_checks())
