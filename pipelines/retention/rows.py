"""When the clock of each row of a registry table starts and ends: what row data has instead of a day in its file's name.

Rows are versions: all rows of one key are one thing, and its latest version says where it stands. A row that vanished from
the exports keeps its own clock where a floor orders it kept (a complaint is kept three years after it was settled, whether
it is still delivered or not; one that was never settled counts as settled when it vanished); without a floor it ended on
the day it was no longer there. A former version is only there so that days of the vault can be derived again as they were:
it ends when the last day it held on is gone, where no floor keeps it longer with what it is a version of.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple, cast

import pyarrow as pa

from pipelines.clock import seoul_day
from pipelines.errors import UsageError
from pipelines.policy import Dataset, Period
from pipelines.registry.tables import VALID_FROM, VALID_TO

_Key = tuple[object, ...]
_Days = list[date | None]


class RowTerm(NamedTuple):
    """What a row gives `standing`: the day that starts its clock, its own end, and the day of an event that ends it early."""

    anchor: date | None = None
    ends_on: date | None = None
    ended_early: date | None = None
    clause: str | None = None
    """The clause that started the clock, where the row's values name another than the period does."""


@dataclass(frozen=True)
class VaultDays:
    """The days of visits that may still be derived again on `today`.

    `first_retained` is the first day the vault holds, None when it holds none; `period` is that of the visits.
    """

    today: date
    first_retained: date | None
    period: Period

    def released(self, valid_to: date) -> date | None:
        """Return the last day on which a version that held until `valid_to` (exclusive) was needed; None while it is.

        It is needed while a day it held on is there, and at the latest until that day's own period ends; when the day went
        before that, it is needed no longer as of yesterday.
        """
        if self.first_retained is not None and self.first_retained < valid_to:
            return None
        latest = self.period.ends(valid_to - timedelta(days=1)) or date.max
        return max(valid_to, min(latest, self.today - timedelta(days=1)))


def row_terms(
    dataset: Dataset,
    rows: pa.Table,
    *,
    membership_ended: Mapping[str, date],
    vault: VaultDays,
    known_from: date = date.min,
) -> list[RowTerm]:
    """Return the term of each of `rows`, the stored rows of the registry table `dataset`, in their order.

    `membership_ended` gives by account key the day each former member left, those no longer in the registry included.
    `known_from` is the day the table's first export describes: what a row only shows, without stating its day, is not taken
    to have happened before it. Rows of a dataset without a period have empty terms. Raises UsageError when the table lacks
    its key or its days.
    """
    if dataset.period is None:
        return [RowTerm()] * len(rows)
    table = _read(dataset, dataset.period, rows)
    terms = [RowTerm()] * len(rows)
    released = {day: None if day is None else vault.released(day) for day in set(table.valid_to)}
    for versions in table.versions():
        latest = _term(dataset.period, table, versions, membership_ended, known_from)
        terms[versions[-1]] = latest
        for row in versions[:-1]:
            ended_early = _earliest(latest.ended_early, released[table.valid_to[row]])
            terms[row] = latest._replace(ended_early=ended_early)
    return terms


def membership_ends(members: Dataset, rows: pa.Table, *, known_from: date = date.min) -> dict[str, date]:
    """Return by account key the day each member of the registry left: withdrew, was refused, or is no longer delivered.

    Raises UsageError when `members` is not named by one key, or has no period.
    """
    if members.period is None or len(members.grain) != 1:
        raise UsageError("members need a period and one key")
    table = _read(members, members.period, rows)
    ends: dict[str, date] = {}
    for versions in table.versions():
        term = _term(members.period, table, versions, {}, known_from)
        if (day := _earliest(term.anchor, term.ended_early)) is not None:
            ends[str(table.keys[versions[-1]][0])] = day
    return ends


@dataclass(frozen=True)
class _Table:
    """The columns that count, as lists; a column that was not stored yet is empty."""

    keys: list[_Key]
    valid_from: list[date]
    valid_to: _Days
    days: Mapping[str, _Days]
    texts: Mapping[str, list[str | None]]

    def versions(self) -> list[list[int]]:
        """Return the places of the rows of each key, the latest version last."""
        by_key: defaultdict[_Key, list[int]] = defaultdict(list)
        for place, key in enumerate(self.keys):
            by_key[key].append(place)
        for places in by_key.values():
            if len(places) > 1:
                places.sort(key=lambda place: (self.valid_from[place], self.valid_to[place] or date.max))
        return list(by_key.values())


def _read(dataset: Dataset, period: Period, rows: pa.Table) -> _Table:
    needed = (*dataset.grain, VALID_FROM, VALID_TO)
    if not dataset.grain or not set(needed) <= set(rows.column_names):
        raise UsageError("a registry table needs its key, valid_from and valid_to")
    empty = [None] * len(rows)
    stored = set(rows.column_names)
    days = {name for _, name in period.day_fields()}
    texts = {name for _, name in period.text_fields()}
    return _Table(
        keys=list(zip(*(_plain(rows[name]) for name in dataset.grain), strict=True)),
        valid_from=_plain(rows[VALID_FROM]),
        valid_to=_plain(rows[VALID_TO]),
        days={name: _days(rows[name]) if name in stored else list(empty) for name in days},
        texts={name: _plain(rows[name]) if name in stored else list(empty) for name in texts},
    )


def _plain(column: pa.ChunkedArray) -> list[Any]:
    """Return a column's values, instants as numbers: pyarrow takes several times longer to make datetimes of them."""
    is_instant = pa.types.is_timestamp(column.type)
    return cast(list[Any], (column.cast(pa.int64()) if is_instant else column).to_pylist())


def _days(column: pa.ChunkedArray) -> _Days:
    """Return a column's days, instants as Asia/Seoul days."""
    if not pa.types.is_timestamp(column.type):
        return _plain(column)
    in_seconds = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[column.type.unit]
    return [None if value is None else _day(value // in_seconds) for value in _plain(column)]


def _day(seconds: int) -> date:
    """Return the Asia/Seoul day of an instant; one beyond the calendar (9999-12-31 for "open") is its last day."""
    try:
        return seoul_day(datetime.fromtimestamp(seconds, UTC))
    except (OverflowError, ValueError):
        return date.max


def _term(
    period: Period, table: _Table, versions: list[int], membership_ended: Mapping[str, date], known_from: date
) -> RowTerm:
    """Return the term of the latest of `versions`, which is that of the whole key."""
    row = versions[-1]
    member = table.texts[period.member_field][row] if period.member_field else None
    left = None if member is None else membership_ended.get(member)
    shown, clause = _shown(period, table, versions, known_from)
    vanished = table.valid_to[row]
    has_floor = period.at_least is not None or bool(period.at_least_from)
    anchor = (table.days[period.anchor_field][row] if period.anchor_field else None) or shown
    if anchor is None and period.anchor == "membership_ended":
        anchor = left
    if anchor is None and has_floor:
        anchor = vanished
    ends_on = table.days[period.ends_field][row] if period.ends_field else None
    if ends_on is None and period.open_end is not None:
        ends_on = left
    events = [table.days[name][row] for name in period.ended_fields]
    events.append(left if "membership_ended" in period.or_earlier else None)
    events.append(None if has_floor else vanished)
    return RowTerm(anchor, ends_on, _earliest(*events), clause)


def _shown(period: Period, table: _Table, versions: list[int], known_from: date) -> tuple[date | None, str | None]:
    """Return since when a key shows, without a break, a value that ends it, and the clause of its present value."""
    if period.ended_when is None:
        return None, None
    values, clauses = table.texts[period.ended_when.field], period.ended_when.values
    clause = clauses.get(values[versions[-1]] or "")
    since = None
    for row in reversed(versions):
        if values[row] not in clauses:
            break
        since = max(table.valid_from[row], known_from)
    return since, clause


def _earliest(*days: date | None) -> date | None:
    return min((day for day in days if day is not None), default=None)
