"""Figures are held against each other where both still rest on the same events, and only as far as they do."""

from datetime import date

import duckdb
import pytest

from pipelines.steps.metrics.breakdowns import BREAKDOWNS, breakdowns
from pipelines.steps.metrics.linked_usage import linked_usage
from pipelines.steps.metrics.marts import marts
from pipelines.steps.metrics.usage_periods import usage_periods
from pipelines.warehouse.day_records import record_days

GONE, BESIDE, KEPT = date(2015, 4, 30), date(2015, 5, 1), date(2015, 6, 9)
PARTS = "page_views visits unique_members unique_visitors contributing_people largest_page_views second_page_views"
USAGE = (
    "page_views visits unique_members unique_visitors median_visit_seconds bounces contributing_people p90_visit_seconds "
    "new_visitors returning_visitors visiting_people bouncing_people largest_page_views second_page_views "
    "new_people returning_people staying_people client_errors server_errors"
)
OF_VISITS = "median_visit_seconds p90_visit_seconds bounces new_visitors returning_visitors"
SERVICE = (
    "requests page_views bot_requests visits unique_members unique_visitors bytes_sent client_errors server_errors "
    f"contributing_people {OF_VISITS}"
)
BY_TYPE = (
    "requests page_views visits unique_members unique_visitors client_errors server_errors contributing_people "
    f"{OF_VISITS}"
)
LONG = {"day": "daily", "week": "weekly", "month": "monthly"}
TABLES = {
    "partner_daily_usage": ("partner_id VARCHAR, day DATE", USAGE),
    "partner_weekly_usage": ("partner_id VARCHAR, week DATE", USAGE),
    "partner_monthly_usage": ("partner_id VARCHAR, month DATE", USAGE),
    **{f"partner_{name}_daily": (f"partner_id VARCHAR, {name} VARCHAR, day DATE", PARTS) for name in BREAKDOWNS},
    **{
        f"partner_breakdown_{long}": (f"partner_id VARCHAR, dimension VARCHAR, value VARCHAR, {period} DATE", PARTS)
        for period, long in (("day", "daily"), ("week", "weekly"), ("month", "monthly"))
    },
    "partner_content_daily": (
        "partner_id VARCHAR, content_id VARCHAR, day DATE",
        "page_views unique_members contributing_people largest_page_views second_page_views",
    ),
    "partner_weekday_visits": ("partner_id VARCHAR, month DATE", "weekday visits contributing_people"),
    "partner_hourly_visits": ("partner_id VARCHAR, month DATE", "weekday hour visits contributing_people"),
    **{
        f"partner_visit_{of}_monthly": ("partner_id VARCHAR, month DATE, band VARCHAR", "people contributing_people")
        for of in ("frequency", "length")
    },
    "partner_staff_monthly_usage": (
        "partner_id VARCHAR, month DATE",
        "active_members visits page_views contributing_people largest_page_views second_page_views",
    ),
    "partner_linked_daily": (
        "partner_id VARCHAR, service VARCHAR, event VARCHAR, day DATE",
        "events unique_members contributing_people largest_events second_events",
    ),
    **{
        f"partner_linked_{one}ly": (
            f"partner_id VARCHAR, service VARCHAR, event VARCHAR, {one} DATE",
            "events unique_members contributing_people largest_events second_events",
        )
        for one in ("week", "month")
    },
    **{f"service_{long}_usage": (f"{one} DATE", SERVICE) for one, long in LONG.items()},
    **{f"service_member_type_{long}": (f"member_type VARCHAR, {one} DATE", BY_TYPE) for one, long in LONG.items()},
    "service_daily_status": ("day DATE", "status requests bytes_sent"),
    "service_daily_bots": ("day DATE", "requests"),
}


@pytest.fixture
def warehouse(house, line):
    """A warehouse of three days with four page views each in two parts; the first day's events are gone since."""
    house.deliver([line(BESIDE), line(KEPT)])
    house = house.at("2015-06-20T12:00:00+09:00")
    house.deliver([line(BESIDE), line(KEPT)], "later.log")
    house.derive()
    with duckdb.connect(str(house.workspace.home.warehouse)) as connection:
        for name, (grain, figures) in TABLES.items():
            columns = ", ".join([grain, *(f"{figure} BIGINT" for figure in figures.split())])
            connection.execute(f"CREATE TABLE {name} ({columns})")
        record_days(connection, {day: {"events": "e"} for day in (GONE, BESIDE, KEPT)})
        for day in (GONE, BESIDE, KEPT):
            connection.execute(
                "INSERT INTO partner_daily_usage VALUES ('p', ?, 4, 2, 0, 2, 1, 0, 2, 1, 1, 1, 1, 0, 3, 1, 1, 1, 1, 0, 0)",
                [day],
            )
            for name in BREAKDOWNS:
                connection.execute(
                    f"INSERT INTO partner_{name}_daily VALUES ('p', 'a', ?, 3, 1, 0, 1, 1, 3, 0), "  # noqa: S608
                    "('p', 'b', ?, 1, 1, 0, 1, 1, 1, 0)",
                    [day, day],
                )
            connection.execute(
                "INSERT INTO partner_content_daily VALUES ('p', 'a', ?, 3, 0, 1, 3, 0), ('p', 'b', ?, 1, 0, 1, 1, 0)",
                [day, day],
            )
        for period, mart in (("week", "partner_weekly_usage"), ("month", "partner_monthly_usage")):
            connection.execute(
                f"INSERT INTO {mart} SELECT 'p', date_trunc('{period}', day), sum(page_views), sum(visits), "  # noqa: S608
                "0, 2, 1, 0, 2, 1, 1, 1, 1, 0, 3, 1, 1, 1, 1, 0, 0 "
                "FROM partner_daily_usage GROUP BY 2"
            )
        for mart, key in (("partner_weekday_visits", "5"), ("partner_hourly_visits", "5, 9")):
            connection.execute(f"INSERT INTO {mart} SELECT 'p', month, {key}, visits, 1 FROM partner_monthly_usage")  # noqa: S608
        for period, long in (("day", "daily"), ("week", "weekly"), ("month", "monthly")):
            for name, figures in (
                ("os", "page_views, visits, 0, 1, 1, 2, 1"),
                ("exit_page", "visits, visits, 0, 1, 1, 1, 0"),
            ):
                connection.execute(
                    f"INSERT INTO partner_breakdown_{long} SELECT partner_id, '{name}', 'a', {period}, {figures} "  # noqa: S608
                    f"FROM partner_{long}_usage"
                )
        connection.execute(
            "INSERT INTO partner_visit_frequency_monthly SELECT 'p', month, '1', 1, 1 FROM partner_monthly_usage"
        )
        connection.execute(
            "INSERT INTO partner_visit_length_monthly SELECT 'p', month, '0-9', 1, 1 FROM partner_monthly_usage"
        )
    return house


def faults(house, frame, *statements):
    with duckdb.connect(str(house.workspace.home.warehouse)) as connection:
        for statement in statements:
            connection.execute(statement)
    (row,) = frame(house.workspace, None).to_dict("records")
    return {name: count for name, count in row.items() if count}


@pytest.mark.parametrize("frame", [breakdowns, usage_periods, linked_usage])
def test_sound_figures_have_no_fault(warehouse, frame):
    assert faults(warehouse, frame) == {}


def test_a_part_may_be_gone_with_the_events_of_its_day_and_may_not_while_they_are_kept(warehouse):
    gone, kept = (f"DELETE FROM partner_device_daily WHERE device = 'b' AND day = '{day}'" for day in (GONE, KEPT))  # noqa: S608
    assert faults(warehouse, breakdowns, gone) == {}
    assert faults(warehouse, breakdowns, kept) == {"device_days_unequal": 1}


@pytest.mark.parametrize(("period", "long"), [("day", "daily"), ("week", "weekly"), ("month", "monthly")])
def test_a_value_may_be_gone_from_what_stands_and_none_is_ever_too_many(warehouse, period, long):
    day = {"day": GONE, "week": date(2015, 4, 27), "month": date(2015, 4, 1)}[period]
    rows = f"partner_breakdown_{long}"
    assert faults(warehouse, breakdowns, f"DELETE FROM {rows} WHERE {period} = '{day}'") == {}  # noqa: S608
    more = f"UPDATE {rows} SET page_views = page_views + 1, contributing_people = 1 WHERE dimension = 'exit_page'"  # noqa: S608
    assert faults(warehouse, breakdowns, more) == {f"{period}_dimensions_unequal": 1 if period == "week" else 2}


def test_a_dimension_that_was_added_later_is_missing_from_days_that_stand_alone(warehouse):
    none = "DELETE FROM partner_breakdown_daily WHERE dimension = '{}' AND day = '{}'"
    assert faults(warehouse, breakdowns, none.format("os", GONE), none.format("os", BESIDE)) == {}
    assert faults(warehouse, breakdowns, none.format("exit_page", KEPT)) == {"day_dimensions_unequal": 1}


def test_a_content_may_be_gone_with_the_events_of_its_day_and_may_not_while_they_are_kept(warehouse):
    gone, kept = (f"DELETE FROM partner_content_daily WHERE content_id = 'b' AND day = '{day}'" for day in (GONE, KEPT))  # noqa: S608
    assert "content_days_unequal" not in faults(warehouse, marts, gone)
    assert faults(warehouse, marts, kept)["content_days_unequal"] == 1


def test_no_part_is_ever_larger_than_its_whole(warehouse):
    larger = f"UPDATE partner_device_daily SET page_views = 9 WHERE day = '{GONE}'"  # noqa: S608
    assert faults(warehouse, breakdowns, larger) == {"device_days_unequal": 1}


def test_a_month_is_held_against_its_days_until_one_of_them_stands(warehouse):
    late = "UPDATE partner_daily_usage SET page_views = page_views + 1 WHERE day = '{}'"
    assert faults(warehouse, usage_periods, late.format(GONE), late.format(BESIDE)) == {}
    assert faults(warehouse, usage_periods, late.format(KEPT)) == {"weeks_unequal": 1, "months_unequal": 1}


@pytest.mark.parametrize(("mart", "fault"), [("hourly", "hour_months_unequal"), ("weekday", "weekday_months_unequal")])
def test_hours_and_weekdays_may_be_gone_from_a_month_that_stands_and_never_exceed_it(warehouse, mart, fault):
    fewer = f"DELETE FROM partner_{mart}_visits WHERE month = '{{}}'"  # noqa: S608 -- own names
    more = f"UPDATE partner_{mart}_visits SET visits = visits + 1 WHERE month = '{{}}'"  # noqa: S608 -- own names
    assert faults(warehouse, usage_periods, fewer.format("2015-04-01")) == {}
    assert faults(warehouse, usage_periods, more.format("2015-05-01")) == {fault: 1}
    assert faults(warehouse, usage_periods, fewer.format("2015-06-01")) == {fault: 2}


@pytest.mark.parametrize("of", ["frequency", "length"])
def test_bands_may_be_gone_from_a_month_that_stands_and_never_exceed_it(warehouse, of):
    fewer = f"DELETE FROM partner_visit_{of}_monthly WHERE month = '{{}}'"  # noqa: S608 -- own names
    more = f"UPDATE partner_visit_{of}_monthly SET people = 2, contributing_people = 2 WHERE month = '2015-05-01'"  # noqa: S608
    assert faults(warehouse, usage_periods, fewer.format("2015-04-01")) == {}
    assert faults(warehouse, usage_periods, more) == {f"{of}_months_unequal": 1}
    assert faults(warehouse, usage_periods, fewer.format("2015-06-01")) == {f"{of}_months_unequal": 2}


def test_rows_that_were_built_before_a_figure_was_added_have_none_of_the_added_ones(warehouse):
    added = ("p90_visit_seconds", "new_visitors", "returning_visitors", "visiting_people", "bouncing_people")
    later = ("largest_page_views", "second_page_views", "client_errors", "server_errors")
    none = ", ".join(f"{name} = NULL" for name in (*added, *later))
    of_day = f"SET {none} WHERE day = '{GONE}'"
    assert "partner_rows_implausible" not in faults(warehouse, marts, f"UPDATE partner_daily_usage {of_day}")
    some = f"UPDATE partner_daily_usage SET largest_page_views = 1, second_page_views = 1 WHERE day = '{GONE}'"  # noqa: S608
    assert faults(warehouse, marts, some)["partner_rows_implausible"] == 1


@pytest.mark.parametrize(
    ("client", "server", "found"), [("2", "1", 0), ("NULL", "NULL", 0), ("2", "NULL", 1), ("-1", "0", 1)]
)
def test_a_partner_has_both_kinds_of_errors_or_none_yet_and_never_fewer_than_no_error(warehouse, client, server, found):
    errors = f"UPDATE partner_daily_usage SET client_errors = {client}, server_errors = {server} WHERE day = '{KEPT}'"  # noqa: S608
    assert faults(warehouse, marts, errors).get("partner_rows_implausible", 0) == found


def test_of_a_day_whose_events_are_gone_statuses_of_few_people_and_a_service_of_few_are_missing(warehouse):
    day = "INSERT INTO service_daily_usage VALUES ('{}', 5, 2, 1, 1, 0, 1, 9, 0, 0, 1, 1, 1, 0, 1, 0)"
    status = "INSERT INTO service_daily_status VALUES ('{}', 200, {}, 9)"
    bots = "INSERT INTO service_daily_bots VALUES ('{}', 1)"
    of = {
        each: [text.format(each, requests) for text, requests in ((day, 5), (status, 4), (bots, 1))]
        for each in (GONE, KEPT)
    }
    assert faults(warehouse, marts, *of[GONE]) == {}
    assert faults(warehouse, marts, *of[KEPT]) == {"status_days_unequal": 1}
    assert faults(warehouse, marts, f"UPDATE service_daily_status SET requests = 5 WHERE day = '{KEPT}'") == {}  # noqa: S608
    assert faults(warehouse, marts, f"UPDATE service_daily_status SET requests = 6 WHERE day = '{GONE}'") == {  # noqa: S608
        "status_days_unequal": 1
    }
    none = [f"DELETE FROM service_daily_{each} WHERE day = '{GONE}'" for each in ("usage", "status")]  # noqa: S608
    assert faults(warehouse, marts, *none) == {}
    assert faults(warehouse, marts, f"DELETE FROM service_daily_usage WHERE day = '{KEPT}'") == {  # noqa: S608
        "status_days_unequal": 1,
        "bot_days_unequal": 1,
    }


@pytest.mark.parametrize(
    ("people", "found"), [("NULL", {}), ("0", {}), ("4", {}), ("5", {"service_rows_implausible": 1})]
)
def test_the_service_has_no_more_people_than_requests_of_people(warehouse, people, found):
    usage = f"INSERT INTO service_daily_usage VALUES ('{KEPT}', 5, 2, 1, 1, 0, 1, 9, 0, 0, {people}, 1, 1, 0, 1, 0)"  # noqa: S608
    status = f"INSERT INTO service_daily_status VALUES ('{KEPT}', 200, 5, 9)"  # noqa: S608
    bots = f"INSERT INTO service_daily_bots VALUES ('{KEPT}', 1)"  # noqa: S608
    assert faults(warehouse, marts, usage, status, bots) == found


def test_weeks_of_the_service_and_of_linked_services_are_held_against_days_that_do_not_stand(warehouse):
    day = "INSERT INTO service_daily_usage VALUES ('{}', 5, 2, 1, 1, 0, 1, 9, 0, 0, 1, 1, 1, 0, 1, 0)"
    week = "INSERT INTO service_weekly_usage VALUES ('{}', 5, 2, 1, 1, 0, 1, 9, 0, 0, 1, 1, 1, 0, 1, 0)"
    month = "INSERT INTO service_monthly_usage VALUES ('2015-06-01', 5, 2, 1, 1, 0, 1, 9, 0, 0, 1, 1, 1, 0, 1, 0)"
    assert faults(warehouse, usage_periods, day.format(KEPT), week.format("2015-06-08"), month) == {}
    assert faults(warehouse, usage_periods, day.format(GONE)) == {}
    more = "UPDATE service_weekly_usage SET bytes_sent = 8"
    assert faults(warehouse, usage_periods, more) == {"service_weeks_unequal": 1}
    bounce = "UPDATE service_weekly_usage SET bytes_sent = 9, bounces = 1"
    assert faults(warehouse, usage_periods, bounce) == {"service_weeks_unequal": 1}
    linked = "INSERT INTO partner_linked_weekly VALUES ('p', 'melon', 'share', '{}', 1, 1, 1, 1, 0)"
    assert "linked_weeks_unequal" not in faults(warehouse, usage_periods, linked.format("2015-04-27"))
    assert faults(warehouse, usage_periods, linked.format("2015-06-08"))["linked_weeks_unequal"] == 1


def test_types_of_members_have_no_more_bounces_together_than_the_service(warehouse):
    service = "INSERT INTO service_daily_usage VALUES ('{}', 5, 2, 1, 1, 0, 1, 9, 0, 0, 1, 1, 1, 1, 1, 0)"
    artists = "INSERT INTO service_member_type_daily VALUES ('artist', '{}', 4, 2, 1, 0, 1, 0, 0, 1, 1, 1, 1, 1, 0)"
    assert faults(warehouse, usage_periods, service.format(GONE), artists.format(GONE)) == {}
    assert faults(warehouse, usage_periods, "UPDATE service_member_type_daily SET bounces = NULL") == {}
    assert faults(warehouse, usage_periods, "UPDATE service_member_type_daily SET bounces = 2") == {
        "member_types_unequal": 1
    }


def test_linked_events_that_no_file_has_are_a_fault_unless_the_day_stands(warehouse):
    row = "INSERT INTO partner_linked_daily VALUES ('p', 'melon', 'stream', '{}', 1, 1, 1, 1, 0)"
    assert faults(warehouse, linked_usage, row.format(GONE)) == {}
    assert faults(warehouse, linked_usage, row.format(date(2015, 6, 10))) == {"linked_days_unequal": 1}
