"""The files of a day: its log, the part of it that comes late, and the records that go with it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from pipelines.demo import cookie_records, links
from pipelines.demo.chance import Ints, stream
from pipelines.demo.day import make_day
from pipelines.demo.lines import CRAWLER, MONITOR, Lines
from pipelines.demo.machines import DAY_SECONDS
from pipelines.demo.plan import DayTruth
from pipelines.demo.registry_files import registry_files
from pipelines.demo.rendering import choose_broken, rendered
from pipelines.demo.rows import as_csv, as_json_lines, packed
from pipelines.demo.world import World

SOURCE = "demo-web"
TURNS = 3
LATE_TURN, GROWING_TURN = 1, 2
"""Of three days in a row one has a part that comes late, and one a log that is delivered before it is complete."""
LATE_ADDRESSES_EVERY = 29
"""One in so many addresses is served by the machine whose log comes late."""


@dataclass(frozen=True)
class LogFile:
    """A log file of `day`: its lines, and a random number above 0 where one is broken."""

    name: str
    day: date
    lines: Lines
    broken: Ints
    is_late: bool = False

    def text(self, world: World) -> Iterator[bytes]:
        """Yield what stands in the file, in batches."""
        return rendered(self.lines, self.broken, self.day, world.pools)

    def truths(self) -> dict[date, DayTruth]:
        """Count the lines by Seoul day; a broken line goes with the readable one before it."""
        is_broken = self.broken > 0
        before = np.maximum.accumulate(np.where(is_broken, -1, np.arange(len(self.lines))))
        is_next = (self.lines["second"][before] >= DAY_SECONDS) & (before >= 0)
        truths = {}
        for place, of_day in enumerate((~is_next, is_next)):
            readable = of_day & ~is_broken
            truths[self.day + timedelta(days=place)] = DayTruth(
                lines=int(of_day.sum()),
                readable_lines=int(readable.sum()),
                broken_lines=int((of_day & is_broken).sum()),
                monitor_lines=int((readable & (self.lines["kind"] == MONITOR)).sum()),
                bot_lines=int((readable & (self.lines["kind"] == CRAWLER)).sum()),
            )
        return truths


@dataclass(frozen=True)
class DayFiles:
    """What there is of a day in the end: `logs`, the late one last, and `records`, name below the landing folder -> bytes."""

    logs: list[LogFile]
    records: dict[str, bytes]


def turn_of(world: World, day: date) -> int:
    """Return which of the three turns `day` has."""
    return (day.toordinal() + world.plan.seed) % TURNS


def make_day_files(world: World, day: date) -> DayFiles:
    """Make the files of `day` from the world as it is on that day."""
    today = world.on(day)
    lines = make_day(world, day)
    broken = choose_broken(stream(world.plan.seed, "broken", day.toordinal()), len(lines))
    is_late = _is_late(world, day, lines) & (broken == 0)
    folder = f"access/{SOURCE}/access-{day.isoformat()}"
    logs = [LogFile(f"{folder}.log.gz", day, lines[~is_late], broken[~is_late])]
    if is_late.any():
        logs.append(LogFile(f"{folder}-late.log.gz", day, lines[is_late], broken[is_late], is_late=True))
    linked = links.linked_event_rows(world.plan, today.registry, day)
    records = {
        f"cookies/cookies-{day}.jsonl.gz": packed(as_json_lines(cookie_records.cookie_rows(today, day, lines))),
        f"linked/linked-{day}.csv": as_csv(links.COLUMNS, linked),
    }
    return DayFiles(logs, records)


def make_exports(world: World, day: date) -> dict[str, bytes]:
    """Make the registry's exports as of the end of `day`: name below the landing folder -> bytes."""
    return registry_files(world.plan, world.on(day).registry, day)


def _is_late(world: World, day: date, lines: Lines) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """Mark the lines that come late: those of some addresses, and none of the next day's."""
    if turn_of(world, day) != LATE_TURN:
        return np.zeros(len(lines), dtype=np.bool_)
    chosen = lines["address"] % LATE_ADDRESSES_EVERY == day.toordinal() % LATE_ADDRESSES_EVERY
    return np.asarray(chosen & (lines["second"] < DAY_SECONDS), dtype=np.bool_)
