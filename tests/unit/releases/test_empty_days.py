"""Days on which somebody came and looked at no page: they are known to be empty, now and later."""

from datetime import date, timedelta

import duckdb
from press import MONDAY, crowd, write_marts

from pipelines.attack import attack
from pipelines.releases import gating
from pipelines.releases.attacking import attack_everything
from pipelines.releases.memory import Memory

TUESDAY = MONDAY + timedelta(days=1)
CLOSED_MONDAY, CLOSED_TUESDAY, CLOSED_WEEK = date(2026, 11, 5), date(2026, 11, 6), date(2026, 11, 11)


def test_a_day_on_which_somebody_came_and_looked_at_no_page_stops_no_release(press):
    press.views += crowd("partner-a", MONDAY, 20) + crowd("partner-b", MONDAY, 1, count=0)
    press.build = lambda: (write_marts(press.place.warehouse, press.views), nobody_behind_nothing(press))
    outcome = press.publish(CLOSED_MONDAY)
    assert outcome.status == "published" and outcome.leaks == ()
    assert press.rows("partner-b", "partner_daily_usage", "page_views, is_suppressed") == [(None, True)]
    memory = Memory(press.place.gate, press.published.current())
    assert attack_everything(memory, press.policy.publication, lambda: duckdb.connect(":memory:")).told() == ()
    week = [MONDAY + timedelta(days=number) for number in range(7)]
    outcome = press.publish(CLOSED_WEEK, days=week)
    assert (outcome.status, outcome.leaks) == ("published", ())


def test_a_day_without_page_views_is_known_to_be_empty_in_later_attacks_too(press, monkeypatch):
    press.views += crowd("partner-a", MONDAY, 3) + crowd("partner-a", TUESDAY, 1, count=0)
    press.build = lambda: (write_marts(press.place.warehouse, press.views), nobody_behind_nothing(press))
    assert press.publish(CLOSED_TUESDAY, days=[MONDAY, TUESDAY]).status == "published"
    seen = []
    monkeypatch.setattr(
        gating, "attack", lambda view, relations, **kept: seen.append(view) or attack(view, relations, **kept)
    )
    memory = Memory(press.place.gate, press.published.current())
    attack_everything(memory, press.policy.publication, lambda: duckdb.connect(":memory:"))
    (view,) = seen
    days = view.class_of == view.classes.index("partner_daily_usage.page_views")
    assert (view.is_open[days].sum(), view.known_empty[days].sum()) == (1, 1)


def nobody_behind_nothing(press):
    """Let rows of a breakdown without page views rest on nobody, as those of the marts do."""
    with duckdb.connect(str(press.place.warehouse)) as connection:
        for table in ("partner_content_daily", "partner_device_daily"):
            people = "unique_members = 0, unique_visitors = 0, contributing_people = 0"
            connection.execute(f"UPDATE {table} SET visits = 0, {people} WHERE page_views = 0")  # noqa: S608 -- as above
