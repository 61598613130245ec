"""Lines that come too late: of a day whose period is over. They are counted as filtered, and nothing of them is stored."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.weblogs.days import Days
from pipelines.weblogs.reading import Batch
from pipelines.weblogs.records import PAST_PERIOD

Mask = npt.NDArray[np.bool_]


def is_past_line(days: Days, is_past: Callable[[date], bool]) -> Mask:
    """Say of each line whether its day is past its period. Shape (lines,)."""
    past = [day for day in np.unique(days) if is_past(day.astype("datetime64[D]").item())]
    return np.isin(days, np.array(past, dtype="datetime64[D]"))


def without_past(read: Batch, past: Mask) -> Batch:
    """Return `read` with the lines that are `past` filtered by PAST_PERIOD, whatever state they had."""
    if not past.any():
        return read
    late = [(int(position), PAST_PERIOD) for position in np.flatnonzero(past)]
    kept = [(position, rule) for position, rule in read.filtered if not past[position]]
    accepted = ~past[read.accepted["position"].to_numpy()]
    return replace(
        read,
        accepted=read.accepted.filter(pa.array(accepted)),
        filtered=sorted([*kept, *late]),
        rejected=[(position, reason) for position, reason in read.rejected if not past[position]],
    )
