"""Periods: what a link asks for is shown if it closed; else the newest is, and that is said."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.periods import KINDS, Closed, Compare, Period, choose

DAYS = [date(2026, 9, 1) + timedelta(days=past) for past in range(61)]
CLOSED = Closed(
    {
        "day": DAYS,
        "week": [day for day in DAYS if day.weekday() == 0 and day + timedelta(days=6) <= DAYS[-1]],
        "month": [date(2026, 9, 1), date(2026, 10, 1)],
    }
)


def _chosen(**parameters: str) -> Period:
    choice = choose(parameters, CLOSED, 100)
    assert choice is not None
    return choice.period


def test_without_a_wish_the_newest_month_is_shown():
    choice = choose({}, CLOSED, 100)
    assert choice is not None
    assert (choice.period, choice.compare, choice.is_other) == (
        Period.of("month", date(2026, 10, 1)),
        Compare.BEFORE,
        False,
    )


def test_before_a_month_closed_the_newest_week_is_shown_and_before_that_the_newest_day():
    assert Closed({"day": DAYS[:9], "week": [date(2026, 9, 7)], "month": []}).newest() == Period.of(
        "week", date(2026, 9, 7)
    )
    assert Closed({"day": DAYS[:2], "week": [], "month": []}).newest() == Period.of("day", DAYS[1])
    assert choose({}, Closed({}), 100) is None


@pytest.mark.parametrize(
    ("wish", "first", "last"),
    [
        ({"period": "month", "at": "2026-09"}, date(2026, 9, 1), date(2026, 9, 30)),
        ({"period": "week", "at": "2026-10-07"}, date(2026, 10, 5), date(2026, 10, 11)),
        ({"period": "day", "at": "2026-10-07"}, date(2026, 10, 7), date(2026, 10, 7)),
        ({"period": "day"}, DAYS[-1], DAYS[-1]),
        ({"period": "range", "from": "2026-09-30", "to": "2026-10-01"}, date(2026, 9, 30), date(2026, 10, 1)),
    ],
)
def test_a_closed_period_is_found_by_any_day_of_it(wish, first, last):
    assert (_chosen(**wish).first, _chosen(**wish).last) == (first, last)


@pytest.mark.parametrize(
    "wish",
    [
        {"period": "month", "at": "2026-11"},
        {"period": "month", "at": "2026-13"},
        {"period": "week", "at": "2026-10-26x"},
        {"period": "day", "at": "2026-11-01"},
        {"period": "range", "from": "2026-10-02", "to": "2026-10-01"},
        {"period": "range", "from": "2026-08-31", "to": "2026-09-02"},
        {"period": "range", "from": "2026-09-01"},
        {"period": "year", "at": "2026"},
        {"period": "' OR 1=1 --", "at": "²026-10-01"},
    ],
)
def test_what_did_not_close_becomes_the_newest_and_is_said_to(wish):
    choice = choose(wish, CLOSED, 100)
    assert choice is not None
    assert choice.is_other
    assert CLOSED.has(choice.period)


def test_a_range_is_as_long_as_allowed_and_no_longer():
    wish = {"period": "range", "from": DAYS[0].isoformat(), "to": DAYS[30].isoformat()}
    assert choose(wish, CLOSED, 31).period.days == 31
    assert choose(wish, CLOSED, 30).is_other


@settings(deadline=None)
@given(st.sampled_from(KINDS), st.sampled_from(DAYS))
def test_a_link_to_a_period_leads_to_it(kind, day):
    period = CLOSED.around(kind, day)
    assert period is not None
    assert _chosen(**period.parameters()) == period


@settings(deadline=None, max_examples=50)
@given(st.dictionaries(st.sampled_from(["period", "at", "from", "to", "compare"]), st.text(max_size=12)))
def test_no_text_breaks_the_choice(parameters):
    choice = choose(parameters, CLOSED, 100)
    assert choice is not None
    assert CLOSED.has(choice.period)


def test_the_period_before_ends_where_it_begins_and_a_year_before_has_the_same_weekdays():
    march = Period.of("month", date(2026, 3, 1))
    assert march.before() == Period.of("month", date(2026, 2, 1))
    assert march.year_before() == Period.of("month", date(2025, 3, 1))
    week = Period.of("week", date(2026, 10, 5))
    assert week.before().last == date(2026, 10, 4)
    assert week.year_before().first == date(2025, 10, 6)
    assert week.year_before().first.weekday() == week.first.weekday()


def test_the_periods_beside_are_the_closed_ones_only():
    assert CLOSED.beside(Period.of("month", date(2026, 9, 1))) == (None, Period.of("month", date(2026, 10, 1)))
    assert CLOSED.beside(Period.of("month", date(2026, 10, 1))) == (Period.of("month", date(2026, 9, 1)), None)
