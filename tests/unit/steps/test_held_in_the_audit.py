"""What a hold keeps is shown as such and skipped by plans; released, it is back under its period. Both sides of it."""

import os
from datetime import date, datetime

import pytest

from pipelines.clock import SEOUL
from pipelines.retention.items import Kind
from pipelines.retention.states import State
from pipelines.steps.retention.auditing import audit
from pipelines.steps.retention.executing import execute
from pipelines.steps.retention.nightly import retain
from pipelines.steps.retention.planning import ON_HOLD, UNKNOWN, make_plan
from pipelines.steps.subjects.holds import Order, hold_dataset, hold_member, release_hold
from pipelines.steps.subjects.person import person_of

DAY = date(2015, 5, 20)
DUE = "2015-08-21T02:00:00+09:00"
"""The night after the period of the day's visits ended."""
MUCH_LATER = "2015-10-10T02:00:00+09:00"
"""More than thirty days after it."""
ORDER = Order("complaint 12", "district court", date(2015, 12, 1))
ADS = [
    {"ad_id": "a1", "account_key": "k1", "displayed_at": "2015-02-20T00:00:00Z"},
    {"ad_id": "a1", "account_key": "k2", "displayed_at": "2015-02-20T00:00:00Z"},
]


@pytest.fixture
def lived(house, line):
    house.export("partners", [{"partner_id": name, "name": name, "type": "agency"} for name in ("p1", "p2")])
    house.export(
        "members",
        [
            {"account_key": "k1", "login_id": "kim", "partner_id": "p1"},
            {"account_key": "k2", "login_id": "lee", "partner_id": "p2"},
        ],
    )
    house.export("ad_records", ADS)
    house.deliver([line(DAY, member="kim"), line(DAY, member="lee")])
    return house


def states(house, dataset):
    workspace = house.workspace
    return {status.state for status in audit(workspace, workspace.today).statuses if status.dataset == dataset}


def accounts_of(house, table):
    return house.workspace.registry.load(table)["account_key"].to_pylist()


def held_member(house):
    return hold_member(house.workspace, person_of(house.workspace, "kim", None), ORDER)


def destroyed(house):
    done = retain(house.workspace)
    assert done.waits == ()
    return done


def test_rows_and_lines_of_a_held_member_are_on_hold_when_their_period_is_over_and_everyone_elses_are_gone(lived):
    hold = held_member(lived)
    later = lived.at(DUE)
    assert states(later, "held_lines") == set()
    destroyed(later)
    assert accounts_of(later, "ad_records") == []
    assert states(later, "held_lines") == {State.ON_HOLD}
    kept = {path.parents[1].name for path in (later.workspace.home.held / hold.hold_id).rglob("*.age")}
    assert kept == {"ad_records", "access_logs"}
    found = audit(later.workspace, later.workspace.today)
    assert found.has_passed
    assert sum(status.items for status in found.of(State.ON_HOLD)) == len(kept)


def test_a_plan_skips_what_is_held_aside_however_late_it_is_and_says_so(lived):
    held_member(lived)
    destroyed(lived.at(DUE))
    much_later = lived.at(MUCH_LATER)
    plan = make_plan(much_later.workspace).plan
    assert "held_lines" not in {item.dataset for item in plan.items}
    assert {held.reason for held in plan.held_back if held.dataset == "held_lines"} == {ON_HOLD}
    assert states(much_later, "held_lines") == {State.ON_HOLD}


def test_on_release_what_was_aside_is_gone_and_nothing_is_missed(lived):
    hold = held_member(lived)
    later = lived.at(DUE)
    destroyed(later)
    release_hold(later.workspace, hold.hold_id)
    assert states(later, "held_lines") == set()
    assert not list(later.workspace.home.held.rglob("*.age"))
    assert audit(later.workspace, later.workspace.today).has_passed


def test_what_is_held_aside_and_gone_before_the_release_is_missed(lived):
    hold = held_member(lived)
    later = lived.at(DUE)
    destroyed(later)
    min((later.workspace.home.held / hold.hold_id).rglob("*.age")).unlink()
    assert states(later, "held_lines") == {State.ON_HOLD, State.UNDER_RETAINED}


def test_rows_that_are_not_past_their_period_stay_in_the_registry_hold_or_not(lived):
    held_member(lived)
    before = lived.at("2015-08-20T02:00:00+09:00")
    destroyed(before)
    assert sorted(accounts_of(before, "ad_records")) == ["k1", "k2"]
    assert states(before, "ad_records") == {State.KEPT}
    assert states(before, "held_lines") == set()


def test_a_held_range_is_on_hold_and_after_its_release_a_night_destroys_it_on_its_own(lived):
    hold = hold_dataset(lived.workspace, "access_logs", DAY, DAY, ORDER)
    destroyed(lived.at(DUE))
    later = lived.at(MUCH_LATER)
    assert states(later, "access_logs") == {State.ON_HOLD}
    assert "access_logs" not in {item.dataset for item in destroyed(later).plan.items}
    release_hold(later.workspace, hold.hold_id)
    following = lived.at("2015-10-11T02:00:00+09:00")
    assert states(following, "access_logs") == {State.DUE}
    destroyed(following)
    assert states(following, "access_logs") == set()


@pytest.mark.parametrize("is_released", [False, True])
def test_of_a_table_of_which_a_range_is_held_or_was_until_today_a_night_takes_the_other_rows(lived, is_released):
    other = {"ad_id": "a2", "account_key": "k3", "displayed_at": "2015-02-18T00:00:00Z"}
    lived.export("ad_records", [*ADS, other])
    hold = hold_dataset(lived.workspace, "ad_records", date(2015, 2, 20), date(2015, 2, 20), ORDER)
    later = lived.at(DUE)
    if is_released:
        release_hold(later.workspace, hold.hold_id)
    destroyed(later)
    assert sorted(accounts_of(later, "ad_records")) == ["k1", "k2"]
    assert states(later, "ad_records") == {State.KEPT if is_released else State.ON_HOLD}
    if is_released:
        following = lived.at("2015-08-22T02:00:00+09:00")
        destroyed(following)
        assert accounts_of(following, "ad_records") == []


def test_what_was_never_held_and_is_as_late_waits_for_a_person(lived):
    done = retain(lived.at(MUCH_LATER).workspace)
    assert any("access_logs" in reason for reason in done.waits)
    assert done.executed is None


@pytest.mark.parametrize(("today", "state"), [("2015-05-25", State.DUE), ("2015-05-26", State.OVER_RETAINED)])
@pytest.mark.parametrize(
    ("dataset", "place"),
    [
        ("held_lines", f"held/nobody/access_logs/{date(2015, 5, 21)}/x.age"),
        ("dashboard_accounts", "accounts/kim.json"),
        ("former_releases", "published/2015-05-20/p1.duckdb"),
    ],
)
def test_a_file_put_by_hand_where_nothing_is_kept_is_flagged_after_the_days_of_grace(
    lived, dataset, place, today, state
):
    put(lived, place, date(2015, 5, 20))
    assert states(lived.at(f"{today}T02:00:00+09:00"), dataset) == {state}


@pytest.mark.parametrize(
    ("today", "state"),
    [("2020-05-20", State.KEPT), ("2020-05-25", State.DUE), ("2020-05-26", State.OVER_RETAINED)],
)
def test_a_record_of_processing_put_by_hand_is_flagged_after_five_years(lived, today, state):
    put(lived, "ledger/processing/2015.jsonl", date(2015, 5, 20))
    assert states(lived.at(f"{today}T02:00:00+09:00"), "processing_records") == {state}


def test_a_night_leaves_what_nothing_accounts_for_to_a_person_who_may_destroy_it(lived):
    path = put(lived, "accounts/kim.json", date(2015, 5, 20))
    later = lived.at("2015-05-26T02:00:00+09:00")
    made = make_plan(later.workspace, with_unknown=False)
    assert {held.reason for held in made.plan.held_back} == {UNKNOWN}
    assert made.plan.items == ()
    plan = make_plan(later.workspace).plan
    assert [(item.dataset, item.kind) for item in plan.items] == [("dashboard_accounts", Kind.COPY)]
    execute(later.workspace, plan.digest, approved_by="privacy_officer")
    assert not path.exists()


def put(house, place, day):
    path = house.workspace.home.root / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"put there")
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=SEOUL).timestamp()
    os.utime(path, (noon, noon))
    return path
