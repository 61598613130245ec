"""Which state each row of a registry table had on each day, worked out from one full export after the other.

Pure functions. A row is named by its key; its state is everything else. An interval holds from `valid_from` (inclusive)
to `valid_to` (exclusive), both Asia/Seoul days; `valid_to` is None while it holds on.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

BEGINNING = date(1, 1, 1)
"""From when a row holds that was there in the first export and does not say when it began."""

Key = tuple[object, ...]
State = tuple[object, ...]
StartOf = Callable[[State], date | None]
"""The day a state says its row began (a member joined), or None."""


class Interval(NamedTuple):
    """A row's state and the days it holds."""

    key: Key
    state: State
    valid_from: date
    valid_to: date | None = None

    def holds_on(self, day: date) -> bool:
        """Say whether this is the row's state on `day`."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


@dataclass(frozen=True)
class Merged:
    """What an export made of a table; `changed_from` is the earliest day whose state is another now, None if none is."""

    intervals: tuple[Interval, ...]
    added: int
    changed: int
    closed: int
    changed_from: date | None


@dataclass(frozen=True)
class ExportGuard:
    """When an export is refused because too much is gone: MORE than `share` of the rows, if at least `at_least` rows are.

    However few there are, it is refused when MORE than `always` of them are gone: a file that has a header and nothing else
    would close a small table whole.
    """

    share: float = 0.2
    at_least: int = 10
    always: float = 0.5

    def refuses(self, vanished: int, present: int) -> bool:
        """Say whether an export that lacks `vanished` of the `present` rows needs a person's word first."""
        return vanished > self.most(vanished) * present

    def most(self, vanished: int) -> float:
        """Return the share of the rows that may be gone where `vanished` are."""
        return self.share if vanished >= self.at_least else self.always


def state_at(intervals: Iterable[Interval], day: date) -> dict[Key, State]:
    """Return each row's state at the end of `day`."""
    return {interval.key: interval.state for interval in intervals if interval.holds_on(day)}


def vanished(current: Iterable[Interval], export: Mapping[Key, State], held: Collection[Key] = ()) -> int:
    """Return how many rows that hold now are not in `export`; those of `held` (unreadable rows) are not counted."""
    return sum(row.valid_to is None and row.key not in export and row.key not in held for row in current)


def merge(
    current: Sequence[Interval],
    export: Mapping[Key, State],
    *,
    as_of_day: date,
    start_of: StartOf,
    held: Collection[Key] = (),
) -> Merged:
    """Return the intervals after a full `export`, which describes the state at the end of `as_of_day`.

    A changed row holds from `as_of_day`, a vanished one no longer on it. A new row holds from the day it says it began,
    else from `as_of_day`; in the first export, else from BEGINNING. A row that comes back holds from `as_of_day`: what
    was said of the days between is not taken back. A row of `held` was delivered but cannot be read, and stays as it is.
    The same export again changes nothing. Exports are merged in the order of their days.
    """
    known = {row.key for row in current}
    kept = [row for row in current if row.valid_to is not None or _stays(row, export, held)]
    ended = [row for row in current if row.valid_to is None and not _stays(row, export, held)]
    standing = {row.key for row in kept if row.valid_to is None}
    begun = [
        Interval(key, state, _start(start_of(state), as_of_day, is_first=not current, is_new=key not in known))
        for key, state in export.items()
        if key not in standing
    ]
    # A row that would end before it began never held on a closed day.
    closed = [row._replace(valid_to=as_of_day) for row in ended if row.valid_from < as_of_day]
    days = [row.valid_from for row in begun] + [max(row.valid_from, as_of_day) for row in ended]
    changed = sum(row.key in export for row in ended)
    return Merged(
        intervals=tuple(sorted([*kept, *closed, *begun], key=_order)),
        added=len(begun) - changed,
        changed=changed,
        closed=len(ended) - changed,
        changed_from=min(days, default=None),
    )


def _stays(row: Interval, export: Mapping[Key, State], held: Collection[Key]) -> bool:
    return export[row.key] == row.state if row.key in export else row.key in held


def _start(began: date | None, as_of_day: date, *, is_first: bool, is_new: bool) -> date:
    if not is_new:
        return max(began or as_of_day, as_of_day)
    return began or (BEGINNING if is_first else as_of_day)


def _order(row: Interval) -> tuple[tuple[str, ...], date]:
    return tuple(map(str, row.key)), row.valid_from
