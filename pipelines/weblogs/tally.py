"""Batch after batch of one file: read, cut by day, sealed, read back, counted."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np

from pipelines.errors import DamagedError
from pipelines.storage.vault import Segment, Vault
from pipelines.weblogs.days import Days, fill_unreadable
from pipelines.weblogs.lines import LineBatch
from pipelines.weblogs.parts import cut_by_day, require_readable, require_whole, seal_parts
from pipelines.weblogs.past_period import is_past_line, without_past
from pipelines.weblogs.quarantine import quarantine_lines
from pipelines.weblogs.reading import Batch, Reading, read_batch
from pipelines.weblogs.records import LineCounts, State, Tail


class Tally:
    """The growing account of one file. `day_before` is the day an unreadable first line belongs to.

    `is_past` says of which days nothing is stored any more: their lines are filtered, whatever they say.
    """

    def __init__(
        self,
        source: str,
        file_sha256: str,
        vault: Vault,
        quarantine: Vault,
        reading: Reading,
        day_before: date,
        is_past: Callable[[date], bool] = lambda _day: False,
        *,
        is_new: bool = True,
    ) -> None:
        """Begin with nothing counted; `is_new` unless the file grew from one that was imported before."""
        self._source, self._file = source, file_sha256
        self._vault, self._quarantine, self._reading = vault, quarantine, reading
        self._day = self._day_before_last = day_before
        self._is_past, self._is_new = is_past, is_new
        self._accepted_by_day: Counter[str] = Counter()
        self._segments: list[Segment] = []
        self._quarantined: list[Segment] = []
        self._tail: Tail | None = None
        self.counts = LineCounts()

    def take(self, batch: LineBatch) -> None:
        """Read a batch, seal it and count its lines. Raises DamagedError when the sealed parts do not read back."""
        read = read_batch(batch.lines, self._reading, too_long=batch.too_long)
        days = fill_unreadable(read.days, self._day_of_first_lines(read.days))
        read = without_past(read, is_past_line(days, self._is_past))
        cut = cut_by_day(batch, days, self._day)
        require_whole(cut, batch.raw)
        parts = [part for part in cut if not self._is_past(part.day)]
        segments = seal_parts(self._vault, self._source, self._file, batch.first_byte, parts)
        require_readable(self._vault, segments, parts, batch.raw)
        self._segments += segments
        self._quarantined += quarantine_lines(
            self._quarantine,
            self._source,
            self._file,
            batch,
            [(at, reason.value) for at, reason in read.rejected],
            days,
        )
        self._count(batch, read, days)
        if len(days):
            self._day_before_last = days[-2].astype("datetime64[D]").item() if len(days) > 1 else self._day
            self._day = days[-1].astype("datetime64[D]").item()

    def _day_of_first_lines(self, days: Days) -> date:
        """Return the day of lines that no readable one comes before.

        Where the first readable line of a new file comes too late, they belong to it: else they would be set aside as today's.
        """
        readable = days[~np.isnat(days)]
        if self._is_new and not self.counts.lines and len(readable):
            first: date = readable[0].astype("datetime64[D]").item()
            if self._is_past(first):
                return first
        return self._day

    def _count(self, batch: LineBatch, read: Batch, days: Days) -> None:
        counts = self.counts
        counts.lines += len(batch.lines)
        counts.accepted += read.accepted.num_rows
        counts.filtered = dict(Counter(counts.filtered) + Counter(rule for _, rule in read.filtered))
        counts.quarantined = dict(Counter(counts.quarantined) + Counter(reason.value for _, reason in read.rejected))
        if not counts.is_balanced:
            raise DamagedError("lines accepted, filtered and quarantined do not sum to the lines read")
        positions = read.accepted["position"].to_numpy()
        for day, number in zip(*np.unique(days[positions], return_counts=True), strict=True):
            self._accepted_by_day[str(day)] += int(number)
        if batch.lines:
            self._tail = _tail(batch, read, days) if batch.unterminated else None
        elif not batch.unterminated:
            self._tail = None

    def to_fields(self) -> dict[str, Any]:
        """Return what the import record keeps of the account."""
        return {
            "lines": self.counts.lines,
            "accepted": self.counts.accepted,
            "filtered": self.counts.filtered,
            "quarantined": self.counts.quarantined,
            "accepted_by_day": dict(self._accepted_by_day),
            "tail": self._tail,
            "last_day": (self._day_before_last if self._tail else self._day) if self.counts.lines else None,
            "segments": [segment.to_json() for segment in self._segments],
            "quarantine": [segment.to_json() for segment in self._quarantined],
        }


def _tail(batch: LineBatch, read: Batch, days: Days) -> Tail:
    """Return the batch's last line, which has no newline (yet)."""
    last = len(batch.lines) - 1
    state, label = _state(read, last)
    first_byte = batch.first_byte + batch.raw.rfind(b"\n") + 1
    return Tail(batch.first_line + last, first_byte, days[last].astype("datetime64[D]").item(), state, label)


def _state(read: Batch, position: int) -> tuple[State, str]:
    for at, rule in read.filtered:
        if at == position:
            return "filtered", rule
    for at, reason in read.rejected:
        if at == position:
            return "quarantined", reason.value
    return "accepted", ""
