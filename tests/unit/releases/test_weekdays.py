"""The hours of a weekday add up to what the month's days of that weekday add up to: neither gives the other away."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

import duckdb
import pytest
from press import Press, Views

from pipelines.policy import Policy
from pipelines.releases import deciding
from pipelines.releases.attacking import attack_everything
from pipelines.releases.marts import counted
from pipelines.releases.memory import Memory, schema
from pipelines.releases.relations import structures
from pipelines.releases.rows import load_rows

DAYS = [date(2026, 11, 1) + timedelta(days=number) for number in range(30)]
"""A month that begins with the only day of its first week."""
CLOSED, FEW, FEWER = date(2026, 12, 10), date(2026, 11, 11), date(2026, 11, 15)
"""A Wednesday of twelve people, and the Sunday of four in the same week, of forty each day else."""
HIDDEN_HOURS = (
    "UPDATE partner_hourly_visits SET visits = visits - 2 WHERE weekday = 7",
    "UPDATE partner_hourly_visits SET visits = visits - 12 WHERE weekday = 1",
    "INSERT INTO partner_hourly_visits VALUES ('p', '2026-11-01', 7, 3, 2, 2), ('p', '2026-11-01', 1, 4, 12, 12)",
)
"""Two Sunday visits of two people began at three, and twelve Monday ones at four."""


@dataclass
class PatchedPress(Press):
    """A press whose marts are changed by SQL once they are written."""

    patch: tuple[str, ...] = ()

    def build(self) -> None:
        """Write the warehouse."""
        super().build()
        with duckdb.connect(str(self.place.warehouse)) as connection:
            for statement in self.patch:
                connection.execute(statement)


def forty(day: date) -> int:
    return 40


def fewer(day: date) -> int:
    return {FEW: 12, FEWER: 4}.get(day, 40)


def visited(size: Callable[[date], int], until: date = CLOSED) -> list[Views]:
    return [Views("p", day, f"person-{n}") for day in DAYS if day < until for n in range(size(day))]


@pytest.fixture
def month(tmp_path, published_policy) -> PatchedPress:
    """An empty place to publish from."""
    return PatchedPress(tmp_path / "home", published_policy)


def hidden_of_weekdays(press: Press) -> dict[int, int]:
    """Count by weekday what is hidden among its hours and its days: of one alone, the rest of both would tell the value."""
    with duckdb.connect(str(press.place.warehouse), read_only=True) as warehouse:
        hours = warehouse.execute("SELECT weekday, hour FROM partner_hourly_visits").fetchall()
    days = {one.day for one in press.views}
    shown_hours = set(press.rows("p", "partner_hourly_visits", "weekday, hour"))
    shown_days = {day for day, visits in press.rows("p", "partner_daily_usage", "day, visits") if visits is not None}
    hidden = [weekday for weekday, hour in hours if (weekday, hour) not in shown_hours]
    hidden += [day.isoweekday() for day in days - shown_days]
    return {weekday: hidden.count(weekday) for weekday in sorted(set(hidden))}


def attacked(press: Press) -> tuple[tuple[str, str, int], ...]:
    memory = Memory(press.place.gate, press.published.current())
    return attack_everything(memory, press.policy.publication, lambda: duckdb.connect(":memory:")).told()


def without_equations(monkeypatch, is_left_out: Callable[[str, str], bool]) -> None:
    """Let the suppression not know equations of some tables (total, parts); the gate does."""

    def masked(frame, publication, equations, **options):
        name = [frame.tables[number] for number in frame.table_of.tolist()]
        known = [one for one in equations if not is_left_out(name[one.total], name[one.parts[0]])]
        return every(frame, publication, known, **options)

    every = deciding.masked
    monkeypatch.setattr(deciding, "masked", masked)


def hours_of_days(total: str, part: str) -> bool:
    return (total, part) == ("partner_weekday_visits", "partner_hourly_visits")


def days_of_weekdays(total: str, part: str) -> bool:
    return (total, part) == ("partner_weekday_visits", "partner_daily_usage")


def test_a_hidden_hour_does_not_come_back_from_the_days_of_its_weekday(month):
    month.views, month.patch = visited(forty), HIDDEN_HOURS
    assert month.publish(CLOSED).status == "published"
    assert hidden_of_weekdays(month) == {7: 2}
    assert len(month.rows("p", "partner_weekday_visits")) == 7
    assert attacked(month) == ()


def test_a_hidden_day_does_not_come_back_from_the_hours_of_its_weekday(month):
    month.views = visited(fewer)
    assert month.publish(CLOSED).status == "published"
    assert hidden_of_weekdays(month) == {FEW.isoweekday(): 2, FEWER.isoweekday(): 2}
    assert attacked(month) == ()


@pytest.mark.slow
def test_nor_does_one_that_was_hidden_long_before_its_month_closed(month):
    for night in (date(2026, 11, 5), date(2026, 11, 14), date(2026, 11, 18), date(2026, 11, 25), CLOSED):
        month.views = visited(fewer, night - timedelta(days=2))
        outcome = month.publish(night)
        assert (outcome.status, outcome.leaks) == ("published", ())
    assert FEWER in {
        day for day, is_hidden in month.rows("p", "partner_daily_usage", "day, is_suppressed") if is_hidden
    }
    assert min(hidden_of_weekdays(month).values()) > 1
    assert attacked(month) == ()


def before_weekdays(policy: Policy) -> Policy:
    """Return the policy as it was: hours are parts of the month, and of nothing else."""
    tables = dict(policy.publication.tables)
    del tables["partner_weekday_visits"]
    hours = tables["partner_hourly_visits"]
    kept = tuple(part for part in hours.parts_of if part.under is None)
    tables["partner_hourly_visits"] = hours.model_copy(update={"parts_of": kept})
    return policy.model_copy(update={"publication": policy.publication.model_copy(update={"tables": tables})})


@pytest.mark.parametrize(("size", "patch"), [(forty, HIDDEN_HOURS), (fewer, ())])
def test_without_a_table_of_weekdays_each_comes_back(month, size, patch):
    without = replace(month, policy=before_weekdays(month.policy), views=visited(size), patch=patch)
    assert without.publish(CLOSED).status == "published"
    assert 1 in hidden_of_weekdays(without).values()


@pytest.mark.parametrize(
    ("is_left_out", "size", "patch", "leak"),
    [
        (hours_of_days, forty, HIDDEN_HOURS, "partner_hourly_visits.visits"),
        (days_of_weekdays, fewer, (), "partner_daily_usage.visits"),
    ],
)
def test_a_mask_without_one_of_the_equations_is_refused(month, monkeypatch, is_left_out, size, patch, leak):
    without_equations(monkeypatch, is_left_out)
    month.views, month.patch = visited(size), patch
    outcome = month.publish(CLOSED)
    assert outcome.status == "refused"
    assert ("hidden, and only one value is possible", leak) in {found[:2] for found in outcome.leaks}
    assert month.published.current() is None


def test_a_weekday_is_restated_by_what_its_days_were(month):
    month.views = visited(forty)
    month.publish(CLOSED)
    before = dict(month.rows("p", "partner_weekday_visits", "weekday, visits"))
    month.views += [Views("p", FEWER, f"late-{number}") for number in range(15)]
    assert month.publish(CLOSED).status == "published"
    assert dict(month.rows("p", "partner_weekday_visits", "weekday, visits")) == {**before, 7: before[7] + 15}
    assert (7, before[7] + 15) in month.rows("p", "partner_hourly_visits", "weekday, visits")


def test_an_hour_does_not_rise_by_those_of_two_days_that_stand(month):
    month.views = visited(forty)
    month.publish(CLOSED)
    late = [Views("p", day, f"{day}-{number}") for day in (FEWER, DAYS[-2]) for number in range(6)]
    month.views += late
    assert month.publish(CLOSED).status == "nothing"


def totals_of_hours(press: Press) -> set[tuple[str, date]]:
    """Return of which rows hours are parts, in all that was ever published."""
    publication = press.policy.publication
    measures = counted(publication)
    with duckdb.connect(":memory:") as work:
        memory = Memory(press.place.gate, press.published.current())
        cells = work.execute(memory.scan(measures)).to_arrow_table().cast(schema(measures))
        load_rows(work, publication, new={}, new_periods={}, standing=cells, now={}, number=0)
        found = structures(work, publication)
        rows = {number: row for number, *row in work.execute("SELECT id, tbl, period FROM rows").fetchall()}
    return {
        tuple(rows[total])
        for structure in found
        for total, parts in structure
        if rows[parts[0]][0] == "partner_hourly_visits"
    }


@pytest.mark.slow
def test_a_home_that_published_hours_before_weekdays_goes_on(month):
    october = [date(2026, 10, 24) + timedelta(days=number) for number in range(8)]
    new, earlier = month.policy, [Views("p", day, f"person-{n}") for day in october for n in range(forty(day))]
    old = replace(month, policy=before_weekdays(new), views=earlier + visited(fewer, date(2026, 11, 13)))
    assert old.publish(date(2026, 11, 15)).closed["month"] == ["2026-10-01"]
    assert totals_of_hours(old) == {("partner_monthly_usage", date(2026, 10, 1))}
    later = replace(month, views=earlier + visited(fewer))
    outcome = later.publish(CLOSED)
    assert (outcome.status, outcome.leaks) == ("published", ())
    months = later.rows("p", "partner_weekday_visits", "month, is_suppressed")
    assert {month for month, is_hidden in months if not is_hidden} == {date(2026, 11, 1)}
    assert totals_of_hours(later) == {
        ("partner_monthly_usage", date(2026, 10, 1)),
        ("partner_monthly_usage", date(2026, 11, 1)),
        ("partner_weekday_visits", date(2026, 11, 1)),
    }
    assert attacked(later) == ()
    later.views = [*later.views, *(Views("p", october[1], f"late-{number}") for number in range(15))]
    outcome = later.publish(CLOSED)
    assert (outcome.status, outcome.restated) == ("published", 3)


@pytest.mark.slow
def test_a_warehouse_of_former_models_has_no_weekdays_and_stops_no_release(month):
    month.views, month.patch = visited(fewer), ("DROP TABLE partner_weekday_visits",)
    assert month.publish(CLOSED).status == "published"
    assert hidden_of_weekdays(month) == {FEW.isoweekday(): 2, FEWER.isoweekday(): 2}
    assert month.rows("p", "partner_weekday_visits") == []
    assert attacked(month) == ()


NO_VISIT = (
    "UPDATE partner_daily_usage SET visits = 0 WHERE day = '2026-11-06'",
    "UPDATE partner_weekly_usage SET visits = visits - 1",
    "UPDATE partner_monthly_usage SET visits = visits - 1, visiting_people = visiting_people - 1",
    "DELETE FROM partner_hourly_visits WHERE weekday = 5",
    "DELETE FROM partner_weekday_visits WHERE weekday = 5",
)
"""The one person of the month's only Friday looked at a page after midnight: the visit is Thursday's."""
NOBODY = (*NO_VISIT, "UPDATE partner_daily_usage SET contributing_people = 0 WHERE day = '2026-11-06'")
"""The line of that page view has no address: the day has a page view and nobody behind it."""


@pytest.fixture(params=[NO_VISIT, NOBODY], ids=["one person", "nobody known"])
def friday(request, month) -> PatchedPress:
    """A month of a Wednesday, a Thursday and a Friday on which nobody began a visit."""
    month.views = [
        Views("p", DAYS[3 + day], f"person-{n}") for day, many in ((0, 40), (1, 45), (2, 1)) for n in range(many)
    ]
    month.patch = request.param
    return month


@pytest.mark.parametrize("nights", [[date(2026, 11, 7), date(2026, 11, 9), date(2026, 11, 13)], []])
def test_a_weekday_on_which_nobody_began_a_visit_stops_no_release(friday, nights):
    """It has no hours, which nobody knows: they could be hidden. Else its visits, and those of its only day, were known."""
    for night in (*nights, CLOSED):
        outcome = friday.publish(night, days=DAYS)
        assert (outcome.status, outcome.leaks) == ("published", ())
    assert attacked(friday) == ()


def test_without_a_row_for_its_hours_such_a_weekday_is_refused(friday, monkeypatch):
    monkeypatch.setattr("pipelines.releases.rows._keep_remainder", lambda *_: None)
    assert friday.publish(CLOSED, days=DAYS).status == "refused"
