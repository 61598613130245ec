"""The publishing step over a home: shut by a failed privacy check, names under the keyring, files in the inventory."""

import json
from datetime import date

import duckdb
import pytest
from press import MONDAY, crowd, write_marts

from pipelines.errors import CheckFailedError
from pipelines.releases.published import Published
from pipelines.settings import load_settings
from pipelines.steps.publishing.publishing import FileNames, days_up_to_date, publish_release
from pipelines.steps.retention.inventory.stock import inventory
from pipelines.steps.status import last_release, status_of
from pipelines.steps.workspace import Workspace
from pipelines.warehouse.day_records import record_days


@pytest.fixture
def workspace(tmp_path, published_policy) -> Workspace:
    """A home whose warehouse has a Monday that closed, of one partner."""
    settings = load_settings(home=tmp_path / "home", clock="2026-11-05T05:00:00+09:00", threads=1)
    opened = Workspace.open(settings)
    opened.__dict__["policy"] = published_policy
    write_marts(opened.home.warehouse, crowd("partner-a", MONDAY, 40))
    with duckdb.connect(str(opened.home.warehouse)) as connection:
        record_days(connection, {MONDAY: {"events": "0" * 64}})
    return opened


def test_what_closed_is_published_under_a_name_that_only_the_keyring_makes(workspace):
    assert publish_release(workspace).outcome.status == "published"
    name = FileNames(workspace.keyring.subject_key()).of("partner-a")
    assert Published(workspace.home.published).file_of(name) is not None
    assert FileNames(b"x" * 32).of("partner-a") != name
    told = last_release(workspace)
    assert (told["release"], told["files"], told["newest"]["day"]) == ("2026-11-05-0001", 1, "2026-11-02")
    assert status_of(workspace)["last_import_at"] is None


def test_a_failed_privacy_check_stops_publication_and_one_that_holds_does_not(workspace):
    result = {"name": "no_identities", "is_privacy": True, "severity": "error", "passed": False}
    checks = workspace.home.ledger / "checks.json"
    checks.write_text(json.dumps({"results": {"no_identities": result}, "judged": {}}), "utf-8")
    with pytest.raises(CheckFailedError, match="no_identities"):
        publish_release(workspace)
    assert last_release(workspace) is None
    checks.write_text(json.dumps({"results": {"no_identities": {**result, "passed": True}}, "judged": {}}), "utf-8")
    assert publish_release(workspace).outcome.status == "published"


def test_files_of_the_release_and_the_gates_memory_are_of_the_releases_and_stay(workspace):
    publish_release(workspace)
    items = [
        item
        for item in inventory(workspace, date(2026, 11, 5)).items
        if item.place.split("/")[0] in ("published", "gate")
    ]
    assert sorted(item.place.partition("/")[0] for item in items) == ["gate"] * 2 + ["published"] * 3
    assert {(item.dataset, item.anchor, item.is_known) for item in items} == {("releases", None, True)}


def test_the_files_of_a_former_release_count_from_the_day_it_was_replaced(workspace):
    publish_release(workspace)
    write_marts(workspace.home.warehouse, [*crowd("partner-a", MONDAY, 40), *crowd("partner-b", MONDAY, 40)])
    with duckdb.connect(str(workspace.home.warehouse)) as connection:
        record_days(connection, {MONDAY: {"events": "0" * 64}})
    assert publish_release(workspace).outcome.linked == 1
    items = inventory(workspace, date(2026, 11, 6)).items
    former = [item for item in items if item.dataset == "former_releases"]
    assert {(item.anchor, item.is_known) for item in former} == {(date(2026, 11, 5), True)}
    assert len(former) == 2


def test_a_day_that_is_not_in_the_warehouse_is_not_published(workspace):
    assert list(days_up_to_date(workspace)) == [MONDAY]
    workspace.home.warehouse.unlink()
    assert publish_release(workspace).outcome.status == "nothing"
