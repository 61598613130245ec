"""Where data stands: one second before and after each limit."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from pipelines.clock import SEOUL, seoul_day
from pipelines.policy import Period, Policy, load_policy
from pipelines.retention.items import Item, Kind
from pipelines.retention.states import State, standing

SECOND = timedelta(seconds=1)

LIMITS = [
    # dataset, the instant that starts the clock (Seoul), the last second of floor and ceiling (Seoul), members
    ("access_logs", "2015-05-20T12:00:00", "2015-08-20", "2015-08-20", 0),
    ("access_logs", "2015-05-20T00:00:00", "2015-08-20", "2015-08-20", 0),
    ("access_logs", "2015-05-20T23:59:59", "2015-08-20", "2015-08-20", 0),
    ("access_logs", "2014-11-30T12:00:00", "2015-02-28", "2015-02-28", 0),
    ("access_logs", "2015-11-30T12:00:00", "2016-02-29", "2016-02-29", 0),
    ("access_logs", "2015-11-29T12:00:00", "2016-02-29", "2016-02-29", 0),
    ("access_logs", "2015-11-28T12:00:00", "2016-02-28", "2016-02-28", 0),
    ("access_logs", "2015-02-28T12:00:00", "2015-05-31", "2015-05-31", 0),
    ("access_logs", "2016-02-28T12:00:00", "2016-05-28", "2016-05-28", 0),
    ("access_logs", "2016-02-29T12:00:00", "2016-05-31", "2016-05-31", 0),
    ("access_logs", "2014-12-31T23:59:59", "2015-03-31", "2015-03-31", 0),
    ("access_logs", "2015-01-01T00:00:00", "2015-04-01", "2015-04-01", 0),
    ("events", "2015-05-31T12:00:00", None, "2015-08-31", 0),
    ("linked_events", "2015-01-31T12:00:00", None, "2015-04-30", 0),
    ("ad_records", "2015-08-31T12:00:00", "2016-02-29", "2016-02-29", 0),
    ("ad_records", "2015-08-28T12:00:00", "2016-02-28", "2016-02-28", 0),
    ("ad_records", "2014-06-30T12:00:00", "2014-12-31", "2014-12-31", 0),
    ("former_members_1y", "2016-02-29T12:00:00", "2017-02-28", "2017-02-28", 0),
    ("former_members_1y", "2015-02-28T12:00:00", "2016-02-29", "2016-02-29", 0),
    ("former_members_1y", "2014-12-31T12:00:00", "2015-12-31", "2015-12-31", 0),
    ("complaints", "2016-02-29T12:00:00", "2019-02-28", "2019-02-28", 0),
    ("complaints", "2013-02-28T12:00:00", "2016-02-29", "2016-02-29", 0),
    ("contracts", "2016-02-29T12:00:00", "2021-02-28", "2021-02-28", 0),
    ("contracts", "2015-02-28T12:00:00", "2020-02-29", "2020-02-29", 0),
    ("contracts", "2014-12-31T12:00:00", "2019-12-31", "2019-12-31", 0),
    ("members", "2015-12-31T23:59:59", None, "2015-12-31", 0),
    ("disputes", "2016-02-29T00:00:00", "2016-02-29", "2016-02-29", 0),
    ("subject_exports", "2015-02-25T12:00:00", None, "2015-03-04", 0),
    ("run_records", "2015-12-01T12:00:00", None, "2016-02-29", 0),
    ("access_records", "2016-02-29T12:00:00", "2017-02-28", "2021-02-28", 49_999),
    ("access_records", "2016-02-29T12:00:00", "2018-02-28", "2021-02-28", 50_000),
    ("processing_records", "2015-05-20T12:00:00", "2018-05-20", "2020-05-20", 0),
]


def seoul(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SEOUL)


def end_of(day: date) -> datetime:
    """Return the instant with which `day` is over in Seoul, in UTC."""
    return datetime.combine(day + timedelta(days=1), time.min, SEOUL).astimezone(UTC)


def limited(**changes: object) -> Period:
    plain = {"anchor": "visit", "at_most": "P3M", "destroy_within_days": 5, "basis": "Law", "basis_ko": "법"}
    return Period.model_validate({**plain, "clause": "keep.visits", **changes})


@pytest.mark.parametrize(("dataset", "began", "floor", "ceiling", "members"), LIMITS)
def test_one_second_decides_on_both_sides_of_every_limit(
    periods: dict[str, Period], dataset: str, began: str, floor: str | None, ceiling: str, members: int
) -> None:
    period, anchor = periods[dataset], seoul_day(seoul(began))

    def at(instant: datetime, *, is_present: bool = True, is_held: bool = False) -> State:
        today = seoul_day(instant)
        return standing(period, anchor, today, is_present=is_present, is_held=is_held, members=members).state

    end = end_of(date.fromisoformat(ceiling))
    grace_over = end + timedelta(days=5)
    assert [at(end - SECOND), at(end)] == [State.KEPT, State.DUE]
    assert [at(grace_over - SECOND), at(grace_over)] == [State.DUE, State.OVER_RETAINED]
    assert [at(end - SECOND, is_held=True), at(end, is_held=True)] == [State.KEPT, State.ON_HOLD]
    assert at(grace_over, is_held=True) is State.ON_HOLD
    if floor is None:
        assert at(end_of(anchor) - SECOND, is_present=False) is State.GONE
    else:
        over = end_of(date.fromisoformat(floor))
        assert [at(over - SECOND, is_present=False), at(over, is_present=False)] == [State.UNDER_RETAINED, State.GONE]


def test_the_table_has_every_length_of_the_policy_that_ends(periods: dict[str, Period]) -> None:
    computed = {period.at_most.text for period in periods.values()} - {"permanent", "as_recorded", "P14D"}
    assert {periods[dataset].at_most.text for dataset, *_ in LIMITS} == computed


@pytest.mark.parametrize(("day", "state"), [("2015-08-25", State.DUE), ("2015-08-26", State.OVER_RETAINED)])
def test_the_fifth_day_of_grace_is_due_and_the_sixth_is_too_long(
    periods: dict[str, Period], day: str, state: State
) -> None:
    found = standing(periods["access_logs"], date(2015, 5, 20), date.fromisoformat(day))
    assert (found.state, found.ends, found.destroy_by) == (state, date(2015, 8, 20), date(2015, 8, 25))
    assert (found.kept_through, found.clause) == (date(2015, 8, 20), "keep.visits")


def test_what_is_kept_for_good_is_never_due_and_never_rightly_gone(periods: dict[str, Period]) -> None:
    period, anchor, late = periods["former_members_permanent"], date(2015, 5, 20), date(2999, 1, 1)
    assert standing(period, anchor, late).state is State.KEPT
    assert standing(period, anchor, late, ended_early=date(2016, 1, 1)).state is State.KEPT
    assert standing(period, anchor, late, is_present=False).state is State.UNDER_RETAINED
    assert standing(period, anchor, late).kept_through is None


def test_a_floor_that_holds_for_good_may_depend_on_the_members() -> None:
    grown = limited(at_most="permanent", at_least_from=[{"members_from": 10, "at_least": "permanent"}])
    states = [standing(grown, date(2015, 5, 20), date(2030, 1, 1), is_present=False, members=n).state for n in (9, 10)]
    assert states == [State.GONE, State.UNDER_RETAINED]


@pytest.mark.parametrize(("dataset", "absent"), [("complaints", State.UNDER_RETAINED), ("members", State.GONE)])
def test_a_clock_that_has_not_started_never_makes_anything_due(
    periods: dict[str, Period], dataset: str, absent: State
) -> None:
    assert standing(periods[dataset], None, date(2099, 1, 1)).state is State.KEPT
    assert standing(periods[dataset], None, date(2099, 1, 1), is_present=False).state is absent


def test_an_event_that_ends_a_period_without_a_floor_needs_no_clock(periods: dict[str, Period]) -> None:
    left = date(2015, 5, 20)
    states = [
        standing(periods["social_accounts"], None, left + timedelta(days=n), ended_early=left).state for n in (0, 1, 6)
    ]
    assert states == [State.KEPT, State.DUE, State.OVER_RETAINED]


def test_an_event_does_not_end_what_a_floor_orders_kept_before_its_clock_began(periods: dict[str, Period]) -> None:
    found = standing(periods["contracts"], None, date(2099, 1, 1), ended_early=date(2015, 5, 20))
    assert (found.state, found.ends) == (State.KEPT, None)


@pytest.mark.parametrize(
    ("ended_early", "ends"),
    [("2015-06-30", "2015-06-30"), ("2015-08-31", "2015-08-20"), ("2015-05-01", "2015-05-01")],
)
def test_an_earlier_event_ends_events_and_a_later_one_does_not_prolong_them(
    periods: dict[str, Period], ended_early: str, ends: str
) -> None:
    found = standing(
        periods["events"], date(2015, 5, 20), date(2015, 9, 1), ended_early=date.fromisoformat(ended_early)
    )
    assert found.ends == date.fromisoformat(ends)


def test_an_earlier_event_never_ends_a_period_before_its_floor(periods: dict[str, Period]) -> None:
    found = standing(periods["complaints"], date(2015, 5, 20), date(2016, 1, 1), ended_early=date(2015, 6, 1))
    assert (found.state, found.ends) == (State.KEPT, date(2018, 5, 20))


def test_a_consent_ends_with_the_day_it_states_or_with_its_withdrawal(periods: dict[str, Period]) -> None:
    given_on, until = date(2015, 5, 20), date(2016, 2, 29)
    period = periods["consents"]
    assert standing(period, given_on, until, ends_on=until).state is State.KEPT
    assert standing(period, given_on, until + timedelta(days=1), ends_on=until).state is State.DUE
    early = standing(period, given_on, until, ends_on=until, ended_early=date(2015, 7, 1))
    assert (early.state, early.ends) == (State.OVER_RETAINED, date(2015, 7, 1))
    assert standing(period, given_on, date(2099, 1, 1)).state is State.KEPT


def test_a_floor_as_recorded_is_the_end_that_stands_in_the_row() -> None:
    period, given_on, until = limited(at_most="as_recorded", at_least="as_recorded"), date(2015, 1, 1), date(2015, 6, 1)
    absent = [
        standing(period, given_on, day, ends_on=until, is_present=False).state for day in (until, date(2015, 6, 2))
    ]
    assert absent == [State.UNDER_RETAINED, State.GONE]
    assert standing(period, given_on, date(2099, 1, 1), is_present=False).state is State.UNDER_RETAINED


def test_a_released_hold_puts_data_back_under_its_period_with_days_of_grace(periods: dict[str, Period]) -> None:
    released = date(2016, 3, 1)

    def at(days: int, **holds: object) -> State:
        today = released + timedelta(days=days)
        return standing(periods["access_logs"], date(2015, 5, 20), today, **holds).state  # type: ignore[arg-type]

    assert at(0, is_held=True) is State.ON_HOLD
    assert [at(n, held_until=released) for n in (0, 1, 5, 6)] == [
        State.KEPT, State.DUE, State.DUE, State.OVER_RETAINED,
    ]  # fmt: skip
    assert at(1) is State.OVER_RETAINED


def test_a_hold_released_within_the_period_changes_nothing(periods: dict[str, Period]) -> None:
    plain = standing(periods["access_logs"], date(2015, 5, 20), date(2015, 8, 21))
    assert standing(periods["access_logs"], date(2015, 5, 20), date(2015, 8, 21), held_until=date(2015, 6, 1)) == plain


def test_a_day_no_calendar_reaches_is_no_error(periods: dict[str, Period]) -> None:
    for anchor in (date.max, date(9996, 1, 1), date(9999, 12, 1)):
        assert standing(periods["contracts"], anchor, date(2026, 1, 1)).state is State.KEPT
    assert standing(periods["access_logs"], date.min, date(2026, 1, 1)).state is State.OVER_RETAINED


def test_an_item_stands_where_its_parts_say(periods: dict[str, Period]) -> None:
    item = Item("access_logs", Kind.FILE, "vault/access_logs/2015-05-20/part", date(2015, 5, 20))
    today = date(2015, 8, 21)
    assert item.standing(periods["access_logs"], today).state is State.DUE
    assert item.standing(periods["access_logs"], today, is_held=True).state is State.ON_HOLD
    gone = Item("access_logs", Kind.FILE, "vault/a", date(2015, 5, 20), is_present=False)
    assert gone.standing(periods["access_logs"], date(2015, 8, 20)).state is State.UNDER_RETAINED
    held = Item("access_logs", Kind.FILE, "vault/a", date(2015, 5, 20), held_until=today)
    assert held.standing(periods["access_logs"], today).state is State.KEPT


def test_an_audit_uses_the_version_in_force_on_its_day(repository: Path, tmp_path: Path) -> None:
    text = (repository / "policy" / "2014-06-16.yml").read_text(encoding="utf-8")
    (tmp_path / "2014-06-16.yml").write_text(text, encoding="utf-8")
    dated = text.replace('version: "2014-06-16"', 'version: "2015-07-01"').replace(
        "effective: 2014-06-16\n", "effective: 2015-07-01\n"
    )
    shorter = dated.replace("announced: 2014-06-09", "announced: 2015-06-01").replace(
        "period: {anchor: visit, at_least: P3M, at_most: P3M,", "period: {anchor: visit, at_least: P1M, at_most: P1M,"
    )
    (tmp_path / "2015-07-01.yml").write_text(shorter, encoding="utf-8")

    def on(today: date, *, is_present: bool = True) -> tuple[State, date | None]:
        period = load_policy(tmp_path, today).dataset("access_logs").period
        assert period is not None
        found = standing(period, date(2015, 5, 20), today, is_present=is_present)
        return found.state, found.ends

    assert on(date(2015, 6, 30)) == (State.KEPT, date(2015, 8, 20))
    assert on(date(2015, 7, 1)) == (State.OVER_RETAINED, date(2015, 6, 20))
    assert on(date(2015, 6, 30), is_present=False)[0] is State.UNDER_RETAINED
    assert on(date(2015, 7, 1), is_present=False)[0] is State.GONE


def test_the_committed_policy_has_no_floor_above_its_ceiling(policy: Policy) -> None:
    for name, dataset in policy.datasets.items():
        if dataset.period is not None and dataset.period.at_least is not None:
            assert not dataset.period.at_least.exceeds(dataset.period.at_most), name
