"""What a plan lists, what its digest covers, and where a night stops destroying on its own."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.policy import Policy
from pipelines.retention.entries import Method
from pipelines.retention.items import Item, Kind
from pipelines.retention.plan import HeldBack, Plan, Planned, differences, needs_person
from pipelines.retention.plan_store import PlanRefusedError, PlanStore
from pipelines.retention.plan_text import plan_text, spans
from pipelines.retention.states import State

AT = datetime(2015, 8, 22, 3, tzinfo=UTC)
DAY = date(2015, 5, 20)
Make = Callable[..., Planned]


@pytest.fixture
def planned(policy: Policy) -> Make:
    """Plan one item of a dataset, on the day it is."""

    def make(dataset: str = "access_logs", kind: Kind = Kind.FILE, day: date = DAY, **given: object) -> Planned:
        key = f"{dataset}.{day}.until-x" if kind is Kind.FILE else None
        item = Item(dataset, kind, f"{dataset}/{day}", day, count=3, bytes=100, key=key)
        period = policy.dataset(dataset).period
        assert period is not None
        return replace(Planned.of(item, item.standing(period, date(2015, 8, 22)), "0" * 64), **given)

    return make


@pytest.fixture
def plan_of(policy: Policy) -> Callable[..., Plan]:
    """Make a plan of items."""
    return lambda *items, **given: Plan.make(policy.version, AT, policy.retention, items, **given)


def test_a_plan_reads_back_with_the_same_digest(planned: Make, plan_of: Callable[..., Plan], tmp_path: Path):
    plan = plan_of(planned(), planned("events"), held_back=[HeldBack("disputes", DAY, 2, "a hold keeps it")])
    store = PlanStore(tmp_path)
    store.save(plan, [])
    assert store.load(plan.digest) == plan


def test_the_digest_does_not_depend_on_the_order_items_were_found_in(planned: Make, plan_of: Callable[..., Plan]):
    first, second = planned(), planned("events")
    assert plan_of(first, second).digest == plan_of(second, first).digest


@pytest.mark.parametrize(
    "change",
    [
        {"place": "elsewhere"}, {"count": 4}, {"bytes": 101}, {"digest": "1" * 64}, {"keys": ()}, {"clause": "other"},
        {"day": date(2015, 5, 19)}, {"state": State.OVER_RETAINED}, {"method": Method.REMOVE},
    ],
)  # fmt: skip
def test_the_digest_covers_every_fact_of_an_item(
    planned: Make, plan_of: Callable[..., Plan], change: dict[str, object]
):
    assert plan_of(planned()).digest != plan_of(replace(planned(), **change)).digest


@pytest.mark.parametrize(
    "change",
    [
        {"policy_version": "2014-06-17"}, {"made_at": AT + timedelta(seconds=1)}, {"expires_at": AT},
        {"held_back": (HeldBack("events", DAY, 1, "a hold keeps it"),)}, {"items": ()},
    ],
)  # fmt: skip
def test_the_digest_covers_policy_clock_expiry_and_what_is_held_back(
    planned: Make, plan_of: Callable[..., Plan], change: dict[str, object]
):
    plan = plan_of(planned())
    assert plan.digest != replace(plan, **change).digest


def test_a_plan_expires_as_the_policy_says(policy: Policy, plan_of: Callable[..., Plan]):
    assert plan_of().expires_at - AT == timedelta(hours=policy.retention.plan_expires_hours)


def test_a_changed_plan_is_no_plan(planned: Make, plan_of: Callable[..., Plan], tmp_path: Path):
    store, plan = PlanStore(tmp_path), plan_of(planned())
    path = store.save(plan, [])
    path.write_text(path.read_text().replace('"count": 3', '"count": 2').replace('"count":3', '"count":2'))
    with pytest.raises(PlanRefusedError, match="not the plan"):
        store.load(plan.digest)


@pytest.mark.parametrize("digest", ["0" * 64, "../../home", ""])
def test_an_unknown_digest_is_refused(tmp_path: Path, digest: str):
    with pytest.raises(PlanRefusedError, match="no plan"):
        PlanStore(tmp_path).load(digest)


def test_the_same_items_differ_in_nothing_and_a_state_that_moved_on_is_none(planned: Make):
    assert differences([planned()], [planned()]) == []
    assert differences([planned()], [replace(planned(), state=State.OVER_RETAINED)]) == []


def test_what_went_came_or_changed_is_told_by_dataset(planned: Make):
    changed = replace(planned(), digest="1" * 64)
    assert differences([planned()], []) == ["access_logs: 1 of what was planned is not as it was, 0 was not planned"]
    assert differences([], [planned()]) == ["access_logs: 0 of what was planned is not as it was, 1 was not planned"]
    assert differences([planned()], [changed]) == [
        "access_logs: 1 of what was planned is not as it was, 1 was not planned"
    ]


def test_a_night_destroys_as_many_days_as_the_policy_allows_and_not_one_more(
    policy: Policy, planned: Make, plan_of: Callable[..., Plan]
):
    most = policy.retention.most_days
    days = [planned(day=DAY - timedelta(days=back)) for back in range(most + 1)]
    assert needs_person(plan_of(*days[:most]), policy.retention, {}) == []
    (reason,) = needs_person(plan_of(*days), policy.retention, {})
    assert reason.startswith(f"access_logs: {most + 1} days")


def test_days_are_counted_by_dataset_and_parts_of_a_day_once(
    policy: Policy, planned: Make, plan_of: Callable[..., Plan]
):
    days = [DAY - timedelta(days=back) for back in range(policy.retention.most_days)]
    items = [planned(dataset, day=day, place=f"{dataset}/{day}/{part}") for dataset in ("access_logs", "events")
             for day in days for part in "ab"]  # fmt: skip
    assert needs_person(plan_of(*items), policy.retention, {}) == []


def test_a_night_takes_a_share_of_a_table_or_a_few_rows_and_not_one_more(
    policy: Policy, planned: Make, plan_of: Callable[..., Plan]
):
    limits, few = policy.retention, policy.retention.few_rows
    place, share = "registry/inquiries", int(policy.retention.most_row_share * 10_000)

    def reasons(count: int, of: int) -> list[str]:
        return needs_person(
            plan_of(planned("inquiries", Kind.ROWS, place=place, count=count, ends=None)), limits, {place: of}
        )

    assert reasons(few, few) == [] == reasons(share, 10_000)
    assert len(reasons(few + 1, few + 1)) == 1 == len(reasons(share + 1, 10_000))


def test_what_is_older_than_the_policy_allows_waits_for_a_person(
    policy: Policy, planned: Make, plan_of: Callable[..., Plan]
):
    limit = date(2015, 8, 22) - timedelta(days=policy.retention.oldest_days)
    assert needs_person(plan_of(planned(ends=limit)), policy.retention, {}) == []
    (reason,) = needs_person(plan_of(planned(ends=limit - timedelta(days=1))), policy.retention, {})
    assert "not destroyed unseen" in reason


def test_the_text_tells_what_goes_what_stays_and_why_it_waits(planned: Make, plan_of: Callable[..., Plan]):
    plan = plan_of(planned(), held_back=[HeldBack("disputes", DAY, 2, "a hold keeps it")])
    text = plan_text(plan, ["too much at once"])
    for told in (
        plan.digest,
        "access_logs",
        "2015-05-20",
        "keep.visits",
        "key-then-file",
        "a hold keeps it",
        "too much",
    ):
        assert told in text
    assert "Nothing is due." in plan_text(plan_of())


def test_days_are_told_as_spans():
    assert spans([]) == ""
    assert spans([date(2026, 1, 1)]) == "2026-01-01"
    days = [date(2026, 1, 31), date(2026, 2, 1), date(2026, 2, 3)]
    assert spans([*days, *days]) == "2026-01-31..2026-02-01, 2026-02-03"


def test_a_group_is_entered_with_its_sums(planned: Make, plan_of: Callable[..., Plan]):
    plan = plan_of(planned(place="a"), planned(place="b"), planned("events"))
    first, second = (plan.destroyed(group, "nightly") for group in plan.groups())
    assert (first.dataset, first.files, first.rows, first.bytes, first.keys) == ("access_logs", 2, 6, 200, 1)
    assert first.days == (DAY,)
    assert first.plan == plan.digest == second.plan
    assert second.dataset == "events"
