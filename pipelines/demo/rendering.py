"""From numbers to log text, a batch of lines at a time, and the lines that arrive broken."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.demo.chance import Flags, Ints
from pipelines.demo.day import ROTATION_SECOND
from pipelines.demo.lines import STATUSES, Lines
from pipelines.demo.machines import DAY_SECONDS
from pipelines.demo.world import Pools

BATCH_LINES = 65_536
BROKEN_SHARE = 1 / 2000
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_STATUS_TEXTS = pa.array([f'" {status} ' for status in STATUSES])


def rendered(lines: Lines, broken: Ints, day: date, pools: Pools) -> Iterator[bytes]:
    """Yield the text of the log file of `day` in batches. `broken` has a random number above 0 where a line is broken.

    The format is nginx's combined with the cookie, local time of Seoul (`+0900`).
    """
    times = _times(day)
    for start in range(0, len(lines), BATCH_LINES):
        batch = slice(start, start + BATCH_LINES)
        yield _with_broken(_text(lines[batch], times, pools), broken[batch])


def _times(day: date) -> pa.Array:
    """Return the log text of each second of the day, and of the next day's first ones."""
    following = day + timedelta(days=1)
    return pa.array(
        [
            *(f' - - [{_log_day(day)}:{clock} +0900] "' for clock in _clock()),
            *(f' - - [{_log_day(following)}:{clock} +0900] "' for clock in _clock()[:ROTATION_SECOND]),
        ]
    )


@cache
def _clock() -> list[str]:
    """Return the time of day of each second."""
    return [f"{s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}" for s in range(DAY_SECONDS)]


def _log_day(day: date) -> str:
    """Write a day as logs do, whatever the locale."""
    return f"{day.day:02}/{_MONTHS[day.month - 1]}/{day.year:04}"


def _text(lines: Lines, times: pa.Array, pools: Pools) -> pa.Array:
    """Join the parts of each line."""
    sizes = lines["size"]
    return pc.binary_join_element_wise(
        _taken(pools.addresses, lines["address"]),
        _taken(times, lines["second"]),
        _taken(pools.requests, lines["request"]),
        _taken(_STATUS_TEXTS, lines["status"]),
        pc.if_else(pa.array(sizes < 0), "-", pc.cast(pa.array(np.ascontiguousarray(sizes)), pa.string())),
        _taken(pools.referrers, lines["referrer"]),
        _taken(pools.agents, lines["agent"]),
        _taken(pools.cookies, lines["cookie"]),
        "",
    )


def _taken(pool: pa.Array, positions: Ints) -> pa.Array:
    """Return the pool's text at each position."""
    return pool.take(pa.array(np.ascontiguousarray(positions)))


def _with_broken(text: pa.Array, broken: Ints) -> bytes:
    """Return the bytes of a batch of lines, each broken one replaced."""
    offsets = np.frombuffer(text.buffers()[1], dtype=np.int32)
    content = memoryview(text.buffers()[2])
    parts: list[bytes | memoryview] = []
    kept = 0
    for row in np.flatnonzero(broken).tolist():
        start, end = int(offsets[row]), int(offsets[row + 1])
        parts += [content[kept:start], break_line(bytes(content[start:end]), int(broken[row]))]
        kept = end
    return b"".join([*parts, content[kept : int(offsets[len(text)])]])


def break_line(line: bytes, number: int) -> bytes:
    """Return what is left of a line (newline included) after a mishap that `number` chooses.

    A line cut off by a full disk, a run of NUL bytes as a crash leaves, bytes that are no UTF-8, or a time no calendar has.
    """
    kind, number = number % 4, number // 4
    if kind == 0:
        return line[: 10 + number % (len(line) - 20)] + b"\n"
    if kind == 1:
        return b"\0" * (20 + number % 200) + b"\n"
    if kind == 2:
        return bytes(0x80 + (number * step * step) % 0x7F for step in range(1, 40 + number % 60)) + b"\n"
    return line.replace(b"[", b"[9", 1)


def choose_broken(rng: np.random.Generator, count: int) -> Ints:
    """Return a random number above 0 for about one in 2,000 lines and 0 for the others; at least one line breaks.

    Never the first, which would have no readable line before it to say which day it is of.
    """
    flags: Flags = rng.random(count) < BROKEN_SHARE
    flags[rng.integers(1, count)] = True
    flags[0] = False
    return np.where(flags, rng.integers(1, 2**31 - 1, count), 0).astype(np.int32)
