"""Everything beside the registry's rows that has a period: files by day as the inventory tells them by their places alone.

No line is written: of a day's file the place counts, of a file that is made the instant it was written.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from support.plain_periods import months_after

from pipelines.clock import SEOUL
from pipelines.policy import Policy
from pipelines.retention.items import Item, Kind
from pipelines.steps.retention.byte_files import Found as OnDisk
from pipelines.steps.retention.inventory import others, stored_days
from pipelines.steps.retention.inventory.known import Known, Taken
from pipelines.steps.retention.inventory.places import Store, place_of
from pipelines.steps.retention.inventory.stored_days import EventDays
from pipelines.steps.retention.inventory.view import Run, View, standing_file
from pipelines.steps.workspace import Workspace

ONE_DAY = timedelta(days=1)
SEGMENT = f"{'0' * 16}-{'0' * 15}.age"
OBJECT = f"{'0' * 64}.age"
PLACES = {
    f"vault/access_logs/web/{{day}}/{SEGMENT}": (1, "3M"),
    f"vault/cookie_records/web/{{day}}/{SEGMENT}": (2, "3M"),
    f"vault/linked_events/melon/{{day}}/{SEGMENT}": (3, "3M"),
    f"quarantine/quarantine/web/{{day}}/{SEGMENT}": (5, "3M"),
    "events/{day}.parquet": (1, "3M"),
    "events/linked/{day}.parquet": (3, "3M"),
    "landing/access/web/{day}.log": (4, "3M"),
    "held/hold/access_logs/{day}/00.age": (11, "at once, since the day before"),
    "staging/{day}.part": (7, "at once"),
    "warehouse-{day}.duckdb": (7, "at once"),
    "published/{day}.duckdb": (9, "at once"),
    "accounts/{day}.json": (30, "at once"),
    "exports/{day}.csv": (6, "7D"),
    "ledger/samples/{day}.json": (2, "14D"),
    "ledger/plans/{day}.json": (13, "60M"),
    "ledger/processing/{day}.json": (29, "60M"),
    "ledger/access/{day}.sealed": (0, "60M"),
}
"""Places: how many days lie between two (0: there is one for each month), and how long they may stay, by the policy's words."""
SEALED = {f"sealed/1y/{{day}}/{OBJECT}": "12M", "sealed/1y/{day}/sign_ups.age": "12M"}
FOR_GOOD = (
    "ledger/holds.jsonl", "ledger/requests/one.age", "ledger/requests.jsonl", "ledger/destructions.jsonl",
    "dashboard/sessions.sqlite",
)  # fmt: skip
NOT_FILES = {"small_cells": (3, "3M"), "data_keys": (4, "at once"), "run_records": (2, "90D")}
"""What no place tells: cells of a warehouse and keys of a keyring, which are stated here as they are; and the runs."""


@dataclass(frozen=True)
class Dated:
    """An item with the last day it may be there, by the policy's words and other arithmetic; None: it has none."""

    item: Item
    end: date | None


class DemoDays:
    """What a house writes of each day."""

    def __init__(self, policy: Policy, folder: Path) -> None:
        """Name a folder for the few bytes that are read."""
        self._policy, self._file = policy, folder / "file"
        self._folder = folder

    def forever(self, today: date) -> Iterator[Dated]:
        """Yield what stays: its clock has not started."""
        for place in FOR_GOOD:
            yield Dated(self._item(place, today, today), None)

    def of(self, day: date, today: date) -> Iterator[Dated]:
        """Yield what tells of `day` and arrives on `today`."""
        for pattern, (every, length) in PLACES.items():
            if day.toordinal() % every == 0 if every else day.day == 1:
                yield Dated(self._item(pattern.format(day=day), day, today), ends(day, length))
        for dataset, (every, length) in NOT_FILES.items():
            if day.toordinal() % every == 0:
                yield Dated(self._stated(dataset, day, today), ends(day, length))

    def sealed(self, left: date, today: date) -> Iterator[Dated]:
        """Yield what is kept of somebody who left; of a year only what may still be there."""
        permanent = f"sealed/permanent/{left}/{OBJECT}"
        yield Dated(self._item(permanent, left, today), None)
        for pattern, length in SEALED.items():
            if (last := ends(left, length)) is not None and today <= last:
                yield Dated(self._item(pattern.format(day=left), left, today), last)

    def _view(self, day: date, today: date, runs: dict[str, Run] | None = None) -> View:
        digest = hashlib.sha256(self._file.read_bytes()).hexdigest() if self._file.exists() else ""
        home = SimpleNamespace(events=self._folder / "no events")
        workspace = SimpleNamespace(home=home, policy=self._policy, settings=SimpleNamespace(remove_landing=False))
        known = Known(taken={digest: Taken(day, today)})
        return View(cast(Workspace, workspace), today, known, (), runs, {})

    def _item(self, place: str, day: date, today: date) -> Item:
        """Return the item of a file by its place, as the inventory does."""
        self._file.write_text(json.dumps({"taken_on": day.isoformat()}))
        written = int(datetime.combine(day, time(23, 59, 59), SEOUL).timestamp())
        file, found, view = (
            OnDisk(self._file, place, (1, written * 10**9, 0, 0)),
            place_of(place),
            self._view(day, today),
        )
        assert found is not None, place
        modules: dict[Store, Any] = {
            Store.SEGMENT: stored_days.segment,
            Store.SEALED: stored_days.sealed,
            Store.ACCESS: stored_days.access_month,
            Store.EVENTS: lambda file, found, view: EventDays(view).item(file, found),
            Store.LANDING: others.delivered,
            Store.HELD: others.held,
            Store.SAMPLE: others.sample,
            Store.STANDING: lambda file, found, _view: standing_file(file, found.dataset),
        }
        made = modules.get(found.store, lambda file, found, view: view.made(file, found.dataset))
        return cast(Item, made(file, found, view))

    def _stated(self, dataset: str, day: date, today: date) -> Item:
        if dataset == "run_records":
            run = Run(str(day), datetime.combine(day, time(12), UTC))
            return next(iter(others.runs(self._view(day, today, {run.run_id: run}))))
        kind = Kind.KEY if dataset == "data_keys" else Kind.ROWS
        return Item(dataset, kind, f"{dataset}/{day}", day, 1)


def ends(day: date, length: str) -> date | None:
    """Return the last day of a period that `day` starts, in words."""
    if length.startswith("at once"):
        return day - ONE_DAY if "day before" in length else day
    number = int(length[:-1])
    return months_after(day, number) if length.endswith("M") else day + timedelta(days=number)
