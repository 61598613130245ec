"""One day's log file as numbers: people by the rhythm of the hours, machines at any hour, and visits across midnight."""

from datetime import date, timedelta

import numpy as np

from pipelines.demo.audience import make_audience
from pipelines.demo.chance import Floats, Ints, below, draw, stream
from pipelines.demo.lines import LINE, Lines
from pipelines.demo.machines import DAY_SECONDS, make_crawls, make_hostiles, make_monitors
from pipelines.demo.visits import make_visits
from pipelines.demo.world import World

ROTATION_SECOND = 3
"""Seconds after Seoul midnight at which the server turns to the next file: each file ends with lines of the next day."""

LATEST_SECOND = DAY_SECONDS + 7200
"""Visits that began before midnight are followed until then."""

LINES_PER_VISIT = 7.0
MEMBER_SHARE = 0.18
CRAWLER_SHARES = (0.10, 0.15)
MONITOR_SHARE, HOSTILE_SHARE, LATE_VISIT_SHARE = 0.0015, 0.002, 0.0004

# Weight of each hour of the day, Asia/Seoul: office hours and the evening on weekdays, a late and long evening at the weekend.
_WEEKDAY_HOURS = (22, 12, 7, 4, 3, 4, 9, 22, 44, 62, 68, 66, 58, 66, 68, 66, 64, 62, 58, 62, 72, 78, 68, 42)
_WEEKEND_HOURS = (34, 22, 13, 8, 5, 4, 6, 10, 20, 34, 46, 54, 56, 60, 64, 66, 66, 64, 62, 68, 78, 82, 74, 52)


def make_day(world: World, day: date) -> Lines:
    """Return the lines of the log file of `day`, as many as the plan says, by time; ties stay in a fixed order.

    The file holds the day from ROTATION_SECOND on and the next one until then. It depends on the world's seed and
    sizes and on `day` alone: the visits across a midnight have a stream of their own, which both files draw from.
    """
    rng = stream(world.plan.seed, "day", day.toordinal())
    before, world = world.on(day - timedelta(days=1)), world.on(day)
    early, late = _across_midnight(before, day - timedelta(days=1))[1], _across_midnight(world, day)[0]
    few = make_audience(rng, world, day)
    lines = world.plan.lines_on(day) - len(early) - len(late) - len(few)
    crawled = round(lines * rng.uniform(*CRAWLER_SHARES))
    watched, attacked = (1 + round(lines * share) for share in (MONITOR_SHARE, HOSTILE_SHARE))
    everything = np.concatenate(
        [
            early,
            _visits_of(rng, world, day, lines - crawled - watched - attacked),
            make_crawls(rng, world, crawled, ROTATION_SECOND),
            make_monitors(world, watched, ROTATION_SECOND),
            make_hostiles(rng, world, attacked, ROTATION_SECOND),
            few,
            late,
        ]
    )
    by_time: Lines = everything[np.argsort(everything["second"], kind="stable")]
    return by_time


def _visits_of(rng: np.random.Generator, world: World, day: date, count: int) -> Lines:
    """Return exactly `count` lines of visits within the day; the last visit may be cut short."""
    rhythm = _rhythm(day)
    batches: list[Lines] = []
    while (missing := count - sum(map(len, batches))) > 0:
        visits = 10 + round(missing / LINES_PER_VISIT)
        starts = np.interp(rng.random(visits), rhythm, np.arange(len(rhythm)) * 3600).astype(np.int32)
        lines = make_visits(rng, world, _visitors(rng, world, visits), np.maximum(starts, ROTATION_SECOND))
        batches.append(lines[lines["second"] < DAY_SECONDS][:missing])
    return np.concatenate(batches) if batches else np.empty(0, dtype=LINE)


def _visitors(rng: np.random.Generator, world: World, count: int) -> Ints:
    """Return who visits: regulars come more often than others, members by their activity."""
    anonymous = (world.people.anonymous * rng.random(count) ** 2).astype(np.int32)
    members = world.people.anonymous + world.registry.members.activity.pick(rng, count)
    return np.where(draw(rng, count, MEMBER_SHARE), members, anonymous).astype(np.int32)


def _rhythm(day: date) -> Floats:
    """Return the share of a day's visits begun before each full hour, 25 values from 0 to 1."""
    hours = _WEEKEND_HOURS if day.weekday() >= 5 else _WEEKDAY_HOURS
    return np.concatenate(([0.0], np.cumsum(hours) / sum(hours)))


def _across_midnight(world: World, day: date) -> tuple[Lines, Lines]:
    """Return the lines of visits that begin in the last ten minutes of `day`: those of its file, and of the next.

    The first three visits end within the first seconds of the next day, so that every file holds lines of two days.
    The next file's lines count their seconds from its own midnight.
    """
    rng = stream(world.plan.seed, "midnight", day.toordinal())
    count = ROTATION_SECOND + round(world.plan.requests_per_day * LATE_VISIT_SHARE)
    starts = DAY_SECONDS - 1 - below(rng, 600, count)
    lines = make_visits(rng, world, _visitors(rng, world, count), starts.astype(np.int32))
    for visit in range(ROTATION_SECOND):
        rows = lines["visit"] == visit
        lines["second"][rows] += DAY_SECONDS + visit - lines["second"][rows].max()
    lines = lines[lines["second"] < LATEST_SECOND]
    is_next = lines["second"] >= DAY_SECONDS + ROTATION_SECOND
    following = lines[is_next]
    following["second"] -= DAY_SECONDS
    most = world.plan.requests_per_day // 4  # leaves room for the rest of a very small day
    return lines[~is_next][:most], following[:most]
