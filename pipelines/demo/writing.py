"""Writes a landing folder of sample input: a gzip log a day, and the registry.

The made-up server keeps Seoul time (`+0900`) and turns to the next file three seconds after Seoul midnight: the file of a
day begins with its fourth second and ends with the first three seconds of the next day.
"""

import gzip
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from pipelines.demo.chance import Ints, stream
from pipelines.demo.day import make_day
from pipelines.demo.lines import CRAWLER, MONITOR, Lines
from pipelines.demo.machines import DAY_SECONDS
from pipelines.demo.plan import DayTruth, DemoPlan, DemoReport, FileTruth
from pipelines.demo.registry_files import registry_files
from pipelines.demo.rendering import choose_broken, rendered
from pipelines.demo.world import World, make_world
from pipelines.storage import atomic

SOURCE = "demo-web"
GZIP_LEVEL = 1
"""Three times as fast as the default, for files a sixth larger (measured)."""

Progress = Callable[[str, int, int], None]
"""Called with what is being written, the number of lines done, and the number of all."""


def write_demo(landing: Path, plan: DemoPlan, *, progress: Progress | None = None) -> DemoReport:
    """Write the plan's registry and logs below `landing`, replacing files of the same names; other files stay.

    The same plan gives the same bytes. Never holds more than one day.
    """
    world = make_world(plan)
    sizes = {name: _write(landing / name, [data]) for name, data in registry_files(plan, world.registry).items()}
    all_lines = sum(map(plan.lines_on, plan.dates))
    logs: list[FileTruth] = []
    days: dict[date, DayTruth] = {}
    for day in plan.dates:
        log, truths = _write_day(landing, world, day)
        logs.append(log)
        for truth_day, truth in truths.items():
            days[truth_day] = days.get(truth_day, DayTruth()).plus(truth)
        if progress:
            progress("access logs", sum(log.lines for log in logs), all_lines)
    return DemoReport(
        files=len(sizes) + len(logs),
        lines=all_lines,
        bytes=sum(sizes.values()) + sum(log.bytes for log in logs),
        broken_lines=sum(log.broken_lines for log in logs),
        logs=tuple(logs),
        days=days,
    )


def _write_day(landing: Path, world: World, day: date) -> tuple[FileTruth, dict[date, DayTruth]]:
    """Write the log file of `day`; return its truth, and that of each Seoul day it has lines of."""
    lines = make_day(world, day)
    broken = choose_broken(stream(world.plan.seed, "broken", day.toordinal()), len(lines))
    name = f"access/{SOURCE}/access-{day.isoformat()}.log.gz"
    size = _write(landing / name, rendered(lines, broken, day, world.pools), is_gzip=True)
    return FileTruth(name, len(lines), int(np.count_nonzero(broken)), size), _truths(lines, broken, day)


def _truths(lines: Lines, broken: Ints, day: date) -> dict[date, DayTruth]:
    """Count the lines of a file by Seoul day; a broken line goes with the readable one before it."""
    is_broken = broken > 0
    before = np.maximum.accumulate(np.where(is_broken, -1, np.arange(len(lines))))
    is_next = (lines["second"][before] >= DAY_SECONDS) & (before >= 0)
    truths = {}
    for place, of_day in enumerate((~is_next, is_next)):
        readable = of_day & ~is_broken
        truths[day + timedelta(days=place)] = DayTruth(
            lines=int(of_day.sum()),
            readable_lines=int(readable.sum()),
            broken_lines=int((of_day & is_broken).sum()),
            monitor_lines=int((readable & (lines["kind"] == MONITOR)).sum()),
            bot_lines=int((readable & (lines["kind"] == CRAWLER)).sum()),
        )
    return truths


def _write(target: Path, batches: Iterable[bytes], *, is_gzip: bool = False) -> int:
    """Write `target` atomically and return its size in bytes; a gzip header says neither time nor name."""
    atomic.make_folder(target.parent)
    staged = atomic.staging_path(target)
    try:
        staged.touch(atomic.OWNER_ONLY, exist_ok=False)
        with staged.open("wb") as file:
            if is_gzip:
                with gzip.GzipFile("", "wb", GZIP_LEVEL, file, mtime=0) as packed:
                    packed.writelines(batches)
            else:
                file.writelines(batches)
        size = staged.stat().st_size
        atomic.replace(staged, target)
    except BaseException:
        staged.unlink(missing_ok=True)
        raise
    return size
