"""Late lines restate a closed unit on k people or more, an erasure never; else it stands as it was published."""

from datetime import date, timedelta

import duckdb
import pytest
from press import MONDAY, Press, crowd

from pipelines.releases.memory import Memory
from pipelines.releases.published import RELEASE

CLOSED_MONDAY, LATER = date(2026, 11, 5), date(2026, 11, 6)
DAY = "day, page_views, contributing_people"


@pytest.fixture
def monday(press: Press) -> Press:
    """A Monday of forty people with one content, published."""
    press.views += crowd("partner-a", MONDAY, 40)
    press.publish(CLOSED_MONDAY)
    return press


def test_ten_more_people_restate_the_day(monday):
    monday.views += crowd("partner-a", MONDAY, 10, start=100)
    outcome = monday.publish(LATER)
    assert (outcome.status, outcome.restated, outcome.left) == ("published", 1, 0)
    assert monday.rows("partner-a", "partner_daily_usage", DAY) == [(MONDAY, 50, 50)]
    assert monday.rows("partner-a", "partner_content_daily", "page_views") == [(50,)]
    told = "table_name, first_day, measure, before, after, people_changed, reason, restated_day"
    assert ("partner_daily_usage", MONDAY, "page_views", 40, 50, "10 or more", "late lines", LATER) in monday.rows(
        "partner-a", "restatements", told
    )
    assert monday.place.ledger.entries(RELEASE)[-1].body["restated"] == 1


def test_what_a_restatement_read_is_entered_in_the_ledger(monday):
    monday.views += crowd("partner-a", MONDAY, 10, start=100)
    monday.publish(LATER)
    entry = monday.place.ledger.entries(RELEASE)[-1].body
    assert (entry["periods"].get("day"), entry["restated"]) == ([], 1)
    assert set(entry["inputs"]) == {"partner_daily_usage", "partner_content_daily", "partner_device_daily"}
    assert entry["inputs"] != monday.place.ledger.entries(RELEASE)[0].body["inputs"]


@pytest.mark.parametrize(("base", "before", "after", "told"), [(5, 40, 55, [(40, 55)]), (50, 50, 50, [])])
def test_restated_figures_are_rounded_as_others_are_and_so_is_what_is_told(
    press, with_policy, base, before, after, told
):
    rounding = with_policy(press, rounding=base)
    rounding.views = crowd("partner-a", MONDAY, 42)
    rounding.publish(CLOSED_MONDAY)
    assert rounding.rows("partner-a", "partner_daily_usage", DAY) == [(MONDAY, before, before)]
    rounding.views += crowd("partner-a", MONDAY, 11, start=101)
    assert rounding.publish(LATER).restated == 1
    assert rounding.rows("partner-a", "partner_daily_usage", DAY) == [(MONDAY, after, after)]
    views = "restatements WHERE table_name = 'partner_daily_usage' AND measure = 'page_views'"
    assert rounding.rows("partner-a", views, "before, after") == told


def test_every_measure_that_differs_in_the_file_is_told_and_no_other(monday):
    names = monday.rows("partner-a", "(DESCRIBE partner_daily_usage)", "column_name")
    columns = [name for (name,) in names if name not in {"partner_id", "day", "is_suppressed"}]
    before = monday.rows("partner-a", "partner_daily_usage", ", ".join(columns))
    monday.views += crowd("partner-a", MONDAY, 10, start=100)
    monday.publish(LATER)
    after = monday.rows("partner-a", "partner_daily_usage", ", ".join(columns))
    differ = {name for name, was, now in zip(columns, before[0], after[0], strict=True) if was != now}
    told = monday.rows("partner-a", "restatements WHERE table_name = 'partner_daily_usage'", "measure")
    assert differ == {measure for (measure,) in told}
    assert "page_views" in differ


def test_nine_more_people_leave_the_day_as_it_was(monday):
    monday.views += crowd("partner-a", MONDAY, 9, start=100)
    assert (monday.publish(LATER).status, monday.published.current()) == ("nothing", "2026-11-05-0001")
    assert monday.rows("partner-a", "partner_daily_usage", DAY) == [(MONDAY, 40, 40)]
    assert monday.rows("partner-a", "restatements") == []


def test_more_page_views_of_the_same_people_restate_nothing(monday):
    monday.views += crowd("partner-a", MONDAY, 40)
    assert monday.publish(LATER).status == "nothing"


def test_an_erasure_restates_nothing(monday):
    monday.views = monday.views[12:]
    assert monday.publish(LATER).status == "nothing"
    assert monday.rows("partner-a", "partner_daily_usage", DAY) == [(MONDAY, 40, 40)]


def test_an_erasure_among_enough_late_lines_restates_nothing(monday):
    monday.views = [*monday.views, *crowd("partner-a", MONDAY, 5, content="album-9", start=200)]
    monday.views = [*monday.views[3:], *crowd("partner-a", MONDAY, 30, device="mobile", start=100)]
    outcome = monday.publish(LATER)
    assert (outcome.status, outcome.left) == ("nothing", 1)


def test_what_was_left_is_told_with_the_next_release(monday):
    monday.views += crowd("partner-a", MONDAY, 9, start=100) + crowd("partner-a", MONDAY + timedelta(days=1), 20)
    outcome = monday.publish(LATER)
    assert (outcome.status, outcome.restated, outcome.left) == ("published", 0, 1)
    assert monday.rows("partner-a", "partner_daily_usage", DAY)[0] == (MONDAY, 40, 40)
    assert monday.publish(LATER).status == "nothing"


def test_all_of_a_unit_is_restated_or_nothing(press):
    press.views += crowd("partner-a", MONDAY, 40) + crowd("partner-a", MONDAY, 40, content="album-2", start=50)
    press.publish(CLOSED_MONDAY)
    press.views += crowd("partner-a", MONDAY, 20, start=100) + crowd(
        "partner-a", MONDAY, 3, content="album-2", start=200
    )
    assert press.publish(LATER).status == "nothing"
    assert press.rows("partner-a", "partner_content_daily", "page_views") == [(40,), (40,)]


@pytest.mark.parametrize(("late", "status"), [(0, "published"), (4, "nothing"), (30, "published")])
def test_what_is_hidden_beside_a_restated_row_changes_on_enough_people_or_not_at_all(press, late, status):
    hidden = [
        *crowd("partner-a", MONDAY, 12, content="album-2", start=50),
        *crowd("partner-a", MONDAY, 4, content="album-3", start=70),
    ]
    press.views += crowd("partner-a", MONDAY, 40) + hidden
    press.publish(CLOSED_MONDAY)
    assert press.rows("partner-a", "partner_content_daily", "content_id") == [("album-1",)]
    press.views += crowd("partner-a", MONDAY, 20, start=100) + crowd(
        "partner-a", MONDAY, late, content="album-2", start=200
    )
    assert press.publish(LATER).status == status


def test_a_restated_day_moves_its_week_and_nothing_else_does(press):
    days = [MONDAY + timedelta(days=number) for number in range(7)]
    for day in days:
        press.views += crowd("partner-a", day, 40)
    press.publish(date(2026, 11, 11))
    press.views += crowd("partner-a", days[1], 15, start=100) + crowd("partner-a", days[2], 3, start=100)
    outcome = press.publish(date(2026, 11, 11))
    assert (outcome.restated, outcome.left) == (2, 1)
    assert press.rows("partner-a", "partner_weekly_usage", "page_views, contributing_people") == [(295, 55)]
    assert [row[0] for row in press.rows("partner-a", "partner_daily_usage", "page_views")] == sorted([40] * 6 + [55])


def test_the_gate_remembers_what_was_shown_first_and_what_later(monday):
    monday.views += crowd("partner-a", MONDAY, 10, start=100)
    monday.publish(LATER)
    memory = Memory(monday.place.gate, monday.published.current())
    cells = duckdb.sql(memory.scan(("page_views",))).filter("tbl = 'partner_daily_usage'")
    assert sorted(cells.project("release, page_views").fetchall()) == [(1, 40), (2, 50)]
