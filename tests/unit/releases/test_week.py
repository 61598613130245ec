"""A week of nights with late lines, an erasure and runs repeated: what is restated, what stays, and what is published anew."""

from datetime import date, timedelta

import duckdb
import pytest
from press import MONDAY, Press, crowd

from pipelines.releases.attacking import attack_everything
from pipelines.releases.memory import Memory

pytestmark = pytest.mark.slow
DAYS = [MONDAY + timedelta(days=number) for number in range(7)]
ERASED = "person-0"


@pytest.fixture(scope="module")
def week(tmp_path_factory, published_policy) -> Press:
    """Seven nights: twelve people come too late for one partner's Monday and five for another's, then one person is erased."""
    press = Press(tmp_path_factory.mktemp("week") / "home", published_policy)
    press.views = [one for day in DAYS for partner in ("partner-a", "partner-b") for one in crowd(partner, day, 30)]
    for number, day in enumerate(DAYS):
        if number == 2:
            press.views += crowd("partner-a", MONDAY, 12, start=100) + crowd("partner-b", MONDAY, 5, start=100)
        if number == 4:
            press.views = [one for one in press.views if one.person != ERASED]
        outcome = press.publish(day + timedelta(days=3), days=DAYS)
        assert (outcome.status, outcome.leaks) == ("published", ())
        assert (outcome.restated, outcome.left) == {2: (1, 1), 4: (0, 8)}.get(number, (0, 0))
        assert press.publish(day + timedelta(days=3), days=DAYS).status == "nothing"
    return press


def test_late_people_restate_a_day_or_leave_it_and_an_erasure_leaves_it_and_counts_from_then_on(week):
    columns = "before, after, people_changed, reason"
    told = {
        partner: week.rows(
            partner, "restatements WHERE table_name = 'partner_daily_usage' AND measure = 'page_views'", columns
        )
        for partner in ("partner-a", "partner-b")
    }
    assert told == {"partner-a": [(30, 42, "10 or more", "late lines")], "partner-b": []}
    days = {partner: week.rows(partner, "partner_daily_usage", "day, page_views") for partner in told}
    as_published = [30, 30, 30, 30, 29, 29, 29]
    assert [views for _, views in days["partner-b"]] == as_published
    assert [views for _, views in days["partner-a"]] == [42, *as_published[1:]]


def test_the_week_is_the_sum_of_its_days_and_the_attack_on_all_of_it_finds_nothing(week):
    assert week.rows("partner-a", "partner_weekly_usage", "week, page_views") == [(MONDAY, 219)]
    assert week.rows("partner-b", "partner_weekly_usage", "week, page_views") == [(MONDAY, 207)]
    memory = Memory(week.place.gate, week.published.current())
    assert [facts.release[:10] for facts in memory.facts] == [str(date(2026, 11, day)) for day in range(5, 12)]
    assert attack_everything(memory, week.policy.publication, lambda: duckdb.connect(":memory:")).passes
