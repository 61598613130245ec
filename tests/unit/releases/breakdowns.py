"""A hand-made warehouse with breakdowns by day, week and month: made of page views by code of its own, in plain Python."""

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import duckdb
from press import FIRST_OF, USAGE, Press, Views, usage

from pipelines.policy import Policy

DAILY = {
    "partner_content_daily": "content_id", "partner_device_daily": "device", "partner_feature_daily": "feature",
    "partner_referrer_daily": "referrer",
}  # fmt: skip
BREAKDOWNS = {
    "day": "partner_breakdown_daily",
    "week": "partner_breakdown_weekly",
    "month": "partner_breakdown_monthly",
}
LINKED = {"day": "partner_linked_daily", "week": "partner_linked_weekly", "month": "partner_linked_monthly"}
TABLES = (*USAGE.values(), *DAILY, *BREAKDOWNS.values(), *LINKED.values())
ALL = ("content", "content_type", "device", "browser", "os", "device_os", "feature", "referrer", "search")
ENDS = ("entry_page", "exit_page")
_PEOPLE = "unique_members BIGINT, unique_visitors BIGINT, contributing_people BIGINT"
_MEASURES = f"page_views BIGINT, visits BIGINT, {_PEOPLE}, largest_page_views BIGINT, second_page_views BIGINT"


def _number(one: Views) -> int:
    return int(one.person.rpartition("-")[2])


def _system(one: Views) -> str:
    """Systems run on one kind of device each; one in forty has the rarer one."""
    frequent, rare = ("Windows", "Linux") if one.device == "desktop" else ("Android", "iOS")
    return frequent if _number(one) % 40 else rare


VALUE_OF: dict[str, Callable[[Views], str]] = {
    "content": lambda one: one.content,
    "content_type": lambda one: "album",
    "device": lambda one: one.device,
    "browser": lambda one: ("Chrome", "Chrome", "Safari", "Opera")[_number(one) % 4],
    "os": _system,
    "device_os": lambda one: f"{one.device} / {_system(one)}",
    "feature": lambda one: "search" if one.content == "album-1" else "chart",
    "referrer": lambda one: "(none)" if _number(one) % 3 else "portal.example",
    "search": lambda one: "(none)",
    "entry_page": lambda one: one.content,
    "exit_page": lambda one: one.content,
}


@dataclass
class BreakdownPress(Press):
    """A press whose warehouse has breakdowns and linked services."""

    def build(self) -> None:
        """Write the warehouse."""
        self.place.warehouse.unlink(missing_ok=True)
        with duckdb.connect(str(self.place.warehouse)) as connection:
            for kind, name in USAGE.items():
                columns = (
                    f"partner_id VARCHAR, {kind} DATE, page_views BIGINT, visits BIGINT, unique_members BIGINT, "
                    "unique_visitors BIGINT, median_visit_seconds DOUBLE, contributing_people BIGINT, visiting_people BIGINT"
                )
                _fill(connection, name, columns, usage(self.views, kind))
            for name, column in DAILY.items():
                rows = [(row[0], *row[2:]) for row in breakdown(self.views, "day", (column.removesuffix("_id"),))]
                _fill(connection, name, f"partner_id VARCHAR, {column} VARCHAR, day DATE, {_MEASURES}", rows)
            for kind, name in BREAKDOWNS.items():
                dimensions = ("content_type", "browser", "os", "device_os") if kind == "day" else (*ALL, *ENDS)
                columns = f"partner_id VARCHAR, dimension VARCHAR, value VARCHAR, {kind} DATE, {_MEASURES}"
                _fill(connection, name, columns, breakdown(self.views, kind, dimensions))
            for kind, name in LINKED.items():
                columns = (
                    f"partner_id VARCHAR, service VARCHAR, event VARCHAR, {kind} DATE, events BIGINT, "
                    "unique_members BIGINT, contributing_people BIGINT, largest_events BIGINT, second_events BIGINT"
                )
                _fill(connection, name, columns, linked(self.views, kind))


def breakdown(views: Iterable[Views], kind: str, dimensions: Iterable[str]) -> list[tuple[Any, ...]]:
    """Return rows of partner, dimension, value, period and all measures; each person's day is one visit to one content."""
    by: dict[tuple[str, str, str, date], list[Views]] = defaultdict(list)
    for one in views:
        for dimension in dimensions:
            by[one.partner, dimension, VALUE_OF[dimension](one), FIRST_OF[kind](one.day)].append(one)
    return [(*key, *_measures(each, is_end=key[1] in ENDS)) for key, each in sorted(by.items())]


def _measures(views: list[Views], *, is_end: bool) -> tuple[int, ...]:
    amounts: Counter[str] = Counter()
    for one in views:
        amounts[one.person] += 1 if is_end else one.count
    members = sum(person.endswith("0") for person in amounts)
    return (
        sum(amounts.values()),
        len({(one.person, one.day) for one in views}),
        members,
        len(amounts),
        len(amounts),
        *largest_two(amounts),
    )


def linked(views: Iterable[Views], kind: str) -> list[tuple[Any, ...]]:
    """Return rows of a linked service: everybody with an odd number plays, the others skip."""
    by: dict[tuple[str, str, date], list[str]] = defaultdict(list)
    for one in views:
        by[one.partner, "play" if _number(one) % 2 else "skip", FIRST_OF[kind](one.day)].append(one.person)
    return [
        (partner, "melon", event, first, len(each), len(set(each)), len(set(each)), *largest_two(Counter(each)))
        for (partner, event, first), each in sorted(by.items())
    ]


def largest_two(amounts: Mapping[str, int]) -> list[int]:
    """Return what the one person gives who gives the most, and the next; of nobody 0."""
    return [*sorted(amounts.values(), reverse=True), 0, 0][:2]


def _fill(connection: duckdb.DuckDBPyConnection, name: str, columns: str, rows: list[tuple[Any, ...]]) -> None:
    connection.execute(f"CREATE TABLE {name} ({columns})")
    if rows:
        marks = ", ".join("?" * len(rows[0]))
        connection.executemany(f"INSERT INTO {name} VALUES ({marks})", rows)  # noqa: S608 -- names of the tests


def audience(partner: str, first: date, days: int, people: int, *, seed: int = 1) -> list[Views]:
    """Return page views of about so many people a day: most see one content, a few another; some days are quiet."""
    chance = random.Random(f"{partner}{seed}")  # noqa: S311 -- an audience of the tests
    found = []
    for day in (first + timedelta(days=number) for number in range(days)):
        for number in chance.sample(range(people * 2), k=max(1, people // chance.choice((1, 1, 2, 4)))):
            content = chance.choices(("album-1", "album-2", "album-3", "album-4"), (12, 6, 2, 1))[0]
            device = chance.choices(("desktop", "mobile", "tablet"), (8, 5, 1))[0]
            found.append(Views(partner, day, f"person-{number}", content, device, chance.choice((1, 1, 2, 3))))
    return found


def with_breakdowns(policy: Policy) -> Policy:
    """Return the policy with the tables and columns that this warehouse has; of breakdowns and linked services all of them."""
    assert policy.publication is not None
    tables = {name: policy.publication.tables[name] for name in TABLES}
    for name in USAGE.values():
        others, adds_up = ("median_visit_seconds",), ("page_views", "visits")
        tables[name] = tables[name].model_copy(
            update={"others": others, "adds_up": adds_up, "parts": {}, "tails": {}, "amount": None, "also_judged": ()}
        )
    return policy.model_copy(update={"publication": policy.publication.model_copy(update={"tables": tables})})
