"""Breakdowns by day, week and month: what they add up to, what is hidden of them, and what the gate says without it."""

from datetime import date, timedelta

import duckdb
import pytest
from breakdowns import BreakdownPress, audience, with_breakdowns
from press import MONDAY, crowd

from pipelines.releases.marts import counted, read
from pipelines.releases.memory import schema
from pipelines.releases.relations import structures
from pipelines.releases.rows import load_rows

FIRST = date(2026, 11, 1)
CLOSED_WEEK, CLOSED_MONTH = date(2026, 11, 11), date(2026, 12, 4)
DIMENSIONS = ("content", "device", "feature", "referrer")


@pytest.fixture
def broken_down(tmp_path, full_policy) -> BreakdownPress:
    """An empty place to publish breakdowns from."""
    return BreakdownPress(tmp_path / "home", with_breakdowns(full_policy))


@pytest.fixture
def equations(broken_down) -> set[tuple[str, ...]]:
    """Every equation of a partner with a day at the edge of the month and one in a week of it: the total, then its parts."""
    broken_down.views = crowd("partner-a", FIRST, 1) + crowd("partner-a", MONDAY, 2, content="album-2")
    broken_down.build()
    publication = broken_down.policy.publication
    periods = {"day": [FIRST, MONDAY], "week": [MONDAY], "month": [FIRST]}
    with duckdb.connect(str(broken_down.place.warehouse)) as warehouse, duckdb.connect(":memory:") as work:
        rows = read(warehouse, publication, periods, ["partner-a"])
        standing = schema(counted(publication)).empty_table()
        load_rows(work, publication, new=rows, new_periods=periods, standing=standing, now={}, number=1)
        name = "tbl[9:] || strftime(period, ' %d ') || replace(value, chr(31), '=')"
        names = dict(work.execute(f"SELECT id, trim({name}) FROM rows").fetchall())  # noqa: S608 -- of the test
        return {
            (names[total], *sorted(names[part] for part in parts.tolist()))
            for structure in structures(work, publication)
            for total, parts in structure
        }


def test_a_value_of_a_week_is_the_sum_of_its_days_wherever_they_lie(equations):
    assert ("breakdown_weekly 02 content=album-2", "content_daily 02 album-2") in equations
    assert ("breakdown_weekly 02 device=desktop", "device_daily 02 desktop") in equations
    assert (
        "breakdown_weekly 02 device_os=desktop / Linux",
        "breakdown_daily 02 device_os=desktop / Linux",
    ) in equations
    assert ("linked_weekly 02 melon\x1fplay".replace("\x1f", "="), "linked_daily 02 melon=play") in equations


def test_a_value_of_a_month_is_the_sum_of_its_days_and_of_its_weeks_with_the_days_at_its_edges(equations):
    system = "device_os=desktop / Linux"
    total, edge = f"breakdown_monthly 01 {system}", f"breakdown_daily 01 {system}"
    assert (total, edge, f"breakdown_daily 02 {system}") in equations
    assert (total, edge, f"breakdown_weekly 02 {system}") in equations
    total = "breakdown_monthly 01 feature=chart"
    assert {one for one in equations if one[0] == total} == {
        (total, "feature_daily 02 chart"), (total, "breakdown_weekly 02 feature=chart"),
    }  # fmt: skip


def test_the_values_of_each_dimension_add_up_to_the_total_and_those_of_two_never_together(equations):
    monthly = {one[1:] for one in equations if one[0] == "monthly_usage 01" and "breakdown_monthly" in one[1]}
    assert {frozenset(part.split(" ")[2].split("=")[0] for part in parts) for parts in monthly} == {
        frozenset([dimension]) for dimension in (*DIMENSIONS, "entry_page", "exit_page")
    }
    contents = ("breakdown_monthly 01 content=album-1", "breakdown_monthly 01 content=album-2")
    assert contents in monthly


def test_the_systems_of_a_kind_of_device_add_up_to_it_and_to_nothing_else(equations):
    monday = ("breakdown_{} 02 device_os=desktop / Linux", "breakdown_{} 02 device_os=desktop / Windows")
    daily, weekly = (tuple(name.format(kind) for name in monday) for kind in ("daily", "weekly"))
    totals = {one[0] for one in equations if one[1:] in (daily, weekly)}
    assert totals == {"device_daily 02 desktop", "breakdown_weekly 02 device=desktop"}
    month = {one for one in equations if one[0] == "breakdown_monthly 01 device=desktop" and "device_os" in one[1]}
    assert [len(one) for one in month] == [3]


def test_what_no_relation_protects_is_not_published(broken_down):
    broken_down.views = audience("partner-a", MONDAY, 7, 60)
    assert broken_down.publish(CLOSED_WEEK).status == "published"
    told = {row[0] for row in broken_down.rows("partner-a", "partner_breakdown_weekly", "dimension")}
    assert told and told <= {*DIMENSIONS, "device_os"}
    assert {row[0] for row in broken_down.rows("partner-a", "partner_breakdown_daily", "dimension")} == {"device_os"}


def test_who_has_a_rare_system_is_not_what_his_kind_of_device_has_beside_the_frequent_one(broken_down):
    broken_down.views = crowd("partner-a", MONDAY, 41, count=2) + crowd("partner-a", MONDAY, 37, device="tablet")
    without = broken_down.publish(date(2026, 11, 6), with_complementary=False)
    assert without.status == "refused"
    assert "partner_breakdown_daily.page_views" in {name for _, name, _ in without.leaks}
    assert broken_down.publish(date(2026, 11, 6)).status == "published"
    rows = broken_down.rows("partner-a", "partner_breakdown_daily", "value, page_views")
    shown = dict(rows) | dict(broken_down.rows("partner-a", "partner_device_daily", "device, page_views"))
    assert shown.get("desktop / Linux") is None
    assert None in (shown.get("desktop"), shown.get("desktop / Windows"))
    assert any(shown.values())


@pytest.mark.slow
def test_night_by_night_a_week_with_breakdowns_leaks_nothing_and_shows_something(broken_down):
    broken_down.views = [
        one for number, people in enumerate((4, 14, 40)) for one in audience(f"partner-{number}", MONDAY, 7, people)
    ]
    for day in (MONDAY + timedelta(days=number) for number in (4, 6, 9)):
        outcome = broken_down.publish(day)
        assert (outcome.status, outcome.leaks) == ("published", ())
    assert outcome.closed["week"] == ["2026-11-02"]
    rows = broken_down.rows("partner-2", "partner_breakdown_weekly", "value, page_views, is_suppressed")
    assert any(not hidden for _, _, hidden in rows)
    assert all((views is None) == hidden for _, views, hidden in rows)
    days = broken_down.rows("partner-2", "partner_device_daily", "sum(page_views) FILTER (device = 'desktop')")
    (week,) = broken_down.rows("partner-2", "partner_breakdown_weekly", "max(page_views) FILTER (value = 'desktop')")
    assert week[0] >= days[0][0]


def test_with_complementary_suppression_off_the_gate_names_the_breakdown(broken_down):
    broken_down.views = crowd("partner-a", MONDAY, 60) + crowd("partner-a", MONDAY, 4, device="tablet", start=60)
    outcome = broken_down.publish(
        CLOSED_WEEK, days=[MONDAY + timedelta(days=n) for n in range(7)], with_complementary=False
    )
    assert outcome.status == "refused"
    assert {"partner_breakdown_weekly.page_views", "partner_device_daily.page_views"} <= {
        name for _, name, _ in outcome.leaks
    }
    assert broken_down.publish(CLOSED_WEEK, days=[MONDAY + timedelta(days=n) for n in range(7)]).status == "published"


def test_a_value_that_came_late_is_in_no_week_as_it_is_in_no_day(broken_down):
    days = [MONDAY + timedelta(days=number) for number in range(7)]
    for day in days:
        broken_down.views += crowd("partner-a", day, 40)
    broken_down.publish(date(2026, 11, 10))
    broken_down.views += crowd("partner-a", MONDAY, 3, device="tablet", start=100)
    assert broken_down.publish(CLOSED_WEEK).status == "published"
    rows = broken_down.rows("partner-a", "partner_breakdown_weekly", "value, page_views")
    assert ("desktop", 280) in rows and "tablet" not in {value for value, _ in rows}


@pytest.mark.slow
def test_a_month_with_breakdowns_leaks_nothing_closed_after_its_weeks_or_all_at_once(broken_down):
    broken_down.views = [
        one for number, people in enumerate((14, 40)) for one in audience(f"partner-{number}", FIRST, 30, people)
    ]
    for day in (date(2026, 11, 20), CLOSED_MONTH):
        outcome = broken_down.publish(day)
        assert (outcome.status, outcome.leaks) == ("published", ())
    assert outcome.closed["month"] == ["2026-11-01"]
    rows = broken_down.rows("partner-1", "partner_breakdown_monthly", "dimension, value, page_views, is_suppressed")
    assert {row[0] for row in rows if not row[3]} >= {"entry_page", "referrer"}


def test_a_count_of_people_is_not_shown_where_it_equals_one_that_is_hidden(broken_down):
    days = [MONDAY + timedelta(days=number) for number in range(7)]
    for day in days:
        broken_down.views += crowd("partner-a", day, 40)
    broken_down.views += crowd("partner-a", MONDAY, 3, start=100)
    assert broken_down.publish(CLOSED_WEEK).status == "published"
    totals = broken_down.rows("partner-a", "partner_daily_usage", "day, page_views, contributing_people")
    contents = broken_down.rows("partner-a", "partner_content_daily", "day, page_views, contributing_people")
    assert totals[1] == contents[1] == (days[1], 40, None)
