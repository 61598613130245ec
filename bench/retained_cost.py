"""What retained days cost a night: the same large day taken in with one day retained, and with ninety.

The large day is LINES log lines (1,000,000 unless told otherwise) of the sample with all its other deliveries. A retained day
holds RETAINED_LINES log lines, cookie records, linked events and their marts: sealed, derived and judged by a night before, as
in operation. What is measured is what the number of retained days adds; a month of large days is measured by `period_cost.py`.

Run by hand: `.venv/bin/python bench/retained_cost.py [LINES] [RETAINED_DAYS]`. Machines are noisy: compare processor seconds
before seconds on the wall. Memory is the most any process of the night held.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

PROGRAM = Path(sys.executable).with_name("partnerstats")
DAY = date(2015, 8, 26)
"""A Wednesday, late in its month; no day of the ninety before it is past three months."""
RETAINED_LINES = 1_000
KIB_PER_UNIT = 1 if sys.platform != "darwin" else 1 / 1024
"""wait4 counts kibibytes on Linux and bytes on macOS."""


def run(command: str, home: Path, last_day: date, *arguments: str) -> dict[str, float]:
    """Run the program in the night after `last_day`; return seconds, processor seconds and peak resident memory in MiB."""
    clock = f"{last_day + timedelta(days=1)}T02:00:00+09:00"
    began = time.perf_counter()
    with (home.parent / "said.txt").open("wb") as said:
        words = [str(PROGRAM), command, "--home", str(home), "--clock", clock, *arguments]
        process = subprocess.Popen(words, stdout=said, stderr=said)  # noqa: S603 -- the project's own program
        _, status, usage = os.wait4(process.pid, 0)
    assert status == 0, (command, (home.parent / "said.txt").read_text()[-2000:])
    seconds, processor = time.perf_counter() - began, usage.ru_utime + usage.ru_stime
    return {
        "seconds": round(seconds, 1),
        "processor_seconds": round(processor, 1),
        "peak_mib": round(usage.ru_maxrss * KIB_PER_UNIT / 1024),
    }


def deliver(home: Path, last_day: date, days: int, lines: int) -> None:
    """Make `days` days of sample input, each of about `lines` lines."""
    sizes = ["--days", str(days), "--requests-per-day", str(lines), "--to", last_day.isoformat()]
    run("demo", home, last_day, *sizes, "--no-flaws")


def night(home: Path, lines: int, retained: int) -> dict[str, float]:
    """Let a night take in `retained` days, and the next one the large day; return what that one took."""
    home.parent.mkdir()
    before = DAY - timedelta(days=1)
    deliver(home, before, retained, RETAINED_LINES)
    run("nightly", home, before)
    deliver(home, DAY, 1, lines)
    return run("nightly", home, DAY)


def main() -> None:
    """Print the figures and their ratios as JSON."""
    lines, many = (int(word) for word in (*sys.argv[1:], *("1000000", "90")[len(sys.argv) - 1 :]))
    nights = {}
    for retained in (1, many):
        with tempfile.TemporaryDirectory() as folder:
            nights[retained] = night(Path(folder) / "night" / "home", lines, retained)
    figures = {
        "lines": lines,
        "lines_of_a_retained_day": RETAINED_LINES,
        "nights": {f"{retained} retained": taken for retained, taken in nights.items()},
        "ratios": {name: round(nights[many][name] / taken, 2) for name, taken in nights[1].items()},
    }
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
