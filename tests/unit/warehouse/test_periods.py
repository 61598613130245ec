"""Which weeks and months a build rebuilds, and the days they hold."""

from datetime import date, timedelta

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pipelines.warehouse.periods import LOOK_BACK_DAYS, PERIODS, days_to_build, first_day_of_month, first_day_of_week

DAYS = st.dates(date(2014, 6, 16), date(2040, 12, 31))


@pytest.mark.parametrize(
    ("day", "monday"),
    [
        (date(2015, 5, 31), date(2015, 5, 25)),
        (date(2015, 6, 1), date(2015, 6, 1)),
        (date(2016, 1, 3), date(2015, 12, 28)),
        (date(2016, 1, 4), date(2016, 1, 4)),
    ],
)
def test_a_week_begins_on_monday_also_across_new_year(day, monday):
    assert first_day_of_week(day) == monday


def test_a_month_begins_on_its_first():
    assert first_day_of_month(date(2016, 2, 29)) == date(2016, 2, 1)


def test_a_day_brings_all_days_of_its_week_and_month():
    building = days_to_build([date(2016, 2, 29)])
    assert building.days == (date(2016, 2, 29),)
    assert building.of("week") == tuple(date(2016, 2, 29) + timedelta(days=shift) for shift in range(7))
    assert building.of("month") == tuple(date(2016, 2, 1) + timedelta(days=shift) for shift in range(29))
    assert building.of_visits == tuple(date(2016, 2, 1) + timedelta(days=shift) for shift in range(35))


def test_a_period_with_a_standing_day_is_left_out_and_the_others_are_not():
    building = days_to_build([date(2016, 3, 1)], standing=[date(2016, 2, 29)])
    assert building.of("week") == ()
    assert len(building.of("month")) == 31
    assert days_to_build([date(2016, 3, 1)], standing=[date(2016, 3, 31)]).of("month") == ()


def test_nothing_to_build_brings_nothing():
    assert set(map(tuple, days_to_build([]).variables().values())) == {()}


def test_the_days_looked_back_on_are_those_of_the_dbt_project(repository):
    project = yaml.safe_load((repository / "sql" / "dbt_project.yml").read_text(encoding="utf-8"))
    assert project["vars"]["look_back_days"] == LOOK_BACK_DAYS == 28


def test_a_period_has_no_past_once_one_of_the_twenty_eight_days_before_it_is_gone():
    days = [date(2015, 6, 1), date(2015, 6, 2)]
    gone = {28: ("2015-05-04", [days[0]], [days[0]], [days[0]]), 29: ("2015-05-03", [], [], [])}
    for day, *past in gone.values():
        building = days_to_build(days, gone=[date.fromisoformat(day)])
        assert [list(building.without_past[period]) for period in ("day", "week", "month")] == past
    assert days_to_build(days, gone=[date(2015, 6, 1)]).without_past["day"] == (date(2015, 6, 2),)
    assert days_to_build(days, gone=[date(2015, 5, 4)]).variables()["weeks_without_past"] == ["2015-06-01"]


def test_the_variables_name_the_days_of_each_period():
    variables = days_to_build([date(2016, 2, 29)]).variables()
    past = {"days_without_past", "weeks_without_past", "months_without_past"}
    assert set(variables) == {"days", "days_of_weeks", "days_of_months", "days_of_visits"} | past
    assert variables["days"] == ["2016-02-29"]
    assert variables["days_of_weeks"][-1] == "2016-03-06"


@given(st.sets(DAYS, max_size=5), st.sets(DAYS, max_size=3))
def test_whole_periods_are_rebuilt_each_day_once_and_none_that_holds_a_standing_day(days, standing):
    building = days_to_build(days, standing=standing)
    for period, first_day in PERIODS.items():
        found = building.of(period)
        assert list(found) == sorted(set(found))
        assert {first_day(day) for day in found} == {first_day(day) for day in days} - {
            first_day(day) for day in standing
        }
        for day in found:
            neighbours = {day - timedelta(days=1), day + timedelta(days=1)}
            assert {other for other in neighbours if first_day(other) == first_day(day)} <= set(found)
