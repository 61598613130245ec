"""Measures beside each other in one row, and what a count of people tells of those it is made of."""

from dataclasses import dataclass, field
from datetime import date, timedelta

import duckdb
import numpy as np
import pytest
from press import MONDAY, Views, crowd
from whole import WholePress, with_all

from pipelines.releases import deciding, showing

NOVEMBER, CLOSED = date(2026, 11, 1), date(2026, 12, 10)
DAYS = [NOVEMBER + timedelta(days=number) for number in range(30)]
WEEK = [MONDAY + timedelta(days=number) for number in range(7)]
BANDS = "partner_visit_frequency_monthly"


@dataclass
class PatchedPress(WholePress):
    """A press whose marts are changed after they are written: by SQL, for what the press cannot make."""

    patches: list[str] = field(default_factory=list)

    def build(self) -> None:
        """Write the warehouse."""
        super().build()
        with duckdb.connect(str(self.place.warehouse)) as connection:
            for patch in self.patches:
                connection.execute(patch)


@pytest.fixture
def patched(tmp_path, published_policy, full_policy) -> PatchedPress:
    """A month of forty people, twenty of whom came twice, with bands of how often they came."""
    tables = dict(published_policy.publication.tables)
    people = {**tables["partner_daily_usage"].people, "visiting_people": "visiting_people"}
    tables["partner_daily_usage"] = tables["partner_daily_usage"].model_copy(update={"people": people})
    tables[BANDS] = full_policy.publication.tables[BANDS]
    publication = published_policy.publication.model_copy(update={"tables": tables})
    policy = with_all(published_policy.model_copy(update={"publication": publication}), full_policy)
    press = PatchedPress(tmp_path / "home", policy)
    press.views += crowd("partner-a", DAYS[2], 40, count=2) + crowd("partner-a", DAYS[10], 20, count=2)
    return press


def changed(table: str, where: str = "true", **to: str) -> str:
    """Return the SQL that sets columns of some rows."""
    return f"UPDATE {table} SET {', '.join(f'{column} = {sql}' for column, sql in to.items())} WHERE {where}"  # noqa: S608


def bands_of(visiting: int) -> list[str]:
    """So many people visited in a month in which forty looked: the others' visits began before it, or went on after it."""
    off, day, week = visiting - 40, f"day = DATE '{DAYS[2]}'", f"week = DATE '{MONDAY}'"
    visits, stayed = f"visits + {off}", f"staying_people + {off}"
    month = f"DATE '{NOVEMBER}'"
    return [
        changed("partner_monthly_usage", visits=visits, visiting_people=str(visiting), staying_people=str(visiting)),
        changed("partner_daily_usage", day, visits=visits, visiting_people=f"visiting_people + {off}", staying_people=stayed),
        changed("partner_weekly_usage", week, visits=visits, staying_people=stayed),
        changed("partner_hourly_visits", f"weekday = {DAYS[2].isoweekday()}", visits=visits,
                contributing_people=f"contributing_people + {off}"),
        f"CREATE TABLE {BANDS} (partner_id VARCHAR, month DATE, band VARCHAR, people BIGINT, contributing_people BIGINT)",
        f"INSERT INTO {BANDS} VALUES ('partner-a', {month}, '1', {20 + off}, {20 + off}), ('partner-a', {month}, '2-3', 20, 20)",  # noqa: S608
    ]  # fmt: skip


@pytest.mark.parametrize(("visiting", "is_told"), [(39, False), (41, False), (40, True), (55, True)])
def test_bands_are_not_shown_where_their_sum_would_tell_of_people_who_only_looked_or_only_visited(
    patched, visiting, is_told
):
    patched.patches = bands_of(visiting)
    assert patched.publish(CLOSED, days=DAYS).status == "published"
    ((_, people, told),) = patched.rows(
        "partner-a", "partner_monthly_usage", "page_views, contributing_people, visiting_people"
    )
    bands = patched.rows("partner-a", BANDS, "people")
    assert people == 40
    assert (told, sum(count or 0 for (count,) in bands)) == ((visiting, visiting) if is_told else (None, 0))


def test_without_that_rule_the_gate_refuses_the_month(patched, monkeypatch):
    patched.patches = bands_of(39)
    monkeypatch.setattr(deciding, "parts_of_hidden_counts", lambda *_: np.zeros(0, dtype=np.int64))
    outcome = patched.publish(CLOSED, days=DAYS)
    assert outcome.status == "refused"
    assert {name for _, name, _ in outcome.leaks} == {"partner_monthly_usage.visiting_people"}


def late_for_a_closed_day(press) -> None:
    """Three days of twenty people each, nobody twice; then three come late for the first, which stays as it was."""
    for number in range(3):
        press.views += crowd("partner-a", MONDAY + timedelta(days=number), 20, start=100 * number)
    press.publish(date(2026, 11, 6), days=WEEK)
    press.views += crowd("partner-a", MONDAY, 3, start=501)


def test_a_week_tells_no_more_people_than_its_days_do_together(press):
    late_for_a_closed_day(press)
    assert press.publish(date(2026, 11, 11), days=WEEK).status == "published"
    columns = "page_views, contributing_people, unique_visitors"
    assert press.rows("partner-a", "partner_weekly_usage", columns) == [(60, None, None)]


def test_without_that_rule_the_gate_refuses_the_week(press, monkeypatch):
    monkeypatch.setattr(showing, "_hide_uneven_counts", lambda *_: None)
    late_for_a_closed_day(press)
    assert press.publish(date(2026, 11, 11), days=WEEK).status == "refused"


@pytest.fixture
def frequent(tmp_path, published_policy, full_policy) -> PatchedPress:
    """A month in which one of twelve people makes 150 of 161 visits, and less than a third of the page views."""
    often = [Views("partner-a", day, "person-991", count=5) for day in DAYS]
    others = [Views("partner-a", DAYS[2 + 2 * n], f"person-{n}1", count=30) for n in range(11)]
    daily, weekly = "partner_daily_usage", "partner_weekly_usage"
    days = f"SELECT count(*) FROM {daily} d WHERE date_trunc('week', d.day) = {weekly}.week"  # noqa: S608 -- own names
    of_weekday = {weekday: sum(day.isoweekday() == weekday for day in DAYS) for weekday in range(1, 8)}
    patches = [
        changed(daily, visits="visits + 4", largest_visits="5"),
        changed(weekly, visits=f"visits + 4 * ({days})", largest_visits=f"5 * ({days})"),
        changed("partner_monthly_usage", visits="visits + 120", largest_visits="150"),
        *(
            changed("partner_hourly_visits", f"weekday = {weekday}", visits=f"visits + {4 * number}")
            for weekday, number in of_weekday.items()
        ),
    ]
    return PatchedPress(tmp_path / "home", with_all(published_policy, full_policy), often + others, patches=patches)


@pytest.mark.parametrize("judged", [("visits",), ()])
def test_nobody_is_dominant_in_the_visits_of_a_shown_month(frequent, judged):
    tables = {
        name: table.model_copy(update={"also_judged": judged if table.also_judged else ()})
        for name, table in frequent.policy.publication.tables.items()
    }
    publication = frequent.policy.publication.model_copy(update={"tables": tables})
    frequent.policy = frequent.policy.model_copy(update={"publication": publication})
    frequent.publish(CLOSED, days=DAYS)
    shown = [views for (views,) in frequent.rows("partner-a", "partner_monthly_usage", "page_views") if views]
    assert shown == ([] if judged else [480])
