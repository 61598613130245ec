"""Writes a landing folder of sample input all at once: every source, as it is when the last day's files have all arrived.

The made-up server keeps Seoul time (`+0900`) and turns to the next file three seconds after Seoul midnight: the file of a
day begins with its fourth second and ends with the first three seconds of the next day.
"""

import gzip
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path

import numpy as np

from pipelines.demo.day_files import LogFile, make_day_files, make_exports
from pipelines.demo.plan import DayTruth, DemoPlan, DemoReport, FileTruth
from pipelines.demo.rows import GZIP_LEVEL
from pipelines.demo.world import World, make_world
from pipelines.storage import atomic

Progress = Callable[[str, int, int], None]
"""Called with what is being written, the number of lines done, and the number of all."""


def write_demo(landing: Path, plan: DemoPlan, *, progress: Progress | None = None) -> DemoReport:
    """Write the plan's logs, records and exports below `landing`, replacing files of the same names; other files stay.

    The exports are those of the last day. The same plan gives the same bytes. Never holds more than one day.
    """
    world = make_world(plan)
    sizes = [_write(landing / name, [content]) for name, content in make_exports(world, plan.to).items()]
    all_lines = sum(map(plan.lines_on, plan.dates))
    logs: list[FileTruth] = []
    days: dict[date, DayTruth] = {}
    for day in plan.dates:
        made = make_day_files(world, day)
        sizes += [_write(landing / name, [content]) for name, content in made.records.items()]
        for log in made.logs:
            logs.append(_write_log(landing, world, log))
            for truth_day, truth in log.truths().items():
                days[truth_day] = days.get(truth_day, DayTruth()).plus(truth)
        if progress:
            progress("access logs", sum(log.lines for log in logs), all_lines)
    return DemoReport(
        files=len(sizes) + len(logs),
        lines=all_lines,
        bytes=sum(sizes) + sum(log.bytes for log in logs),
        broken_lines=sum(log.broken_lines for log in logs),
        logs=tuple(logs),
        days=days,
    )


def _write_log(landing: Path, world: World, log: LogFile) -> FileTruth:
    """Write a log file; return its truth."""
    size = _write(landing / log.name, log.text(world), is_gzip=True)
    return FileTruth(log.name, len(log.lines), int(np.count_nonzero(log.broken)), size)


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
