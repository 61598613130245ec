"""Counts of people within each other by several relations: the outer ones are compared where the one between is hidden."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import permutations

import duckdb
import numpy as np
import pytest
from breakdowns import VALUE_OF, BreakdownPress, with_breakdowns
from press import MONDAY, Press, Views

from pipelines.attack import composed_pairs
from pipelines.releases import showing, weighing
from pipelines.releases.attacking import attack_everything
from pipelines.releases.chains import chains
from pipelines.releases.memory import Memory
from pipelines.releases.relations import Structure

CLOSED_MONDAY, CLOSED_WEEK, LATER = date(2026, 11, 5), date(2026, 11, 11), date(2026, 11, 12)
WEEK = [MONDAY + timedelta(days=number) for number in range(7)]
CLOSE = "shown, and differs from a shown cell within it by too few people"


def seen(day: date, first: int, last: int, content: str = "album-1", device: str = "desktop") -> Iterator[Views]:
    """Yield the page views of people who are numbered, and are no members."""
    return (Views("partner-a", day, f"person-{number}1", content, device, 2) for number in range(first, last))


def audit(press: Press) -> tuple[tuple[str, str, int], ...]:
    memory = Memory(press.place.gate, press.published.current())
    return attack_everything(memory, press.policy.publication, lambda: duckdb.connect(":memory:")).told()


@pytest.fixture
def systems(tmp_path, full_policy, monkeypatch) -> BreakdownPress:
    """A place to publish from where what is seen tells the system, and everybody comes by himself."""
    monkeypatch.setitem(VALUE_OF, "referrer", lambda _: "(none)")
    monkeypatch.setitem(VALUE_OF, "device_os", lambda one: f"{one.device} / {one.content}")
    return BreakdownPress(tmp_path / "home", with_breakdowns(full_policy))


def sixty(press: Press, windows: int) -> None:
    """Add a Monday of sixty people: 57 of them with a desktop, so many with the one system of it, 37 with the other."""
    press.views += [*seen(MONDAY, 0, windows, "Windows"), *seen(MONDAY, 0, 20, "Linux"), *seen(MONDAY, 40, 57, "Linux")]
    press.views += seen(MONDAY, 27, 60, "Android", "mobile")


def people_of_monday(press: Press) -> dict[str, int | None]:
    """Return the people of the day, and of each device and system."""
    named = press.rows("partner-a", "partner_daily_usage", "'day', contributing_people")
    named += press.rows("partner-a", "partner_device_daily", "device, contributing_people")
    return dict([*named, *press.rows("partner-a", "partner_breakdown_daily", "value, contributing_people")])


@pytest.mark.parametrize(("windows", "is_shown"), [(50, True), (51, False), (52, False)])
def test_people_of_a_day_without_a_system_are_not_told_where_its_device_is_hidden(systems, windows, is_shown):
    sixty(systems, windows)
    assert systems.publish(CLOSED_MONDAY).status == "published"
    people = people_of_monday(systems)
    assert (people["day"], people["desktop"], people["desktop / Linux"]) == (60, None, 37)
    assert people["desktop / Windows"] == (windows if is_shown else None)
    assert audit(systems) == ()


def test_without_that_rule_the_gate_refuses_a_system_too_close_to_its_day(systems, monkeypatch):
    monkeypatch.setattr(showing, "hide_close_chains", lambda *_: None)
    sixty(systems, 52)
    assert (CLOSE, "partner_daily_usage.contributing_people", 1) in systems.publish(CLOSED_MONDAY).leaks


def test_people_of_a_week_without_a_content_of_a_day_are_not_told_where_the_day_is_hidden(press):
    press.views += [*seen(MONDAY, 0, 52), *seen(MONDAY, 20, 57, "album-2"), *seen(WEEK[1], 0, 60)]
    assert press.publish(CLOSED_WEEK, days=WEEK).status == "published"
    contents = press.rows("partner-a", "partner_content_daily", "day, content_id, contributing_people")
    assert press.rows("partner-a", "partner_weekly_usage", "contributing_people") == [(60,)]
    assert {people for day, _, people in contents if day == MONDAY} == {None, 37}


@pytest.mark.parametrize(("more", "is_restated"), [(5, True), (17, False)])
def test_late_lines_do_not_bring_a_system_too_close_to_its_day(systems, more, is_restated):
    late(systems, more)
    outcome = systems.publish(LATER)
    assert (outcome.restated, outcome.left) == ((1, 0) if is_restated else (0, 1))
    assert people_of_monday(systems)["desktop / Windows"] == (50 + more if is_restated else 40)


def test_without_that_rule_the_gate_refuses_late_lines_too_close(systems, monkeypatch):
    monkeypatch.setattr(weighing, "refuse_close", lambda *_: None)
    late(systems, 17)
    assert (CLOSE, "partner_daily_usage.contributing_people", 1) in systems.publish(LATER).leaks


def late(press: Press, more: int) -> None:
    """Publish a Monday; then ten new people come late to a system, with more of those who were there."""
    sixty(press, 40)
    press.publish(CLOSED_MONDAY)
    press.views += [*seen(MONDAY, 60, 70, "Windows"), *seen(MONDAY, 40, 40 + more, "Windows")]


@pytest.mark.parametrize(("tuesday", "is_restated"), [(60, False), (65, True)])
def test_late_lines_do_not_bring_a_day_too_close_to_a_week_that_stays(press, tuesday, is_restated):
    """All who came late to Monday were there on Tuesday: the week has nobody more."""
    press.views += [*seen(MONDAY, 0, 40), *seen(WEEK[1], 0, tuesday)]
    press.publish(CLOSED_WEEK, days=WEEK)
    press.views += seen(MONDAY, 40, 55)
    assert press.publish(LATER, days=WEEK).restated == is_restated
    assert press.rows("partner-a", "partner_weekly_usage", "contributing_people") == [(tuesday,)]


def random_days(seed: int) -> list[Views]:
    """Return page views of a few days: crowds that differ by a few people in days, devices and contents."""
    chance = random.Random(seed)  # noqa: S311 -- of the tests
    found = []
    for day in WEEK[: chance.randint(1, 3)]:
        for device in ("desktop", "mobile"):
            for content in ("album-1", "album-2", "album-3")[: chance.randint(1, 3)]:
                first, count = chance.choice((0, 0, 3, 12)), chance.choice((4, 22, 25, 31, 34, 40))
                members = chance.choice((0, 1, 1, 2))
                people = (f"person-{one}{0 if one * members % 3 else 1}" for one in range(first, first + count))
                found += [Views("partner-a", day, person, content, device, 2) for person in people]
    return found


TABLES = {
    "partner_daily_usage": "day, NULL, NULL, NULL",
    "partner_weekly_usage": "week, NULL, NULL, NULL",
    "partner_device_daily": "day, device, NULL, NULL",
    "partner_content_daily": "day, NULL, NULL, content_id",
    "partner_breakdown_daily": "day, split_part(value, ' / ', 1), split_part(value, ' / ', 2), NULL",
}
COUNTS = ("contributing_people", "unique_members")


def shown_rows(press: Press) -> list[tuple[frozenset[date], tuple[str | None, ...], dict[str, int]]]:
    """Return of each row in which days it lies, what its people have in common, and which counts are shown of it."""
    found = []
    for table, columns in TABLES.items():
        for first, *values, people, members in press.rows("partner-a", table, f"{columns}, {', '.join(COUNTS)}"):
            days = frozenset(WEEK) if "week" in table else frozenset([first])
            others = None if None in (people, members) else people - members
            told = {"people": people, "members": members, "others": others}
            found.append((days, tuple(values), {name: count for name, count in told.items() if count is not None}))
    return found


def close_pairs(press: Press) -> list[str]:
    """Return what is too close: counts of rows of which the people of one are among those of the other, whatever is between."""
    return [
        name
        for (days, values, counts), (longer, fewer, others) in permutations(shown_rows(press), 2)
        if days <= longer and all(other in (None, one) for one, other in zip(values, fewer, strict=True))
        for name in counts.keys() & others.keys()
        if others[name] != counts[name] and others[name] - counts[name] < 10
    ]


@pytest.mark.parametrize("seed", range(14))
def test_no_counts_of_rows_within_each_other_are_closer_than_k(systems, seed):
    systems.views = random_days(seed)
    if seed % 2:
        assert systems.publish(date(2026, 11, 7), days=WEEK).status == "published"
    outcome = systems.publish(CLOSED_WEEK, days=WEEK)
    assert (outcome.status, outcome.leaks) == ("published", ())
    assert close_pairs(systems) == []
    assert any(counts for _, _, counts in shown_rows(systems))


def test_both_ways_to_compose_relations_find_all_pairs_that_follow_and_no_other():
    chance = random.Random(1)  # noqa: S311 -- of the tests
    for _ in range(50):
        pairs = sorted({tuple(sorted(chance.sample(range(12), 2))) for _ in range(chance.randint(1, 14))})
        follow = set(pairs)
        for middle in range(12):
            follow |= {(one, other) for one, at in follow if at == middle for on, other in follow if on == middle}
        listed = np.array(pairs)
        structures = [
            Structure(
                "t", np.array([total]), np.array([0, 1]), np.array([part]), {}, {"people": "people"},
                is_made=False, is_nested=chance.random() < 0.3,
            )
            for part, total in pairs
        ]  # fmt: skip
        own = {
            pair for one in chains(12, structures) for pair in zip(one.parts.tolist(), one.totals.tolist(), strict=True)
        }
        theirs = {tuple(pair) for pair in composed_pairs(listed, 12).tolist()}
        assert own == theirs == follow - set(pairs)
