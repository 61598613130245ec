"""Every line belongs to a day, an unreadable one to that of the readable line before it."""

from datetime import date
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipelines.weblogs.days import fill_unreadable, runs_by_day

BEFORE = date(2015, 6, 1)
DAYS = st.lists(st.none() | st.dates(date(2015, 5, 18), date(2015, 5, 21)), max_size=30)


def array(days: list[date | None]) -> np.ndarray:
    return np.array(["NaT" if day is None else day.isoformat() for day in days], dtype="datetime64[D]")


@given(DAYS)
def test_an_unreadable_line_has_the_day_of_the_readable_line_before_it(days):
    expected, current = [], BEFORE
    for day in days:
        current = day or current
        expected.append(current)
    assert fill_unreadable(array(days), BEFORE).tolist() == expected


def test_a_first_line_that_is_unreadable_has_the_day_given():
    assert fill_unreadable(array([None, None]), BEFORE).tolist() == [BEFORE, BEFORE]
    assert fill_unreadable(array([date(2015, 5, 20), None]), BEFORE).tolist() == [date(2015, 5, 20)] * 2


@given(DAYS)
def test_the_runs_of_all_days_are_every_line_once_and_each_run_is_as_long_as_it_can_be(days):
    filled = fill_unreadable(array(days), BEFORE)
    runs = runs_by_day(filled)
    positions = {at: day for day, found in runs.items() for first, count in found for at in range(first, first + count)}
    assert [positions[at] for at in range(len(days))] == filled.tolist()
    assert sum(count for found in runs.values() for _, count in found) == len(days)
    for found in runs.values():
        assert all(first + count < following for (first, count), (following, _) in pairwise(found))
    assert list(runs) == list(dict.fromkeys(filled.tolist()))
