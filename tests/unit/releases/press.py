"""A hand-made warehouse of a few partners: page views of people in, the marts that publication reads out, in plain Python."""

import hashlib
import hmac
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from pipelines.clock import SEOUL
from pipelines.policy import Policy
from pipelines.releases.given import Given, Outcome, Place
from pipelines.releases.published import Published
from pipelines.releases.release import publish
from pipelines.storage.ledger import Ledger

MONDAY = date(2026, 11, 2)
FIRST_OF = {
    "day": lambda day: day,
    "week": lambda day: day - timedelta(days=day.weekday()),
    "month": lambda day: day.replace(day=1),
}
USAGE = {"day": "partner_daily_usage", "week": "partner_weekly_usage", "month": "partner_monthly_usage"}
TABLES = (
    *USAGE.values(),
    "partner_content_daily",
    "partner_device_daily",
    "partner_weekday_visits",
    "partner_hourly_visits",
)


@dataclass(frozen=True)
class Views:
    """Page views of one person on one day; each person's day is one visit at ten."""

    partner: str
    day: date
    person: str
    content: str = "album-1"
    device: str = "desktop"
    count: int = 1


def crowd(
    partner: str,
    day: date,
    people: int,
    *,
    content: str = "album-1",
    device: str = "desktop",
    count: int = 1,
    start: int = 0,
) -> list[Views]:
    """Return the page views of so many people, numbered from `start`."""
    return [Views(partner, day, f"person-{start + number}", content, device, count) for number in range(people)]


def usage(views: Iterable[Views], kind: str) -> list[tuple[Any, ...]]:
    """Return the rows of the mart of usage."""
    by: dict[tuple[str, date], list[Views]] = defaultdict(list)
    for one in views:
        by[one.partner, FIRST_OF[kind](one.day)].append(one)
    return [
        (partner, first, sum(one.count for one in each), len({(one.person, one.day) for one in each}),
         len({one.person for one in each if one.person.endswith("0")}), len({one.person for one in each}), 0.0,
         len({one.person for one in each}), len({one.person for one in each}))
        for (partner, first), each in sorted(by.items())
    ]  # fmt: skip


def breakdown(views: Iterable[Views], column: str) -> list[tuple[Any, ...]]:
    """Return the rows of a mart by day and one more column: page views, visits, members, visitors, people."""
    by: dict[tuple[str, str, date], list[Views]] = defaultdict(list)
    for one in views:
        by[one.partner, getattr(one, column), one.day].append(one)
    return [
        (partner, value, day, sum(one.count for one in each), len({one.person for one in each}),
         len({one.person for one in each if one.person.endswith("0")}), len({one.person for one in each}),
         len({one.person for one in each}))
        for (partner, value, day), each in sorted(by.items())
    ]  # fmt: skip


def hours(views: Iterable[Views]) -> list[tuple[Any, ...]]:
    """Return the rows of the mart of hours: every visit at ten."""
    visits: dict[tuple[str, date, int], set[tuple[str, date]]] = defaultdict(set)
    for one in views:
        visits[one.partner, FIRST_OF["month"](one.day), one.day.isoweekday()].add((one.person, one.day))
    return [
        (partner, month, weekday, 10, len(each), len({person for person, _ in each}))
        for (partner, month, weekday), each in sorted(visits.items())
    ]


def weekdays(views: Iterable[Views]) -> list[tuple[Any, ...]]:
    """Return the rows of the mart of weekdays, each with one hour."""
    return [(partner, month, weekday, *figures) for partner, month, weekday, _, *figures in hours(views)]


def write_marts(path: Path, views: list[Views]) -> None:
    """Write the marts of `views` into a new file."""
    path.unlink(missing_ok=True)
    people = "page_views BIGINT, visits BIGINT, unique_members BIGINT, unique_visitors BIGINT"
    with duckdb.connect(str(path)) as connection:
        for kind, name in USAGE.items():
            columns = (
                f"partner_id VARCHAR, {kind} DATE, {people}, median_visit_seconds DOUBLE, contributing_people BIGINT, "
                "visiting_people BIGINT"
            )
            _fill(connection, name, columns, usage(views, kind))
        for name, column in (("partner_content_daily", "content_id"), ("partner_device_daily", "device")):
            columns = f"partner_id VARCHAR, {column} VARCHAR, day DATE, {people}, contributing_people BIGINT"
            _fill(connection, name, columns, breakdown(views, column.removesuffix("_id")))
        key, figures = "partner_id VARCHAR, month DATE, weekday INTEGER", "visits BIGINT, contributing_people BIGINT"
        _fill(connection, "partner_weekday_visits", f"{key}, {figures}", weekdays(views))
        _fill(connection, "partner_hourly_visits", f"{key}, hour INTEGER, {figures}", hours(views))


def _fill(connection: duckdb.DuckDBPyConnection, name: str, columns: str, rows: list[tuple[Any, ...]]) -> None:
    connection.execute(f"CREATE TABLE {name} ({columns})")
    if rows:
        connection.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(rows[0]))})", rows)  # noqa: S608 -- names of the tests


def name_of(partner: str) -> str:
    """Return the file name of a partner, under a key of the tests."""
    return hmac.digest(b"k" * 32, partner.encode(), "sha256").hex()


@dataclass
class Press:
    """A place where releases are made of page views; `partners` of the registry get files too."""

    root: Path
    policy: Policy
    views: list[Views] = field(default_factory=list)
    partners: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Make the folder."""
        self.root.mkdir(parents=True, exist_ok=True)

    @property
    def place(self) -> Place:
        """Where everything lies."""
        ledger = Ledger(self.root / "ledger" / "releases.jsonl")
        staging = self.root / "staging"
        staging.mkdir(exist_ok=True)
        return Place(self.root / "warehouse.duckdb", self.root / "gate", self.root / "published", staging, ledger)

    @property
    def published(self) -> Published:
        """The releases."""
        return Published(self.root / "published")

    def given(self, now: datetime, days: Iterable[date] = ()) -> Given:
        """Everything passed in: a day's digest changes with its page views."""
        digests = {day: hashlib.sha256(b"").hexdigest() for day in days}
        by_day: dict[date, list[str]] = defaultdict(list)
        for one in self.views:
            by_day[one.day].append(repr(one))
        digests |= {day: hashlib.sha256("".join(sorted(each)).encode()).hexdigest() for day, each in by_day.items()}
        return Given(self.policy, now, digests, self.partners, name_of, lambda: duckdb.connect(":memory:"))

    def build(self) -> None:
        """Write the warehouse."""
        write_marts(self.place.warehouse, self.views)

    def publish(self, day: date, *, days: Iterable[date] = (), **options: Any) -> Outcome:
        """Build the marts and publish at five in the morning of `day`."""
        self.build()
        now = datetime(day.year, day.month, day.day, 5, tzinfo=SEOUL)
        return publish(self.place, self.given(now, days), **options)

    def rows(self, partner: str, table: str, columns: str = "*", release: str | None = None) -> list[tuple[Any, ...]]:
        """Read a table of the partner's file, in order."""
        path = self.published.file_of(name_of(partner), release)
        assert path is not None
        with duckdb.connect(str(path), read_only=True) as connection:
            return connection.execute(f"SELECT {columns} FROM {table} ORDER BY ALL").fetchall()  # noqa: S608 -- as above

    def counts(self, outcome: Outcome) -> Counter[str]:
        """Return the rows shown and hidden, of all tables."""
        total: Counter[str] = Counter()
        for counts in outcome.cells.values():
            total.update(counts)
        return total
