"""Where data stands in its period: pure functions from a period, an anchor and the day it is.

Days are Asia/Seoul days. The arithmetic of periods is the policy's (`pipelines.policy.periods`, Civil Act articles 157
to 160); this module says what follows from it on a given day.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from pipelines.policy.periods import Period


class State(StrEnum):
    """How what is on disk, or should be, stands to its floor and ceiling."""

    KEPT = "kept"
    """Within its period, or its clock has not started."""
    DUE = "due"
    """Past its ceiling and within the days of grace in which it is to be destroyed."""
    OVER_RETAINED = "over-retained"
    """Still there after ceiling and grace."""
    UNDER_RETAINED = "under-retained"
    """Gone although its floor still orders it kept."""
    ON_HOLD = "on hold"
    """Past its ceiling and kept because a hold says so."""
    GONE = "gone"
    """Not there, and nothing orders it kept."""


@dataclass(frozen=True)
class Standing:
    """A state with the days that decide it, and the clause they come from.

    `kept_through` is the last day of the floor, `ends` the last day of the ceiling, `destroy_by` the last day of grace; each
    is None where there is none or none in sight (kept for good, or the clock has not started).
    """

    state: State
    kept_through: date | None
    ends: date | None
    destroy_by: date | None
    clause: str


def standing(
    period: Period,
    anchor: date | None,
    today: date,
    *,
    is_present: bool = True,
    is_held: bool = False,
    ends_on: date | None = None,
    ended_early: date | None = None,
    held_until: date | None = None,
    members: int = 0,
) -> Standing:
    """Return where data stands on `today`.

    `anchor` is the day that starts the clock, None while it has not started (a member who has not left): a floor orders kept
    what has not even begun to run out. `ends_on` is the end that stands in the row itself, for periods `as_recorded`.
    `ended_early` is the day of an event that ends the period before its ceiling (`or_earlier`), never before the floor.
    `held_until` is the day the last hold on it was released, from which the days of grace count if its ceiling had passed.
    `is_held` says nothing of what is not there: it may have gone before the hold. `members` scales floors that depend on it.
    """
    floor = _floor(period, anchor, ends_on, members)
    ends = None if floor == _OPEN else _ends(period, anchor, ends_on, ended_early, floor, held_until)
    destroy_by = None if ends is None else period.grace_after(ends)
    state = _present(today, ends, destroy_by, is_held=is_held) if is_present else _absent(today, floor)
    return Standing(state, None if floor == _OPEN else floor, ends, destroy_by, period.clause)


_OPEN = date.max
"""The last day of a floor whose end is not in sight."""


def _floor(period: Period, anchor: date | None, ends_on: date | None, members: int) -> date | None:
    """Return the last day on which the data must be there; None when nothing orders it kept."""
    floor = period.floor(members)
    if floor is None:
        return None
    if floor.text == "as_recorded":
        return ends_on or _OPEN
    return (floor.ends(anchor) if anchor else None) or _OPEN


def _ends(
    period: Period,
    anchor: date | None,
    ends_on: date | None,
    ended_early: date | None,
    floor: date | None,
    held_until: date | None,
) -> date | None:
    """Return the last day of the ceiling: the computed or the recorded one, or an earlier event, but not before the floor."""
    candidates = [day for day in (period.ends(anchor) if anchor else None, ends_on, ended_early) if day is not None]
    if not candidates:
        return None
    return max(day for day in (min(candidates), floor, held_until) if day is not None)


def _present(today: date, ends: date | None, destroy_by: date | None, *, is_held: bool) -> State:
    if ends is None or destroy_by is None or today <= ends:
        return State.KEPT
    if is_held:
        return State.ON_HOLD
    return State.DUE if today <= destroy_by else State.OVER_RETAINED


def _absent(today: date, floor: date | None) -> State:
    return State.UNDER_RETAINED if floor is not None and today <= floor else State.GONE
