"""Who is gone stays out: rows of members who left, or were erased, are not taken in again however often they are delivered."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.clock import SEOUL, seoul_day
from pipelines.registry.carried import has_left
from pipelines.registry.tables import BEGINS_WITH, MEMBERS, VALID_TO
from pipelines.retention.states import State, standing
from pipelines.rights.tombstones import Gone
from pipelines.steps.workspace import Workspace

ACCOUNT = "account_key"
_ENDS_WITH_MEMBERSHIP = "membership_ended"
PAST_PERIOD = "past-period"
NO_MEMBER = "no-member"
_BEGINNINGS = (*BEGINS_WITH, "recorded_at")


def end_of(day: date) -> datetime:
    """Return the last instant, to the microsecond, of an Asia/Seoul day."""
    return datetime.combine(day + timedelta(days=1), time(), SEOUL).astimezone(UTC) - timedelta(microseconds=1)


def members_there(rows: pa.Table) -> pa.Table:
    """Return the rows of a registry table that hold on."""
    return rows.filter(pc.is_null(rows[VALID_TO]))


def tables_of_membership(workspace: Workspace) -> list[str]:
    """Return the registry tables whose rows about an account end with its membership, `members` last."""
    found = [
        name
        for name, dataset in workspace.policy.datasets.items()
        if dataset.stage == "registry"
        and ACCOUNT in dataset.fields
        and dataset.period is not None
        and _ENDS_WITH_MEMBERSHIP in (dataset.period.anchor, *dataset.period.or_earlier)
    ]
    return sorted(found, key=lambda name: (name == MEMBERS, name))


def keep_out(workspace: Workspace, table: str) -> Callable[[Mapping[str, Any]], str | None] | None:
    """Return what says why a row delivered for `table` is not taken in again; None when nobody is to be kept out.

    Of a member who left, no row comes back that ends with the membership, unless the member joined again; of an erased one no
    row that began before, but where law orders it kept (clause rights.refuse). Of nobody a row that is past its period already,
    or whose values say that it is over, or which would end with a membership that is not there: its end could never be seen.
    """
    door = _Door(workspace, table)
    asks = door.departed or door.has_erased or door.has_end or door.knows_ended or door.needs_member
    return door.reason if asks else None


def rows_of_erased(workspace: Workspace, rows: pa.Table, table: str) -> list[bool]:
    """Say of each stored row whether a tombstone of an erased member covers it: a restored backup brings such rows back."""
    door = _Door(workspace, table)
    if not door.has_erased:
        return [False] * len(rows)
    columns = [name for name in (ACCOUNT, *_BEGINNINGS) if name in rows.column_names]
    return [door.is_erased(row) for row in rows.select(columns).to_pylist()]


@dataclass(frozen=True)
class _Door:
    """What is asked of each row of one table."""

    workspace: Workspace
    table: str

    def reason(self, row: Mapping[str, Any]) -> str | None:
        """Return why `row` stays out, None if it may come in."""
        if (self.has_end and self._is_past(row)) or (self.knows_ended and self._is_over(row)):
            return PAST_PERIOD
        if row.get(ACCOUNT) is None:
            return None
        if self.has_erased and self.is_erased(row):
            return Gone.ERASED.value
        if self.departed and self._has_left(row):
            return Gone.WITHDRAWN.value
        return NO_MEMBER if self.needs_member and self._is_of_nobody(row) else None

    @cached_property
    def knows_ended(self) -> bool:
        """Whether values end rows of the table, and it was taken in before: nothing of its first export was destroyed yet."""
        period = self.workspace.policy.dataset(self.table).period
        is_there = self.workspace.registry.pointer(self.table) is not None
        return is_there and period is not None and period.ended_when is not None

    def _is_over(self, row: Mapping[str, Any]) -> bool:
        """Say whether a row's values end it and it is not there: that it states no day brings nothing back.

        A member who left is another matter, since something is sealed then.
        """
        dataset = self.workspace.policy.dataset(self.table)
        period = dataset.period
        if period is None or period.ended_when is None or row[period.ended_when.field] not in period.ended_when.values:
            return False
        if self.table == MEMBERS and has_left(row, self._until):
            return False
        return tuple(row[name] for name in dataset.grain) not in self._there

    @cached_property
    def needs_member(self) -> bool:
        """Whether rows of the table end with a membership, and the members are known."""
        period = self.workspace.policy.dataset(self.table).period
        is_of_members = self.table != MEMBERS and (
            self.table in tables_of_membership(self.workspace) or (period is not None and period.open_end is not None)
        )
        return is_of_members and self.workspace.registry.pointer(MEMBERS) is not None

    def _is_of_nobody(self, row: Mapping[str, Any]) -> bool:
        """Say whether a row that is not there belongs to no member: to one, for instance, whose sign-up was refused."""
        dataset = self.workspace.policy.dataset(self.table)
        if dataset.period is not None and row.get(dataset.period.ends_field or "") is not None:
            return False
        return row[ACCOUNT] not in self._present and tuple(row[name] for name in dataset.grain) not in self._there

    @cached_property
    def has_end(self) -> bool:
        """Whether rows of the table say when they end; that a member left is another matter, since something is sealed then."""
        period = self.workspace.policy.dataset(self.table).period
        return self.table != MEMBERS and period is not None and any(period.day_fields())

    def _is_past(self, row: Mapping[str, Any]) -> bool:
        """Say whether a row that is not stored is past its period: what was destroyed does not return.

        In a table's first export only what is past its days of grace too: what ended a day ago may decide about days still to
        be derived.
        """
        dataset = self.workspace.policy.dataset(self.table)
        period = dataset.period
        if period is None or tuple(row[name] for name in dataset.grain) in self._stored:
            return False
        days = {name: _day(row.get(name)) for _, name in period.day_fields()}
        events = [day for name in period.ended_fields if (day := days[name]) is not None]
        found = standing(
            period,
            days.get(period.anchor_field or ""),
            self.workspace.today,
            ends_on=days.get(period.ends_field or ""),
            ended_early=min(events, default=None),
        )
        is_first = self.workspace.registry.pointer(self.table) is None
        return found.state is State.OVER_RETAINED or (found.state is State.DUE and not is_first)

    @cached_property
    def _stored(self) -> set[tuple[object, ...]]:
        """The keys of the rows that are there: what they become is told to them, and they go in their time."""
        return self._keys(lambda rows: rows)

    @cached_property
    def _there(self) -> set[tuple[object, ...]]:
        """The keys of the rows that hold on."""
        return self._keys(members_there)

    def _keys(self, chosen: Callable[[pa.Table], pa.Table]) -> set[tuple[object, ...]]:
        if self.workspace.registry.pointer(self.table) is None:
            return set()
        rows = chosen(self.workspace.registry.load(self.table))
        columns = [rows[name].to_pylist() for name in self.workspace.policy.dataset(self.table).grain]
        return set(zip(*columns, strict=True))

    @cached_property
    def departed(self) -> Mapping[str, date]:
        """The latest day of leaving by the member's digest, where rows of the table end with the membership."""
        return self.workspace.sealed.departed() if self.table in tables_of_membership(self.workspace) else {}

    @cached_property
    def has_erased(self) -> bool:
        """Whether anybody was erased whose rows of the table may go: those that a law keeps stay (clause rights.refuse)."""
        dataset = self.workspace.policy.dataset(self.table)
        may_go = ACCOUNT in dataset.fields and (dataset.period is None or dataset.period.at_least is None)
        return may_go and any(stone.kind is Gone.ERASED for stone in self.workspace.tombstones.all())

    def is_erased(self, row: Mapping[str, Any]) -> bool:
        """Say whether a tombstone covers the row. One that does not say when it began is as old as its membership."""
        began = _began(row)
        if began is None and self.table != MEMBERS:
            began = self._joined.get(row[ACCOUNT])
        return self.workspace.tombstones.covers_account(row[ACCOUNT], began, Gone.ERASED) is not None

    def _has_left(self, row: Mapping[str, Any]) -> bool:
        """Say whether a row belongs to a membership that ended before, and has not to be sealed any more."""
        if self.table == MEMBERS and not has_left(row, self._until):
            return False
        left = self.departed.get(self.workspace.subjects.subject_digest(row[ACCOUNT]))
        if left is None:
            return False
        if self.table == MEMBERS:
            at = row["withdrawn_at"]
            return row[ACCOUNT] not in self._joined and (at is None or seoul_day(at) <= left)
        began = _began(row)
        return row[ACCOUNT] not in self._present or (began is not None and seoul_day(began) <= left)

    @cached_property
    def _until(self) -> datetime:
        return end_of(self.workspace.yesterday)

    @cached_property
    def _present(self) -> frozenset[str]:
        """The accounts of the registry; who left and is not sealed yet is one of them, and takes along what comes now."""
        if self.workspace.registry.pointer(MEMBERS) is None:
            return frozenset()
        return frozenset(members_there(self.workspace.registry.load(MEMBERS))[ACCOUNT].to_pylist())

    @cached_property
    def _joined(self) -> Mapping[str, datetime | None]:
        """When each member of the registry joined; who has left by now is none of it."""
        pointer = self.workspace.registry.pointer(MEMBERS)
        if pointer is None:
            return {}
        until = end_of(pointer.as_of_day)
        rows = members_there(self.workspace.registry.load(MEMBERS))
        columns = rows.select([ACCOUNT, "status", "joined_at", "withdrawn_at"]).to_pylist()
        return {row[ACCOUNT]: row["joined_at"] for row in columns if not has_left(row, until)}


def _day(value: object) -> date | None:
    if isinstance(value, datetime):
        return seoul_day(value)
    return value if isinstance(value, date) else None


def _began(row: Mapping[str, Any]) -> datetime | None:
    """Return the instant a row says it began, where it says one."""
    return next((row[name] for name in _BEGINNINGS if row.get(name) is not None), None)
