"""Which Asia/Seoul day each delivered line belongs to, and the runs of lines a day's part is made of."""

from datetime import date

import numpy as np
import numpy.typing as npt

Days = npt.NDArray[np.datetime64]
Run = tuple[int, int]


def fill_unreadable(days: Days, before: date) -> Days:
    """Give each line without a day (NaT) the day of the readable line before it, else `before`. Shape (lines,)."""
    if not len(days):
        return days
    readable = ~np.isnat(days)
    last = np.maximum.accumulate(np.where(readable, np.arange(len(days)), -1))
    return np.where(last >= 0, days[np.maximum(last, 0)], np.datetime64(before, "D"))


def runs_by_day(days: Days) -> dict[date, list[Run]]:
    """Group positions into runs `(first position, count)` of one day, days in order of first appearance."""
    if not len(days):
        return {}
    starts = np.flatnonzero(np.concatenate(([True], days[1:] != days[:-1])))
    counts = np.diff(np.append(starts, len(days)))
    runs: dict[date, list[Run]] = {}
    for start, count in zip(starts.tolist(), counts.tolist(), strict=True):
        runs.setdefault(days[start].astype("datetime64[D]").item(), []).append((start, count))
    return runs
