"""What the service is made of is held against its types of members: exactly where both were counted together, else as a part."""

from datetime import date

import duckdb
import pytest

from pipelines.steps.metrics.service_breakdowns import OF_PAGE_VIEWS, OF_VISITS, service_breakdowns
from pipelines.warehouse.day_records import record_days

GONE, BESIDE, KEPT = date(2015, 4, 30), date(2015, 5, 1), date(2015, 6, 9)
LONG = {"day": "daily", "week": "weekly", "month": "monthly"}
FIRST_OF_GONE = {"day": GONE, "week": date(2015, 4, 27), "month": date(2015, 4, 1)}
FIRST_OF_KEPT = {"day": KEPT, "week": date(2015, 6, 8), "month": date(2015, 6, 1)}
OF_TYPE = (
    "9 AS requests, 6 AS page_views, 4 AS visits, 0 AS unique_members, 3 AS unique_visitors, 2 AS contributing_people, "
    "9 AS median_visit_seconds, 60 AS p90_visit_seconds, 1 AS bounces, 2 AS new_visitors, 1 AS returning_visitors"
)
"""Four visits, one of them without a page view."""
LATER = "median_visit_seconds = NULL, p90_visit_seconds = NULL, bounces = NULL, new_visitors = NULL, returning_visitors = NULL"
PERIODS = pytest.mark.parametrize("period", LONG)


def _plant(connection: duckdb.DuckDBPyConnection, period: str) -> None:
    types, parts = (f"service_{each}_{LONG[period]}" for each in ("member_type", "breakdown"))
    firsts = f"SELECT DISTINCT CAST(date_trunc('{period}', day) AS DATE) AS {period} FROM pipeline_days"  # noqa: S608 -- own names
    connection.execute(f"CREATE TABLE {types} AS SELECT 'artist' AS member_type, {period}, {OF_TYPE} FROM ({firsts})")  # noqa: S608
    connection.execute(f"CREATE TABLE service_{LONG[period]}_usage AS SELECT * EXCLUDE (member_type) FROM {types}")  # noqa: S608
    names = [*OF_PAGE_VIEWS, *OF_VISITS, *([] if period == "day" else ["content"])]
    connection.execute(
        f"CREATE TABLE {parts} AS SELECT member_type, dimension, value, {period}, "  # noqa: S608 -- own names
        "if(dimension IN ('entry_feature', 'exit_feature'), part.visits, part.views) AS page_views, part.visits AS visits, "
        "0 AS unique_members, 1 AS unique_visitors, 1 AS contributing_people "
        f"FROM {types}, (SELECT unnest(?) AS dimension), "
        "(VALUES ('a', 4, 2), ('b', 2, 1)) AS part (value, views, visits)",
        [names],
    )


@pytest.fixture
def warehouse(house, line):
    """A warehouse of a service on three days; the events of the first are gone since, so that the one beside it stands too."""
    house.deliver([line(BESIDE), line(KEPT)])
    house = house.at("2015-06-20T12:00:00+09:00")
    house.deliver([line(BESIDE), line(KEPT)], "later.log")
    house.derive()
    with duckdb.connect(str(house.workspace.home.warehouse)) as connection:
        record_days(connection, {day: {"events": "e"} for day in (GONE, BESIDE, KEPT)})
        for period in LONG:
            _plant(connection, period)
    return house


@pytest.fixture
def found(warehouse):
    """What is found after each statement: the names and counts of faults."""

    def ask(*statements: str) -> dict[str, int]:
        with duckdb.connect(str(warehouse.workspace.home.warehouse)) as connection:
            for statement in statements:
                connection.execute(statement)
        (row,) = service_breakdowns(warehouse.workspace, None).to_dict("records")
        return {name: count for name, count in row.items() if count}

    return ask


def test_sound_figures_have_no_fault(found):
    assert found() == {}


@PERIODS
@pytest.mark.parametrize("dimension", ["device", "exit_feature", "visit_frequency"])
def test_a_value_may_be_gone_from_what_stands_and_none_from_what_was_counted_together(found, period, dimension):
    less = (
        f"DELETE FROM service_breakdown_{LONG[period]} WHERE value = 'b' AND dimension = '{dimension}' AND {period} = "  # noqa: S608
    )
    assert found(f"{less}'{FIRST_OF_GONE[period]}'") == {}
    assert found(f"{less}'{FIRST_OF_KEPT[period]}'") == {"service_dimensions_unequal": 1}


@PERIODS
@pytest.mark.parametrize("dimension", ["content_type", "weekday_hour"])
def test_a_whole_dimension_may_be_missing_from_what_stands_alone(found, period, dimension):
    none = f"DELETE FROM service_breakdown_{LONG[period]} WHERE dimension = '{dimension}' AND {period} "  # noqa: S608
    assert found(f"{none} <> '{FIRST_OF_KEPT[period]}'") == {}
    assert found(f"{none} = '{FIRST_OF_KEPT[period]}'") == {"service_dimensions_unequal": 1}


def test_a_type_without_a_row_of_visits_has_no_bounce(found):
    names = ", ".join(f"'{name}'" for name in OF_VISITS)
    none = f"DELETE FROM service_breakdown_daily WHERE dimension IN ({names})"  # noqa: S608 -- own names
    assert found(none) == {"service_dimensions_unequal": 1}
    assert found(f"UPDATE service_member_type_daily SET bounces = 0 WHERE day = '{KEPT}'") == {}  # noqa: S608


@PERIODS
@pytest.mark.parametrize(
    "change", ["page_views = 3 WHERE dimension = 'os'", "visits = 3, page_views = 3 WHERE dimension = 'visit_length'"]
)
def test_no_sum_is_ever_larger_than_the_type_of_member_it_is_of(found, period, change):
    of = f"AND value = 'b' AND {period} = '{FIRST_OF_GONE[period]}'"
    assert found(f"UPDATE service_breakdown_{LONG[period]} SET {change} {of}") == {"service_dimensions_unequal": 1}  # noqa: S608


@pytest.mark.parametrize(
    "change",
    [
        "visits = NULL",
        "unique_members = -1",
        "unique_members = 2",
        "page_views = 0",
        "page_views = 0, visits = 0, unique_visitors = 0, contributing_people = 0",
        "contributing_people = 7, page_views = 7",
        "unique_visitors = 4, page_views = 7",
        "visits = 5, page_views = 7",
    ],
)
def test_a_value_that_is_missing_negative_or_larger_than_its_whole_is_found(found, change):
    statement = f"UPDATE service_breakdown_weekly SET {change} WHERE value = 'a' AND dimension = 'device'"  # noqa: S608
    assert found(statement)["service_values_implausible"] == 2


@pytest.mark.parametrize(
    "change", ["page_views = 1", "unique_visitors = 3", "week = week + 1", "dimension = 'entry_feature', value = 'c'"]
)
def test_a_value_of_visits_has_no_fewer_page_views_nor_more_people_and_an_end_is_one_page_view(found, change):
    statement = f"UPDATE service_breakdown_weekly SET {change} WHERE value = 'a' AND dimension = 'visit_length'"  # noqa: S608
    assert found(statement)["service_values_implausible"] == 2


@PERIODS
@pytest.mark.parametrize("of", ["service_{}_usage", "service_member_type_{}"])
def test_what_was_counted_before_there_were_such_figures_has_none_of_them(found, period, of):
    mart = of.format(LONG[period])
    assert found(f"UPDATE {mart} SET {LATER} WHERE {period} <> '{FIRST_OF_KEPT[period]}'") == {}  # noqa: S608
    some = f"UPDATE {mart} SET new_visitors = 2, returning_visitors = 1 WHERE {period} = '{FIRST_OF_GONE[period]}'"  # noqa: S608
    assert found(some) == {"service_visits_implausible": 1}
    assert found(f"UPDATE {mart} SET {LATER}")["service_visits_implausible"] == 1  # noqa: S608


@pytest.mark.parametrize(
    ("change", "faults"),
    [
        ("new_visitors = NULL, returning_visitors = NULL", 0),
        ("new_visitors = NULL", 2),
        ("new_visitors = 3", 2),
        ("new_visitors = 4, returning_visitors = -1", 2),
        ("bounces = 5", 2),
        ("bounces = -1", 2),
        ("p90_visit_seconds = 8", 2),
        ("p90_visit_seconds = NULL", 2),
        ("median_visit_seconds = NULL, p90_visit_seconds = NULL", 2),
        ("median_visit_seconds = NULL, p90_visit_seconds = NULL, bounces = 0", 0),
    ],
)
def test_figures_of_visits_that_contradict_each_other_are_found(found, change, faults):
    assert found(f"UPDATE service_weekly_usage SET {change}").get("service_visits_implausible", 0) == faults  # noqa: S608
