"""The same world delivered night by night: each night only the files that would have been there by then.

Logs, cookie records and linked events of a day come in the night after it, with full exports of the registry as of its end. Of
some days a part of the log comes two nights late; the log of others is first cut short, in the middle of a line, and comes
again, complete, the night after. What is still under way comes with the last night. Written one over the other, the nights
leave what `write_demo` writes at once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from pipelines.demo.day_files import GROWING_TURN, make_day_files, make_exports, turn_of
from pipelines.demo.plan import DemoPlan
from pipelines.demo.rows import packed
from pipelines.demo.world import World, make_world
from pipelines.storage import atomic

LATE_NIGHTS = 2
SHORT_SHARE = 0.8
"""How much of a log is there when it is delivered before it is complete."""


@dataclass(frozen=True)
class Delivery:
    """What arrives in the night after `day`: name below the landing folder -> bytes."""

    day: date
    files: dict[str, bytes]

    @property
    def night(self) -> date:
        """The Asia/Seoul day on which the files arrive and the nightly run takes them in."""
        return self.day + timedelta(days=1)

    def write(self, folder: Path) -> None:
        """Write the files below `folder`, replacing those of the same names; other files stay."""
        for name, content in self.files.items():
            atomic.make_folder((folder / name).parent)
            atomic.write_bytes(folder / name, content)


def deliveries(plan: DemoPlan) -> Iterator[Delivery]:
    """Yield what arrives each night, one for each day of the plan. Holds the logs of three days at most."""
    world = make_world(plan)
    under_way: list[Delivery] = []
    for day in plan.dates:
        now, later = _of_day(world, day)
        under_way += later
        is_last = day == plan.to
        arrived = [delivery for delivery in under_way if is_last or delivery.day == day]
        under_way = [delivery for delivery in under_way if delivery not in arrived]
        files = {**make_exports(world, day), **now}
        for delivery in arrived:
            files.update(delivery.files)
        yield Delivery(day, files)


def _of_day(world: World, day: date) -> tuple[dict[str, bytes], list[Delivery]]:
    """Return what arrives of a day in the night after it, and what comes later."""
    made = make_day_files(world, day)
    now, later = dict(made.records), []
    for log in made.logs:
        text = b"".join(log.text(world))
        if log.is_late:
            later.append(Delivery(day + timedelta(days=LATE_NIGHTS), {log.name: packed(text)}))
        elif turn_of(world, day) == GROWING_TURN:
            now[log.name] = packed(text[: _in_a_line(text)])
            later.append(Delivery(day + timedelta(days=1), {log.name: packed(text)}))
        else:
            now[log.name] = packed(text)
    return now, later


def _in_a_line(text: bytes) -> int:
    """Return a place in the middle of a line, about SHORT_SHARE into the text."""
    start = text.rindex(b"\n", 0, round(len(text) * SHORT_SHARE)) + 1
    return (start + text.index(b"\n", start)) // 2
