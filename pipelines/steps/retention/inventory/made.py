"""Files whose clock started when they were made: one that stands inside counts, since a copy or a restored file is written anew.

Plans and records of processing are owed as well: known are those that are what their name says.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import duckdb

from pipelines.clock import seoul_day
from pipelines.errors import UsageError
from pipelines.retention.items import Item
from pipelines.retention.plan_store import PlanStore
from pipelines.steps.retention.byte_files import Found as OnDisk
from pipelines.steps.retention.inventory.places import Found
from pipelines.steps.retention.inventory.view import View
from pipelines.steps.retention.processing import recorded_on

_AUDITED = "SELECT max(audited_day) FROM retention_status"
_MADE_IN_TEXT = re.compile(r"^Made (\S+) under policy ", re.MULTILINE)
_MADE_IN_JSON = re.compile(rb'"made_at": ?"([^"]{10,40})"')
_HEAD_BYTES = 4096


def made(file: OnDisk, found: Found, view: View) -> Item:
    """Return the item of a file by the clock inside, or the file's own where that is earlier or nothing stands inside."""
    if found.dataset == "destruction_plans":
        return _plan(file, view)
    item = view.made(file, found.dataset)
    day = _INSIDE.get(found.dataset, _told)(file.path, view)
    return item if day is None or item.anchor is None else replace(item, anchor=min(day, item.anchor))


def processing_record(file: OnDisk, found: Found, view: View) -> Item:
    """Return the item of a record of processing, which counts from the destruction of what it speaks of."""
    try:
        day = recorded_on(file.path)
    except (ValueError, TypeError, KeyError):
        day = None
    item = view.made(file, found.dataset, is_known=day is not None)
    return item if day is None else replace(item, anchor=min(day, view.today))


def _plan(file: OnDisk, view: View) -> Item:
    day = _planned_on(file.path)
    item = view.made(file, "destruction_plans", is_known=day is not None)
    return item if day is None else replace(item, anchor=min(day, view.today))


def _planned_on(path: Path) -> date | None:
    """Return the day of a plan's own clock: that of the JSON file, under its digest; of a text alone what it says."""
    if path.suffix == ".txt" and not path.with_suffix(".json").exists():
        told = _MADE_IN_TEXT.search(path.read_text(encoding="utf-8", errors="replace"))
        return None if told is None else _day(told[1])
    try:
        return PlanStore(path.parent).load(path.stem).day
    except UsageError:
        return None


def _told(path: Path, _view: View) -> date | None:
    """Return the day that a file says near its beginning as `made_at`."""
    with path.open("rb") as file:
        told = _MADE_IN_JSON.search(file.read(_HEAD_BYTES))
    return None if told is None else _day(told[1].decode("ascii", "replace"))


def _audited(path: Path, _view: View) -> date | None:
    """Return the last day on which a warehouse was the live one: when it was audited."""
    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            rows = connection.execute(_AUDITED).fetchall()
    except duckdb.Error:
        return None
    day: date | None = rows[0][0] if rows else None
    return day


def _run_ended(path: Path, view: View) -> date | None:
    """Return the day on which the run ended that a path of Dagster's home names."""
    names = set(path.parts) | {path.stem}
    ended = [run.ended_at for name in names if (run := (view.runs or {}).get(name)) is not None]
    return next((seoul_day(at) for at in ended if at is not None), None)


_INSIDE: Mapping[str, Callable[[Path, View], date | None]] = {
    "former_warehouses": _audited,
    "run_records": _run_ended,
}


def _day(text: str) -> date | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if at.tzinfo is None else seoul_day(at)
