"""Tables for the benchmark of disclosure control: a real log by path and day, and partners with Zipf-like audiences."""

import gzip
import ipaddress
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import numpy as np

from pipelines.disclosure.cells import Cells, Relation
from pipelines.disclosure.rules import Integers, Standing

SEOUL = timezone(timedelta(hours=9))
LINE = re.compile(r'(\S+) \S+ \S+ \[([^\]]+)\] "\S+ (\S+)[^"]*" ')
FEWEST_HITS = 20
DIMENSIONS = {"content": 30, "device": 4, "browser": 6, "os": 6, "feature": 5, "referrer": 12}
TYPES = 5
"""Content types; a content's is its number modulo this."""
WEEKS = tuple(range(start, start + 7) for start in (2, 9, 16, 23))
"""Full weeks of a month of 31 days, numbered from 0."""
EDGE_DAYS = (0, 1, 30)

Row = tuple[str, ...]
Gifts = dict[Row, Counter[object]]


class Tables:
    """Rows by key with what each person gives, the relations among them, and what was decided."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.place: dict[Row, int] = {}
        self.columns: list[tuple[int, int, int, int]] = []
        self.relations: list[Relation] = []
        self.fixed: list[Standing] = []
        self.who: dict[int, set[object]] = {}

    def add(self, key: Row, views: int, people: int, largest: int, second: int) -> None:
        """Add a row."""
        self.place[key] = len(self.columns)
        self.columns.append((views, people, largest, second))
        self.fixed.append(Standing.FREE)

    def relate(self, total: Row, parts: Iterable[Row]) -> None:
        """Say that a row is the sum of others; those that do not exist are empty."""
        there = tuple(self.place[part] for part in parts if part in self.place)
        if total in self.place:
            self.relations.append(Relation("page_views", self.place[total], there))

    def cells(self) -> Cells:
        """Return the rows as columns."""
        views, people, largest, second = np.array(self.columns, dtype=np.int64).reshape(-1, 4).T
        fixed = np.array(self.fixed, dtype=np.int8)
        return Cells(list(self.place), {"page_views": views}, people, largest, second, fixed)

    def fix(self, hidden: Sequence[bool]) -> None:
        """Make decisions final."""
        self.fixed = [Standing.HIDDEN if one else Standing.SHOWN for one in hidden]


def add_gifts(tables: Tables, gifts: Gifts) -> None:
    """Add rows from what each person gives to them."""
    for key, people in gifts.items():
        by_size = sorted(people.values(), reverse=True)
        tables.add(key, sum(by_size), len(by_size), by_size[0], by_size[1] if len(by_size) > 1 else 0)
        tables.who[tables.place[key]] = set(people)


def prefix(address: str) -> str:
    """Return the /24 or /48 of a client address; a host name stands for itself."""
    try:
        width = 24 if ipaddress.ip_address(address).version == 4 else 48
    except ValueError:
        return address
    return str(ipaddress.ip_network(f"{address}/{width}", strict=False))


def log_rows(log: Path) -> Counter[tuple[str, str, str]]:
    """Return hits by (path, Seoul day, address prefix) of a combined log; rare paths are one, `other`."""
    hits: Counter[tuple[str, str, str]] = Counter()
    with gzip.open(log, "rt", encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if match := LINE.match(line):
                address, instant, target = match.groups()
                day = datetime.strptime(instant, "%d/%b/%Y:%H:%M:%S %z").astimezone(UTC).astimezone(SEOUL).date()
                hits[target.split("?")[0], day.isoformat(), prefix(address)] += 1
    paths: Counter[str] = Counter()
    for (path, _, _), count in hits.items():
        paths[path] += count
    grouped: Counter[tuple[str, str, str]] = Counter()
    for (path, day, person), count in hits.items():
        grouped[path if paths[path] >= FEWEST_HITS else "other", day, person] += count
    return grouped


def crossed(rows: Counter[tuple[str, str, str]]) -> Tables:
    """Return paths by days with all totals."""
    gifts: Gifts = {}
    for (path, day, person), count in rows.items():
        for key in (("cell", path, day), ("path", path), ("day", day), ("all",)):
            gifts.setdefault(key, Counter())[person] += count
    tables = Tables()
    add_gifts(tables, gifts)
    paths, days = sorted({path for path, _, _ in rows}), sorted({day for _, day, _ in rows})
    for path in paths:
        tables.relate(("path", path), [("cell", path, day) for day in days])
    for day in days:
        tables.relate(("day", day), [("cell", path, day) for path in paths])
    tables.relate(("all",), [("path", path) for path in paths])
    tables.relate(("all",), [("day", day) for day in days])
    return tables


def views_of(partner: int, days: int, largest: int) -> dict[str, Integers]:
    """Return the page views of a partner as columns: day, person and one for each dimension; sizes fall as 1/rank."""
    chance = np.random.default_rng(partner)
    audience = max(3, round(largest / partner))
    coming = chance.poisson(audience, days)
    person = np.concatenate([chance.integers(0, audience * 4, one) for one in coming])
    day = np.repeat(np.arange(days), coming)
    each = np.minimum(chance.zipf(2.0, len(person)), 300)
    day, person = np.repeat(day, each), np.repeat(person, each)
    columns = {"day": day, "person": person}
    for name, size in DIMENSIONS.items():
        weight = 1 / np.arange(1, size + 1)
        is_of_person = name in ("device", "browser", "os")
        drawn = chance.choice(size, audience * 4 if is_of_person else len(day), p=weight / weight.sum())
        columns[name] = drawn[person] if is_of_person else drawn
    columns["type"] = columns["content"] % TYPES
    columns["usage"] = np.zeros(len(day), dtype=np.int64)
    return columns


def add_period(tables: Tables, views: dict[str, Integers], name: str, of: Sequence[int]) -> None:
    """Add the rows of a period, and how its tables add up."""
    inside = np.isin(views["day"], of)
    for dimension in (*DIMENSIONS, "type", "usage"):
        pairs, counts = np.unique(views[dimension][inside] * 10**9 + views["person"][inside], return_counts=True)
        value = pairs // 10**9
        for one in np.unique(value).tolist():
            gifts = np.sort(counts[value == one])[::-1].tolist()
            tables.add((dimension, name, str(one)), sum(gifts), len(gifts), gifts[0], gifts[1] if len(gifts) > 1 else 0)
    for dimension, size in (*DIMENSIONS.items(), ("type", TYPES)):
        tables.relate(("usage", name, "0"), [(dimension, name, str(value)) for value in range(size)])
    for kind in range(TYPES):
        parts = range(kind, DIMENSIONS["content"], TYPES)
        tables.relate(("type", name, str(kind)), [("content", name, str(value)) for value in parts])


def add_sums(tables: Tables, name: str, of: Sequence[str]) -> None:
    """Say that each row of a period is the sum of shorter periods' rows."""
    for dimension, size in (*DIMENSIONS.items(), ("type", TYPES), ("usage", 1)):
        for value in range(size):
            tables.relate((dimension, name, str(value)), [(dimension, part, str(value)) for part in of])
