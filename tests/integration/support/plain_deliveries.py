"""What was delivered to a home, night by night, and what of it the law orders kept; read slowly.

Imports nothing of the project.
"""

import csv
import gzip
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pyarrow.parquet as pq
from support.plain_people import PlainExports, seoul
from support.plain_periods import FLOORS, KEYS, ONE_DAY, VISITS_MONTHS, Row, months_after

LOG_TIME = re.compile(r"\[(\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4})\]")
DATASETS = {"access": "access_logs", "cookies": "cookie_records", "linked": "linked_events"}


class PlainDeliveries:
    """What was delivered: the days that files told of, rows that count with a floor, and members who left."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._days: dict[str, set[date]] = defaultdict(set)
        self._told: dict[str, date] = {}
        self._rows: dict[str, dict[tuple[str, ...], date | None]] = defaultdict(dict)
        self._first: date | None = None
        self._alive: set[str] = set()
        self.left: dict[str, date] = {}
        """Who is no member any more, by account, with the day of leaving."""
        self.departures: set[tuple[str, date]] = set()
        """Every leaving that an export told of."""

    def take(self, folder: Path, day: date) -> None:
        """Read what came in the night after `day`, which lies in `folder`."""
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            name = path.relative_to(folder).as_posix()
            if name.startswith("registry/"):
                continue
            days = _days_told(path, name)
            self._days[DATASETS[name.partition("/")[0]]] |= days
            self._told[name] = max([*days, self._told.get(name, date.min)])
        if not (folder / "registry").is_dir():
            return
        self._first = self._first or day
        self._take_members(PlainExports(folder / "registry", day).members, day)
        for table, (column, _) in FLOORS.items():
            for row in _rows_of(next((folder / "registry").glob(f"{table}.*"))):
                key = tuple(str(row[name]) for name in KEYS[table] if name != column)
                self._rows[table][(*key, _day_text(row[column]))] = _day_in(row[column])
                if _day_text(row[column]):
                    self._rows[table].pop((*key, ""), None)

    def told_until(self, name: str, night: date) -> date:
        """Return the last day that a file below the landing folder tells of: an export, of the last closed day."""
        return night - ONE_DAY if name.startswith("registry/") else self._told[name]

    def owed_days(self, dataset: str, today: date) -> set[date]:
        """Return the days of a dataset of the vault that have to be there."""
        return {day for day in self._days[dataset] if today <= months_after(day, VISITS_MONTHS)}

    def owed_rows(self, table: str, today: date) -> set[tuple[str, ...]]:
        """Return what tells the rows of a table apart that the law orders kept: their keys, and the day that counts."""
        months = FLOORS[table][1]
        return {
            key for key, began in self._rows[table].items() if began is None or today <= months_after(began, months)
        }

    def _take_members(self, members: dict[str, dict[str, str]], day: date) -> None:
        for account, row in members.items():
            if row["withdrawn_at"]:
                self.left[account] = seoul(row["withdrawn_at"]).date()
                self.departures.add((account, self.left[account]))
            elif row["status"] == "rejected":
                self.left.setdefault(account, self._first or day)
            else:
                self.left.pop(account, None)
        for account in self._alive - members.keys():
            self.left.setdefault(account, day)
        self._alive = {account for account, row in members.items() if row["status"] in ("approved", "pending")}


def stored_keys(table: str, rows: list[Row]) -> set[tuple[str, ...]]:
    """Return what tells the stored rows of a table with a floor apart, as `owed_rows` does."""
    column = FLOORS[table][0]
    return {(*(str(row[name]) for name in KEYS[table] if name != column), _day_text(row[column])) for row in rows}


def _rows_of(path: Path) -> Iterator[Row]:
    if path.suffix == ".parquet":
        yield from pq.read_table(path).to_pylist()
        return
    text = (gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()).decode()
    yield from map(json.loads, text.splitlines()) if ".jsonl" in path.name else csv.DictReader(text.splitlines())


def _days_told(path: Path, name: str) -> set[date]:
    text = (gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()).decode("latin-1")
    if name.startswith("access/"):
        times = [datetime.strptime(each, "%d/%b/%Y:%H:%M:%S %z") for each in LOG_TIME.findall(text)]
        return {seoul(each.isoformat()).date() for each in times}
    rows = map(json.loads, text.splitlines()) if name.startswith("cookies/") else csv.DictReader(text.splitlines())
    return {seoul(row["time"]).date() for row in rows}


def _day_in(value: object) -> date | None:
    """Return the Seoul day of an instant or day, as a text of an export or as the registry stores it."""
    if value is None or value == "":
        return None
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    return seoul(text).date() if len(text) > 10 else date.fromisoformat(text)


def _day_text(value: object) -> str:
    day = _day_in(value)
    return "" if day is None else day.isoformat()
