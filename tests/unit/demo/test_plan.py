"""What may be asked for, and how many lines that is."""

from datetime import date, timedelta

import pytest

from pipelines.demo.plan import LIMITS, DayTruth, DemoPlan
from pipelines.errors import UsageError

TO = date(2015, 5, 20)


@pytest.mark.parametrize("name", LIMITS)
def test_the_limits_themselves_are_allowed(name):
    for value in LIMITS[name]:
        assert getattr(DemoPlan(to=TO, **{name: value}), name) == value


@pytest.mark.parametrize("name", LIMITS)
def test_beyond_the_limits_is_refused_by_name(name):
    lowest, highest = LIMITS[name]
    for value in (lowest - 1, highest + 1):
        with pytest.raises(UsageError, match=name.replace("_", " ")):
            DemoPlan(to=TO, **{name: value})


def test_the_days_end_with_the_last_one_asked_for():
    assert DemoPlan(to=TO, days=3).dates == [date(2015, 5, 18), date(2015, 5, 19), TO]


def test_a_week_has_the_requests_asked_for_and_its_sunday_the_fewest():
    plan = DemoPlan(to=TO, requests_per_day=10_000)
    week = {day: plan.lines_on(day) for day in (TO + timedelta(days=ahead) for ahead in range(7))}
    assert sum(week.values()) == 70_000
    assert min(week, key=week.__getitem__).isoweekday() == 7


def test_truths_add_up_count_by_count():
    assert DayTruth(5, 4, 1, 1, 2).plus(DayTruth(50, 40, 10, 10, 20)) == DayTruth(55, 44, 11, 11, 22)
