"""The audit: what stands where in its period, gathered by dataset and day. Pure: items, a policy, a day and holds in."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

from pipelines.policy import Policy
from pipelines.retention.items import Item, Kind
from pipelines.retention.states import Standing, State

ALARMS = (State.OVER_RETAINED, State.UNDER_RETAINED)
"""States that fail an audit; what is due is only warned of."""


class Holds(Protocol):
    """Says what is held."""

    def covers(self, item: Item) -> bool:
        """Say whether a hold covers all of `item`."""
        ...

    def held_until(self, item: Item) -> date | None:
        """Return the day the last hold on `item` was released, None without one."""
        ...


class NothingHeld:
    """No hold."""

    def covers(self, _item: Item) -> bool:
        """Say no."""
        return False

    def held_until(self, _item: Item) -> date | None:
        """Return no day."""
        return None


@dataclass(frozen=True)
class Status:
    """Items of one dataset, kind and anchor day that stand alike: how many, and the days that decide. It names nobody."""

    dataset: str
    stored_as: Kind
    is_known: bool
    anchor: date | None
    state: State
    items: int
    rows: int
    bytes: int
    kept_through: date | None
    ends: date | None
    destroy_by: date | None
    days_left: int | None
    """Days until the ceiling, negative past it; None where no ceiling is in sight."""
    clause: str


def judge(items: Iterable[Item], policy: Policy, today: date, holds: Holds, *, members: int = 0) -> list[Status]:
    """Return where `items` stand on `today` under `policy`, in order of dataset and day; what is rightly gone is left out.

    A dataset without a period is kept. Raises UsageError for an item of a dataset that the policy does not declare.
    """
    groups: dict[tuple[str, Kind, bool, date | None, Standing], list[Item]] = defaultdict(list)
    for item in items:
        found = standing_of(item, policy, today, holds, members=members)
        if found.state is not State.GONE:
            groups[item.dataset, item.kind, item.is_known, item.anchor, found].append(item)
    statuses = [_status(*key, held, today) for key, held in groups.items()]
    return sorted(statuses, key=_order)


def standing_of(item: Item, policy: Policy, today: date, holds: Holds, *, members: int = 0) -> Standing:
    """Return where `item` stands on `today`; holds are asked only where the ceiling is past, since they change nothing else."""
    dataset = policy.dataset(item.dataset)
    if dataset.period is None:
        return Standing(State.KEPT, None, None, None, dataset.clause)
    found = item.standing(dataset.period, today, members=members)
    if found.state not in (State.DUE, State.OVER_RETAINED):
        return found
    released = replace(item, held_until=holds.held_until(item))
    return released.standing(dataset.period, today, is_held=holds.covers(item), members=members)


def _status(
    dataset: str, kind: Kind, is_known: bool, anchor: date | None, found: Standing, items: list[Item], today: date
) -> Status:
    return Status(
        dataset=dataset,
        stored_as=kind,
        is_known=is_known,
        anchor=anchor,
        state=found.state,
        items=len(items),
        rows=sum(item.count for item in items),
        bytes=sum(item.bytes for item in items),
        kept_through=found.kept_through,
        ends=found.ends,
        destroy_by=found.destroy_by,
        days_left=None if found.ends is None else (found.ends - today).days,
        clause=found.clause,
    )


def _order(status: Status) -> tuple[object, ...]:
    last = date.max
    days = (status.anchor or last, status.ends or last, status.kept_through or last)
    return status.dataset, *days, status.stored_as, status.is_known, status.state
