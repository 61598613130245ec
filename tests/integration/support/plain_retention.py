"""Where everything in a home stands, worked out slowly from the files that lie there.

Imports nothing of the project. Periods are those of the policy's words: three months for visits and what comes of them, a
year for what tells a double sign-up, fourteen days for samples, five years for plans and for records of access.
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta, timezone
from itertools import chain
from pathlib import Path

import duckdb
from support.plain_periods import VISITS_MONTHS, Row, Standings, months_after, rows_standing, state

Ending = tuple[str, date | None]
"""A dataset, and the last day on which something of it may be there."""

FEWEST_PEOPLE = 10
SEOUL = timezone(timedelta(hours=9))
SAMPLE_DAYS = timedelta(days=14)
BY_DAY = {
    "vault/access_logs/*/*/*.age": ("access_logs", 3),
    "vault/cookie_records/*/*/*.age": ("cookie_records", 3),
    "vault/linked_events/*/*/*.age": ("linked_events", 3),
    "quarantine/quarantine/*/*/*.age": ("quarantine", 3),
    "events/*.parquet": ("events", 3),
    "events/*.json": ("events", 3),
    "events/linked/*.parquet": ("linked_events_pseudonymised", 3),
    "events/linked/*.json": ("linked_events_pseudonymised", 3),
    f"sealed/1y/*/{'[0-9a-f]' * 64}.age": ("former_members_1y", 12),
    "sealed/1y/*/sign_ups.age": ("sign_up_digests", 12),
    "ledger/access/*.sealed": ("access_records", 60),
}
"""Files with a day in their path: dataset, and months that they may be kept."""
HAVE_DAY_KEYS = ("vault/", "quarantine/", "events/", "ledger/access/")
DAY = re.compile(r"\d{4}-\d\d-\d\d")
DAY_KEY = re.compile(r"([a-z0-9_]+)\.(\d{4}-\d\d-\d\d)(?:\.r\d+)?\.until-\d")


class PlainDisk:
    """What lies below a home and its keys' folder on `today`, with the rows of its tables as plain dictionaries."""

    def __init__(self, home: Path, rows: Mapping[str, list[Row]], today: date) -> None:
        """Name the home."""
        self._home, self._rows, self._today = home, rows, today

    def standings(self, left: Mapping[str, date], told_until: Callable[[str, date], date]) -> Standings:
        """Count everything that has a period; `told_until` says of a delivered file the last day it told of."""
        found: Standings = Counter()
        for dataset, end in chain(self._stored(), self._recorded(), self._delivered(told_until), self._tombstones()):
            found[dataset, end, state(end, self._today)] += 1
        for (_, day), cells in small_cells(self._home / "warehouse.duckdb").items():
            end = months_after(day, VISITS_MONTHS)
            found["small_cells", end, state(end, self._today)] += cells
        first = min((day_of(path) for path in self._home.glob("vault/access_logs/*/*")), default=None)
        for table, rows in self._rows.items():
            found += rows_standing(table, rows, self._today, left, first)
        return found

    def _stored(self) -> Iterator[Ending]:
        for pattern, (dataset, months) in BY_DAY.items():
            for path in self._home.glob(pattern):
                yield dataset, months_after(day_of(path), months)
        for _ in self._home.glob("sealed/permanent/*/*.age"):
            yield "former_members_permanent", None

    def _recorded(self) -> Iterator[Ending]:
        for path in self._home.glob("ledger/samples/*.json"):
            taken = date.fromisoformat(json.loads(path.read_bytes())["taken_on"])
            yield "verification_digests", taken + SAMPLE_DAYS
        for path in self._home.glob("ledger/plans/*"):
            made = json.loads(path.with_suffix(".json").read_bytes())["made_at"]
            yield "destruction_plans", months_after(datetime.fromisoformat(made).astimezone(SEOUL).date(), 60)
        for path in self._home.glob("ledger/processing/*"):
            recorded = json.loads(path.read_text().splitlines()[0])["recorded_at"]
            yield "processing_records", months_after(datetime.fromisoformat(recorded).astimezone(SEOUL).date(), 60)

    def _delivered(self, told_until: Callable[[str, date], date]) -> Iterator[Ending]:
        for path in self._home.glob("landing/**/*.*"):
            told = told_until(path.relative_to(self._home / "landing").as_posix(), self._today)
            yield "delivered_files", months_after(min(told, self._today), VISITS_MONTHS)

    def days(self, dataset: str) -> set[date]:
        """Return the days of a dataset of the vault that are there."""
        return {day_of(path) for path in self._home.glob(f"vault/{dataset}/*/*/*.age")}

    def stray_keys(self) -> set[tuple[str, date]]:
        """Return the days of which there is a key and no file, or a file and no key."""
        names = [json.loads(line)["name"] for line in self._wrapped()]
        keys = {(match[1], date.fromisoformat(match[2])) for name in names if (match := DAY_KEY.match(name))}
        files = {
            (dataset, day_of(path))
            for pattern, (dataset, _) in BY_DAY.items()
            if pattern.startswith(HAVE_DAY_KEYS)
            for path in self._home.glob(pattern)
        }
        return {each for each in keys ^ files if not each[0].startswith(("former_members", "sign_up"))}

    def _wrapped(self) -> Iterator[str]:
        for path in self._home.with_name(f"{self._home.name}.keys").glob("wrapped/*.jsonl"):
            yield from path.read_text().splitlines()

    def _tombstones(self) -> Iterator[Ending]:
        path = self._home.with_name(f"{self._home.name}.keys") / "tombstones.jsonl"
        for line in path.read_text().splitlines() if path.exists() else []:
            document = json.loads(line)
            if "goes_after" in document:
                yield "tombstones", date.fromisoformat(document["goes_after"])


def small_cells(warehouse: Path) -> Counter[tuple[str, date]]:
    """Count the rows on too few people by table and the first day of theirs that was built."""
    found: Counter[tuple[str, date]] = Counter()
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        built = [row[0] for row in connection.execute("SELECT DISTINCT day FROM pipeline_days").fetchall()]
        columns = defaultdict(set)
        for table, column in connection.execute("SELECT table_name, column_name FROM duckdb_columns()").fetchall():
            columns[table].add(column)
        for table, names in columns.items():
            if "contributing_people" not in names:
                continue
            period = next(name for name in ("day", "week", "month") if name in names)
            query = f"SELECT {period}, count(*) FROM {table} WHERE contributing_people < {FEWEST_PEOPLE} GROUP BY 1"  # noqa: S608 -- own names
            for first, cells in connection.execute(query).fetchall():
                found[table, min((day for day in built if first_of(period, day) == first), default=first)] += cells
    return found


def first_of(period: str, day: date) -> date:
    """Return the first day of the period that `day` lies in."""
    if period == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if period == "month" else day


def day_of(path: Path) -> date:
    """Return the day in a path: the file's own, else its folder's."""
    return date.fromisoformat(DAY.findall(path.as_posix())[-1])
