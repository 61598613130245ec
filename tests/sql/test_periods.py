"""Weeks and months: rebuilt with the days they hold, from all their days, and left alone once some of their events are gone."""

from datetime import date, timedelta

import pytest

pytestmark = pytest.mark.slow

SUNDAY, MONDAY = date(2015, 5, 31), date(2015, 6, 1)
WEEKLY = "SELECT week, page_views, visits, unique_members, contributing_people FROM partner_weekly_usage ORDER BY ALL"
MONTHLY = (
    "SELECT month, page_views, visits, unique_members, contributing_people FROM partner_monthly_usage ORDER BY ALL"
)


def dated(*rows: tuple) -> list[tuple]:
    """Rows whose first day is given as text."""
    return [(date.fromisoformat(first), *rest) for first, *rest in rows]


@pytest.fixture(scope="module")
def view(event, seoul):
    """A page view of partner p by a person at an hour of Seoul's clock."""

    def view(who: str, *instant: int, **values: object) -> dict[str, object]:
        people = dict.fromkeys(("member_pseudonym", "visitor_pseudonym", "person_pseudonym"), who)
        return event(seoul(*instant), **{**people, "partner_id": "p", "content_id": "c", **values})

    return view


@pytest.fixture(scope="module")
def written(new_workshop, view):
    """One visit from Sunday 31 May into Monday 1 June, a week and a month further on, and another visit on each side."""
    workshop = new_workshop()
    workshop.write(
        [
            view("m", 2015, 5, 31, 23, 50),
            view("m", 2015, 6, 1, 0, 10),
            view("m", 2015, 5, 30, 12),
            view("n", 2015, 6, 3, 12),
        ]
    )
    return workshop


@pytest.fixture(scope="module")
def made(written, tmp_path_factory):
    """The days around the boundary, all built."""
    workshop = written.copy_to(tmp_path_factory.mktemp("built"))
    workshop.build()
    return workshop


@pytest.fixture
def boundary(written, tmp_path):
    """The days around the boundary, of which nothing is built."""
    return written.copy_to(tmp_path)


@pytest.fixture
def built(made, tmp_path):
    """The same, to be changed."""
    return made.copy_to(tmp_path)


def test_a_visit_across_the_end_of_week_and_month_counts_where_it_began_and_its_page_views_where_they_are(built):
    assert built.rows(WEEKLY) == dated(("2015-05-25", 2, 2, 1, 1), ("2015-06-01", 2, 1, 2, 2))
    assert built.rows(MONTHLY) == dated(("2015-05-01", 2, 2, 1, 1), ("2015-06-01", 2, 1, 2, 2))
    assert built.rows("SELECT weekday, hour, visits FROM partner_hourly_visits ORDER BY month, weekday") == [
        (6, 12, 1),
        (7, 23, 1),
        (3, 12, 1),
    ]
    assert built.rows("SELECT weekday, visits FROM partner_weekday_visits ORDER BY month, weekday") == [
        (6, 1),
        (7, 1),
        (3, 1),
    ]


def test_a_visit_across_new_year_counts_in_the_old_year_and_once_in_week_53(workshop, view):
    workshop.write([view("m", 2015, 12, 31, 23, 59, 59), view("m", 2016, 1, 1, 0, 29, 59), view("n", 2016, 1, 4, 9)])
    workshop.build()
    assert workshop.rows(WEEKLY) == dated(("2015-12-28", 2, 1, 1, 1), ("2016-01-04", 1, 1, 1, 1))
    assert workshop.rows(MONTHLY) == dated(("2015-12-01", 1, 1, 1, 1), ("2016-01-01", 2, 1, 2, 2))
    assert date(2015, 12, 28).isocalendar().week == 53


def test_one_rebuilt_day_rebuilds_its_week_and_month_from_all_their_days_and_no_other(built, view):
    built.write([view("n", 2015, 6, 3, 12), view("o", 2015, 6, 3, 12)])
    built.write([view("m", 2015, 5, 30, 12), view("o", 2015, 5, 30, 12)])
    built.build(date(2015, 6, 3))
    assert built.rows(WEEKLY) == dated(("2015-05-25", 2, 2, 1, 1), ("2015-06-01", 3, 2, 3, 3))
    assert built.rows(MONTHLY) == dated(("2015-05-01", 2, 2, 1, 1), ("2015-06-01", 3, 2, 3, 3))


def test_a_build_reads_the_touched_week_and_month_the_day_after_and_what_they_look_back_on_and_nothing_else(
    workshop, view
):
    days = [date(2015, 3, 27) + timedelta(days=shift) for shift in range(80)]
    workshop.write([view("m", day.year, day.month, day.day, 12) for day in days])
    workshop.build(*days)
    for day in days:
        if not date(2015, 3, 30) <= day <= date(2015, 6, 1):
            workshop.files[day].path.write_bytes(b"not to be opened")
    workshop.build(date(2015, 5, 2))
    assert workshop.rows(MONTHLY)[2] == (date(2015, 5, 1), 31, 31, 1, 1)


def test_the_same_build_twice_gives_the_same_rows(built):
    once = built.everything()
    built.build()
    assert built.everything() == once


def test_a_rebuilt_period_without_rows_disappears(built):
    for day in (MONDAY, date(2015, 6, 3)):
        built.write_day(day, [])
    built.build(SUNDAY, MONDAY, date(2015, 6, 3))
    assert built.rows("SELECT DISTINCT week FROM partner_weekly_usage") == [(date(2015, 5, 25),)]
    for table in ("partner_monthly_usage", "partner_weekday_visits", "partner_hourly_visits"):
        assert built.rows(f"SELECT DISTINCT month FROM {table}") == [(date(2015, 5, 1),)]  # noqa: S608 - own names


def test_a_period_some_of_whose_events_are_gone_stays_as_it_is_while_its_days_are_rebuilt(boundary, view):
    boundary.write([view("m", 2015, 5, 26, 12)])
    boundary.build()
    del boundary.files[date(2015, 5, 26)]
    boundary.write([view("m", 2015, 5, 31, 23, 50), view("late", 2015, 5, 31, 12)])
    boundary.build(SUNDAY, MONDAY)
    assert boundary.rows("SELECT page_views FROM partner_daily_usage ORDER BY day") == [(1,), (1,), (2,), (1,), (1,)]
    assert boundary.rows(WEEKLY) == dated(("2015-05-25", 3, 3, 1, 1), ("2015-06-01", 2, 1, 2, 2))
    assert boundary.rows(MONTHLY) == dated(("2015-05-01", 3, 3, 1, 1), ("2015-06-01", 2, 1, 2, 2))
    for table in ("partner_weekday_visits", "partner_hourly_visits"):
        assert boundary.rows(f"SELECT sum(visits) FROM {table} WHERE month < '2015-06-01'") == [(3,)]  # noqa: S608 - own names


def test_a_day_that_never_had_events_does_not_keep_its_periods_from_being_rebuilt(built, view):
    built.write([view("new", 2015, 5, 29, 12)])
    built.build(date(2015, 5, 29), date(2015, 5, 30))
    assert built.rows(WEEKLY)[0] == (date(2015, 5, 25), 3, 3, 2, 2)


def test_a_member_who_moves_counts_with_the_partner_of_each_day(workshop, view):
    elsewhere = {"partner_id": None, "content_id": None}
    workshop.write(
        [
            view("m", 2015, 5, 20, 23, 50, member_partner_id="old", **elsewhere),
            view("m", 2015, 5, 21, 0, 5, member_partner_id="new", **elsewhere),
            view("m", 2015, 5, 21, 12, member_partner_id="new", is_page_view=False),
            view("n", 2015, 5, 21, 12, member_partner_id="new", is_bot=True),
            view("n", 2015, 5, 21, 13, member_partner_id=None),
        ]
    )
    workshop.build()
    assert workshop.rows("FROM partner_staff_monthly_usage ORDER BY partner_id DESC") == [
        ("old", date(2015, 5, 1), 1, 1, 1, 1, 1, 0),
        ("new", date(2015, 5, 1), 1, 1, 1, 1, 1, 0),
    ]
