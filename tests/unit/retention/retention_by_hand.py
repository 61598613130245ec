"""Periods counted by hand, as the Civil Act says: one day after the other, sharing nothing with the code under test.

The first day is not counted (157). Months go by the calendar: a month is over on the day before the one that corresponds
to the first counted day (160), which is found by walking; where the month has no such day, on its last day.
"""

import re
from datetime import date, timedelta
from functools import cache

ONE_DAY = timedelta(days=1)


@cache
def last_day_by_walking(anchor: date, text: str) -> date:
    """Return the last day of a period of `text` (P3M, P1Y, P5D or at_once) that `anchor` starts."""
    count = sum(int(n) * {"Y": 12, "M": 1, "D": 1}[unit] for n, unit in re.findall(r"(\d+)([YMD])", text))
    if text == "at_once":
        return anchor
    if text.endswith("D"):
        day = anchor
        for _ in range(count):
            day += ONE_DAY
        return day
    first = anchor + ONE_DAY
    day, months_begun = first, 0
    while months_begun < count:
        day += ONE_DAY
        months_begun += day.day == 1
    # `day` is the first of the month in which the period ends, or in which the day after its end lies.
    while day.day != first.day and (day + ONE_DAY).month == day.month:
        day += ONE_DAY
    return day - ONE_DAY if day.day == first.day else day


def state_by_hand(
    *,
    at_least: str | None,
    at_most: str,
    anchor: date | None,
    today: date,
    is_present: bool,
    is_held: bool,
    ends_on: date | None = None,
    ended_early: date | None = None,
    held_until: date | None = None,
    grace: int = 5,
) -> str:
    """Return the state's name, from what the law and the policy say in words."""
    floor_holds = _floor_holds(at_least, anchor, today)
    if not is_present:
        return "under-retained" if floor_holds else "gone"
    if floor_holds:
        return "kept"
    end = _end(at_least, at_most, anchor, [ends_on, ended_early], held_until)
    if end is None or today <= end:
        return "kept"
    if is_held:
        return "on hold"
    return "due" if _nights(end, today) <= grace else "over-retained"


def _end(
    at_least: str | None, at_most: str, anchor: date | None, stated: list[date | None], held_until: date | None
) -> date | None:
    ended = [day for day in stated if day is not None]
    if anchor is not None and at_most not in {"permanent", "as_recorded"}:
        ended.append(last_day_by_walking(anchor, at_most))
    if not ended:
        return None
    end = sorted(ended)[0]
    if at_least is not None and anchor is not None and last_day_by_walking(anchor, at_least) > end:
        end = last_day_by_walking(anchor, at_least)
    return held_until if held_until is not None and held_until > end else end


def _nights(end: date, today: date) -> int:
    nights = 0
    while end < today:
        end += ONE_DAY
        nights += 1
    return nights


def _floor_holds(at_least: str | None, anchor: date | None, today: date) -> bool:
    if at_least is None:
        return False
    if at_least == "permanent" or anchor is None:
        return True
    return today <= last_day_by_walking(anchor, at_least)
