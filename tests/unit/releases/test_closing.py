"""Periods close so many days after their end, in Asia/Seoul days."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.clock import SEOUL
from pipelines.policy.publication import Publication
from pipelines.releases.closing import Closed, closes_at, days_of, newly_closed

PUBLICATION = Publication.model_validate(
    {
        "closes_after_days": {"day": 2, "week": 2, "month": 3},
        "waits_days": 14,
        "threshold": 10,
        "dominance_percent": 10,
        "protection_percent": 20,
        "clause": "stats.partners",
        "tables": {"usage": {"period": "day"}},
    }
)
MONDAY = date(2026, 11, 2)


def at(day: date, hour: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=SEOUL)


def days(first: date, count: int) -> list[date]:
    return [first + timedelta(days=number) for number in range(count)]


def test_a_day_closes_at_midnight_two_days_after_its_end():
    assert closes_at("day", MONDAY, PUBLICATION) == at(date(2026, 11, 5))
    before = newly_closed([MONDAY], {}, PUBLICATION, at(date(2026, 11, 5)) - timedelta(seconds=1))
    assert before.of("day") == ()
    assert newly_closed([MONDAY], {}, PUBLICATION, at(date(2026, 11, 5))).of("day") == (MONDAY,)


def test_a_day_ends_in_seoul_and_not_in_greenwich():
    greenwich = datetime.fromisoformat("2026-11-04T15:00:00+00:00")
    assert newly_closed([MONDAY], {}, PUBLICATION, greenwich).of("day") == (MONDAY,)


def test_a_week_closes_after_its_sunday_and_a_month_after_its_last_day():
    november = days(MONDAY, 29)
    closed = newly_closed(november, {"day": november}, PUBLICATION, at(date(2026, 11, 11)))
    assert closed.of("week") == (MONDAY,)
    assert newly_closed(november, {"day": november}, PUBLICATION, at(date(2026, 11, 10), 23)).of("week") == ()
    assert newly_closed(november, {"day": november}, PUBLICATION, at(date(2026, 12, 3), 23)).of("month") == ()
    assert newly_closed(november, {"day": november}, PUBLICATION, at(date(2026, 12, 4))).of("month") == (
        date(2026, 11, 1),
    )


def test_what_was_published_is_not_published_again():
    built = days(MONDAY, 7)
    done = {"day": built, "week": [MONDAY]}
    assert not newly_closed(built, done, PUBLICATION, at(date(2026, 11, 20)))


def test_a_day_without_statistics_is_waited_for_and_its_week_with_it():
    built = [day for day in days(MONDAY, 7) if day != date(2026, 11, 4)]
    closed = newly_closed(built, {}, PUBLICATION, at(date(2026, 11, 12)))
    assert closed.of("day") == tuple(built)
    assert closed.waiting[0] == date(2026, 11, 4)
    assert closed.of("week") == ()


def test_a_day_that_never_came_closes_as_an_empty_one_after_the_wait():
    built = [day for day in days(MONDAY, 7) if day != date(2026, 11, 4)]
    given_up = at(date(2026, 11, 7) + timedelta(days=14))
    assert date(2026, 11, 4) not in newly_closed(built, {}, PUBLICATION, given_up - timedelta(seconds=1)).of("day")
    closed = newly_closed(built, {}, PUBLICATION, given_up)
    assert date(2026, 11, 4) in closed.of("day")
    assert closed.of("week") == (MONDAY,)


def test_the_week_of_the_first_day_ever_needs_no_days_before_it():
    thursday = date(2026, 11, 5)
    closed = newly_closed(days(thursday, 4), {}, PUBLICATION, at(date(2026, 11, 11)))
    assert closed.of("week") == (MONDAY,)


def test_nothing_closes_in_a_home_without_statistics():
    assert newly_closed([], {}, PUBLICATION, at(date(2026, 11, 11))) == Closed()


@pytest.mark.parametrize(
    ("kind", "first", "count"), [("day", MONDAY, 1), ("week", MONDAY, 7), ("month", date(2028, 2, 1), 29)]
)
def test_a_period_has_the_days_of_the_calendar(kind, first, count):
    assert days_of(kind, first) == days(first, count)


@settings(deadline=None, max_examples=60)
@given(first=st.dates(date(2026, 1, 1), date(2026, 3, 1)), count=st.integers(1, 70), nights=st.integers(0, 120))
def test_night_by_night_publishes_what_one_night_would(first, count, nights):
    built, end = days(first, count), first + timedelta(days=nights)
    at_once = newly_closed(built, {}, PUBLICATION, at(end))
    done: dict[str, set[date]] = {"day": set(), "week": set(), "month": set()}
    for night in days(first, nights + 1):
        closed = newly_closed(built, done, PUBLICATION, at(night))
        for kind, known in done.items():
            assert not known & set(closed.of(kind))
            known |= set(closed.of(kind))
    assert {kind: tuple(sorted(known)) for kind, known in done.items()} == dict(at_once.periods)
