"""Which days are rebuilt, and which stand: on both sides of what is gone."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.warehouse.rebuilding import days_to_rebuild, gone_days, outdated_days, standing_days, whole_periods

DAYS = [date(2015, 5, 18) + timedelta(days=shift) for shift in range(7)]
LINKED = "linked_events_pseudonymised"


def rests(events="e", linked=None, models="m"):
    """What a day rests on."""
    kinds = {"events": events, LINKED: linked, "models": models}
    return {kind: digest for kind, digest in kinds.items() if digest is not None}


@pytest.fixture
def built():
    """A week that was built from web events."""
    return {day: rests() for day in DAYS}


@pytest.fixture
def present(built):
    """The same events, still there."""
    return dict(built)


def of_may(days):
    return sorted(day.day for day in days)


def test_nothing_is_rebuilt_and_nothing_stands_while_all_is_as_it_was(built, present):
    assert days_to_rebuild(built, present) == []
    assert standing_days(built, present) == frozenset()


def test_a_changed_day_is_rebuilt_with_the_day_before_and_those_that_look_back_on_it(built, present):
    present[DAYS[3]] = rests("late")
    assert of_may(days_to_rebuild(built, present)) == [20, 21, 22, 23, 24]
    present[DAYS[0]] = rests("late")
    assert days_to_rebuild(built, present) == DAYS


@pytest.fixture
def two_months():
    """Days of May, June and July, each a Monday or the day after one."""
    first = date(2015, 5, 4)
    return {first + timedelta(days=shift): rests() for shift in (0, 1, 28, 29, 56, 57)}


def test_a_day_looks_back_on_twenty_eight_days_and_no_more(two_months):
    changed = {**two_months, date(2015, 6, 1): rests("late")}
    rebuilt = [date(2015, 6, 1), date(2015, 6, 2), date(2015, 6, 29)]
    assert days_to_rebuild(two_months, changed) == rebuilt
    changed = {**two_months, date(2015, 6, 2): rests("late")}
    assert days_to_rebuild(two_months, changed) == [*rebuilt, date(2015, 6, 30)]


def test_a_week_or_month_that_looks_back_on_a_changed_day_is_rebuilt_by_one_of_its_days(two_months):
    two_months[date(2015, 7, 31)] = rests()
    changed = {**two_months, date(2015, 6, 2): rests("late")}
    assert days_to_rebuild(two_months, changed)[-1] == date(2015, 6, 30)
    changed = {**two_months, date(2015, 6, 29): rests("late")}
    assert days_to_rebuild(two_months, changed)[-1] == date(2015, 7, 31)


def test_linked_events_are_not_looked_back_on(two_months):
    changed = {**two_months, date(2015, 6, 1): rests(linked="late")}
    assert days_to_rebuild(two_months, changed) == [date(2015, 6, 1), date(2015, 6, 2)]


def test_days_are_gone_once_the_web_events_they_were_built_from_are(built, present):
    built[DAYS[1]] = rests(events=None, linked="l")
    del present[DAYS[0]], present[DAYS[1]], built[DAYS[2]], present[DAYS[2]]
    assert gone_days(built, present) == {DAYS[0]}


def test_every_day_is_built_at_first(present):
    assert days_to_rebuild({}, present) == DAYS


def test_other_models_rebuild_every_day_but_those_that_stand(built, present):
    other = {day: rests(models="n") for day in present}
    assert days_to_rebuild(built, other) == DAYS
    del other[DAYS[0]]
    assert of_may(days_to_rebuild(built, other)) == [20, 21, 22, 23, 24]


def test_a_destroyed_day_stands_and_so_do_the_days_beside_it_but_no_further(built, present):
    del present[DAYS[3]]
    assert of_may(standing_days(built, present)) == [20, 21, 22]


def test_days_that_stand_are_not_rebuilt_with_a_changed_neighbour_nor_for_their_own_events(built, present):
    del present[DAYS[0]]
    present[DAYS[2]] = rests("late")
    assert of_may(days_to_rebuild(built, present)) == [20, 21, 22, 23, 24]
    present[DAYS[1]] = rests("late")
    assert of_may(days_to_rebuild(built, present)) == [20, 21, 22, 23, 24]
    present[DAYS[2]] = rests()
    assert days_to_rebuild(built, present) == []


def test_a_day_stands_when_its_linked_events_are_gone_and_its_neighbours_do_not(built, present):
    built[DAYS[3]] = rests(linked="l")
    assert of_may(standing_days(built, present)) == [21]
    assert days_to_rebuild(built, present) == []
    present[DAYS[4]] = rests("late")
    assert of_may(days_to_rebuild(built, present)) == [22, 23, 24]


def test_a_day_stands_when_its_web_events_are_gone_and_its_linked_ones_are_not(built, present):
    built[DAYS[3]] = rests(linked="l")
    present[DAYS[3]] = rests(events=None, linked="late")
    assert of_may(standing_days(built, present)) == [20, 21, 22]
    assert days_to_rebuild(built, present) == []


def test_a_kind_of_events_that_comes_later_rebuilds_the_day(built, present):
    present[DAYS[3]] = rests(linked="l")
    assert of_may(days_to_rebuild(built, present)) == [20, 21, 22]


def test_a_day_of_linked_events_alone_keeps_no_neighbour_from_being_rebuilt_once_they_are_gone(built, present):
    built[DAYS[3]] = rests(events=None, linked="l")
    del present[DAYS[3]]
    assert of_may(standing_days(built, present)) == [21]


def test_a_day_that_was_never_built_is_built_also_beside_a_destroyed_one(built, present):
    del built[DAYS[1]], present[DAYS[0]]
    assert of_may(days_to_rebuild(built, present)) == [19, 20, 21, 22, 23, 24]


def test_a_day_that_was_built_from_no_events_is_not_gone():
    built = {DAYS[0]: {"models": "m"}}
    assert standing_days(built, {}) == frozenset()


def test_of_the_days_that_stand_those_whose_events_tell_other_figures_are_outdated(built, present):
    del present[DAYS[0]]
    assert of_may(outdated_days(built, present)) == [18]
    present[DAYS[1]] = rests("late")
    present[DAYS[3]] = rests("late")
    assert of_may(outdated_days(built, present)) == [18, 19]


def test_a_week_or_month_is_whole_until_one_of_its_days_stands(built, present):
    built |= {date(2015, 5, 31): rests(), date(2015, 6, 1): rests()}
    present |= {date(2015, 5, 31): rests(), date(2015, 6, 1): rests()}
    assert whole_periods("month", built, present) == (date(2015, 5, 1), date(2015, 6, 1))
    del present[DAYS[6]]
    assert whole_periods("week", built, present) == (date(2015, 5, 25), date(2015, 6, 1))
    assert whole_periods("month", built, present) == (date(2015, 6, 1),)
    del present[date(2015, 5, 31)]
    assert whole_periods("month", built, present) == ()


STATES = st.dictionaries(st.sampled_from(DAYS), st.sampled_from([rests(), rests("late"), rests(linked="l")]))


@given(STATES, STATES)
def test_no_day_is_ever_rebuilt_without_all_it_was_built_from_or_beside_a_destroyed_one(built, present):
    for day in days_to_rebuild(built, present):
        assert day in present
        if day in built:
            assert built[day].keys() <= present[day].keys()
            for beside in (day - timedelta(days=1), day + timedelta(days=1)):
                assert beside not in built or beside in present
