"""Every state and every end against the calendar walked day by day."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from retention_by_hand import last_day_by_walking, state_by_hand

from pipelines.policy import Period
from pipelines.policy.periods import last_day, parse_length
from pipelines.retention.states import State, standing

LENGTHS = ["at_once", "P5D", "P7D", "P14D", "P90D", "P1M", "P3M", "P6M", "P1Y", "P18M", "P3Y", "P5Y"]
DAYS = st.dates(min_value=date(1999, 1, 1), max_value=date(2104, 12, 31))


def limited(**changes: object) -> Period:
    plain = {"anchor": "visit", "at_most": "P3M", "destroy_within_days": 5, "basis": "Law", "basis_ko": "법"}
    return Period.model_validate({**plain, "clause": "keep.visits", **changes})


@settings(max_examples=300, deadline=None)
@given(DAYS, st.sampled_from(LENGTHS))
def test_periods_end_where_walking_the_calendar_ends(anchor: date, text: str) -> None:
    assert parse_length(text).ends(anchor) == last_day_by_walking(anchor, text)


def test_three_months_agree_with_the_walk_from_every_day_of_five_years() -> None:
    for offset in range(1827):
        anchor = date(2014, 1, 1) + timedelta(days=offset)
        assert last_day(anchor, months=3) == last_day_by_walking(anchor, "P3M")


FLOORS = [None, "at_once", "P3M", "P1Y", "permanent"]
PAIRS = [
    (floor, ceiling)
    for floor in FLOORS
    for ceiling in [*LENGTHS, "permanent", "as_recorded"]
    if floor is None or not parse_length(floor).exceeds(parse_length(ceiling))
]
NEAR = st.integers(min_value=-500, max_value=2200)
MAYBE = st.none() | NEAR


@settings(max_examples=400, deadline=None)
@given(
    pair=st.sampled_from(PAIRS), anchor=st.none() | DAYS, base=DAYS, today=NEAR, ends=MAYBE, early=MAYBE, held=MAYBE,
    is_present=st.booleans(), is_held=st.booleans(),
)  # fmt: skip
def test_every_state_is_the_one_counted_by_hand(
    pair: tuple[str | None, str], anchor: date | None, base: date, today: int, ends: int | None, early: int | None,
    held: int | None, is_present: bool, is_held: bool,
) -> None:  # fmt: skip
    start = anchor or base

    def day(offset: int | None) -> date | None:
        return None if offset is None else start + timedelta(days=offset)

    at_least, at_most = pair
    given_days = {"ends_on": day(ends) if at_most == "as_recorded" else None, "ended_early": day(early)}
    now = start + timedelta(days=today)
    found = standing(
        limited(at_least=at_least, at_most=at_most), anchor, now,
        is_present=is_present, is_held=is_held, held_until=day(held), **given_days,
    )  # fmt: skip
    assert found.state == state_by_hand(
        at_least=at_least, at_most=at_most, anchor=anchor, today=now,
        is_present=is_present, is_held=is_held, held_until=day(held), **given_days,
    )  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(PAIRS), DAYS, st.integers(min_value=0, max_value=2200))
def test_states_only_move_forward_while_the_days_pass(pair: tuple[str | None, str], anchor: date, days: int) -> None:
    order = [State.KEPT, State.DUE, State.OVER_RETAINED]
    period = limited(at_least=pair[0], at_most=pair[1])
    one, other = (standing(period, anchor, anchor + timedelta(days=n)).state for n in (days, days + 1))
    assert 0 <= order.index(other) - order.index(one) <= 1


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(PAIRS), DAYS, st.integers(min_value=0, max_value=2200))
def test_what_is_due_is_never_still_ordered_kept(pair: tuple[str | None, str], anchor: date, days: int) -> None:
    period, today = limited(at_least=pair[0], at_most=pair[1]), anchor + timedelta(days=days)
    if standing(period, anchor, today).state in {State.DUE, State.OVER_RETAINED}:
        assert standing(period, anchor, today, is_present=False).state is State.GONE
