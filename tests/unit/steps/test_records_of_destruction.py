"""What is kept of a destruction keeps its own clock, and is missed when it goes before its floor. Both sides of each limit."""

import json
import shutil
from datetime import date, datetime

import duckdb
import pytest

from pipelines.clock import SEOUL
from pipelines.retention.entries import Destroyed, Erased
from pipelines.retention.states import State
from pipelines.rights.requests import Request
from pipelines.steps.retention.auditing import audit
from pipelines.steps.retention.nightly import retain
from pipelines.steps.retention.planning import make_plan
from pipelines.steps.retention.register import open_register

DAY = date(2015, 5, 20)
DUE = "2015-08-21T02:00:00+09:00"
"""The night after the period of the day's visits ended: what it destroys is recorded from here on."""


@pytest.fixture
def destroyed(house, line):
    """A home after a night that destroyed a day of visits, with the events that were made of it."""
    house.export("members", [{"account_key": "k1", "login_id": "kim", "partner_id": "p1"}])
    house.deliver([line(DAY, member="kim"), line(DAY)])
    house.derive()
    later = house.at(DUE)
    assert retain(later.workspace).waits == ()
    return later


def on(house, day):
    return house.at(f"{day}T02:00:00+09:00")


def states(house, dataset):
    workspace = house.workspace
    return {status.state for status in audit(workspace, workspace.today).statuses if status.dataset == dataset}


def written_again(path):
    """Let a file be written as a copy is: only what stands inside says how old it is."""
    shutil.copyfile(path, path.with_name("copy"))
    path.with_name("copy").replace(path)


FIVE_YEARS = [("2020-08-21", State.KEPT), ("2020-08-26", State.DUE), ("2020-08-27", State.OVER_RETAINED)]


@pytest.mark.parametrize(("today", "state"), FIVE_YEARS)
@pytest.mark.parametrize(("dataset", "folder"), [("destruction_plans", "plans"), ("processing_records", "processing")])
def test_what_records_a_destruction_keeps_its_age_when_it_is_copied_back(destroyed, dataset, folder, today, state):
    for path in list((destroyed.workspace.home.ledger / folder).iterdir()):
        written_again(path)
    assert states(on(destroyed, today), dataset) == {state}


@pytest.mark.parametrize(("today", "state"), FIVE_YEARS)
def test_the_text_of_a_plan_alone_counts_by_what_it_says(destroyed, today, state):
    for path in destroyed.workspace.home.ledger.glob("plans/*.json"):
        path.unlink()
    assert states(on(destroyed, today), "destruction_plans") == {state}


def test_a_plan_that_is_not_what_its_name_says_is_nobodys(destroyed):
    (path,) = destroyed.workspace.home.ledger.glob("plans/*.json")
    path.write_text(path.read_text().replace("2015", "2019"))
    found = audit(destroyed.workspace, destroyed.workspace.today).statuses
    assert {status.is_known for status in found if status.dataset == "destruction_plans"} == {False}


@pytest.mark.parametrize(("today", "state"), [("2018-08-21", {State.UNDER_RETAINED}), ("2018-08-22", set())])
@pytest.mark.parametrize(("dataset", "folder"), [("destruction_plans", "plans"), ("processing_records", "processing")])
def test_what_records_a_destruction_is_missed_until_its_floor_ends(destroyed, dataset, folder, today, state):
    assert states(destroyed, dataset) == {State.KEPT}
    for path in list((destroyed.workspace.home.ledger / folder).iterdir()):
        path.unlink()
    assert states(on(destroyed, today), dataset) == state


def test_a_plan_that_was_never_begun_is_not_missed(destroyed):
    later = on(destroyed, "2015-08-22")
    (later.workspace.home.staging / "left").parent.mkdir(exist_ok=True)
    (later.workspace.home.staging / "left").write_bytes(b"left")
    much_later = on(destroyed, "2015-08-25")
    before = {path.name for path in much_later.workspace.home.ledger.glob("plans/*")}
    make_plan(much_later.workspace)
    for path in much_later.workspace.home.ledger.glob("plans/*"):
        if path.name not in before:
            path.unlink()
    assert states(much_later, "destruction_plans") == {State.KEPT}


def test_what_the_events_of_a_day_served_is_recorded_when_they_go(destroyed):
    (path,) = destroyed.workspace.home.ledger.glob("processing/*")
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    assert {(row["dataset"], row["event_day"], row["rows"]) for row in rows} == {("events", f"{DAY}", 2)}
    assert "statistics" in {row["purpose"] for row in rows}
    declared = set(destroyed.workspace.policy.dataset("processing_records").fields)
    assert {name for row in rows for name in row} <= declared
    bodies = [entry.body for entry in open_register(destroyed.workspace).entries()]
    recorded = {body.record for body in bodies if isinstance(body, Destroyed) and body.dataset == "events"}
    assert recorded == {path.stem}
    assert {body.record for body in bodies if isinstance(body, Destroyed) and body.dataset != "events"} == {None}


def test_a_record_of_processing_that_was_changed_is_nobodys(destroyed):
    (path,) = destroyed.workspace.home.ledger.glob("processing/*")
    path.write_text(path.read_text().replace("statistics", "advertising"))
    found = audit(destroyed.workspace, destroyed.workspace.today).statuses
    assert {status.is_known for status in found if status.dataset == "processing_records"} == {False}


@pytest.mark.parametrize(("today", "state"), [("2018-05-21", {State.UNDER_RETAINED}), ("2018-05-22", set())])
def test_answered_requests_of_which_the_register_tells_are_missed_with_their_chain(house, today, state):
    workspace, told = house.workspace, {"clause": "rights.refuse", "approved_by": "privacy_officer", "removed": {}}
    asked = Request("", "erased", "k1", (), (), workspace.clock.now(), "privacy_officer", {}, {})
    request = workspace.requests.ask(asked)
    body = Erased(policy_version=workspace.policy.version, **told)
    open_register(workspace).append(body, workspace.clock.now())
    assert states(on(house, today), "member_requests") == {State.KEPT}
    workspace.requests.answered(request, workspace.clock.now())
    assert states(on(house, today), "member_requests") == {State.KEPT}
    for name in ("requests.jsonl", "requests.jsonl.head"):
        (workspace.home.ledger / name).unlink()
    assert states(on(house, today), "member_requests") == state


@pytest.mark.parametrize(("today", "state"), [("2015-05-30", State.DUE), ("2015-06-02", State.OVER_RETAINED)])
def test_an_export_counts_from_what_it_says_of_itself(house, today, state):
    path = house.workspace.home.root / "exports" / "x.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"made_at": datetime(2015, 5, 20, 12, tzinfo=SEOUL).isoformat()}))
    assert states(on(house, today), "subject_exports") == {state}


@pytest.mark.parametrize(("today", "state"), [("2015-05-25", State.DUE), ("2015-05-26", State.OVER_RETAINED)])
def test_a_former_warehouse_counts_from_the_last_audit_inside(house, today, state):
    with duckdb.connect(str(house.workspace.home.root / "warehouse-old.duckdb")) as connection:
        connection.execute("CREATE TABLE retention_status AS SELECT DATE '2015-05-20' AS audited_day")
    assert states(on(house, today), "former_warehouses") == {state}
