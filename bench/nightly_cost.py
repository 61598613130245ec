"""What a night costs: lines a second for one large day, the fixed cost of an almost empty one, and peak resident memory.

Run by hand: `.venv/bin/python bench/nightly_cost.py [LINES]`. Machines are noisy: compare ratios, not seconds.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

PROGRAM = Path(sys.executable).with_name("partnerstats")


def run(*arguments: str) -> tuple[float, float]:
    """Run the program; return seconds and peak resident memory in MiB, of the process and its children."""
    began, peak = time.perf_counter(), 0
    process = psutil.Popen([str(PROGRAM), *arguments], stdout=subprocess.DEVNULL)
    while process.poll() is None:
        try:
            family = [process, *process.children(recursive=True)]
            peak = max(peak, sum(member.memory_info().rss for member in family))
        except psutil.NoSuchProcess:
            pass
        time.sleep(0.02)
    assert process.returncode == 0, arguments
    return time.perf_counter() - began, peak / 1024**2


def night(home: Path, lines: int) -> dict[str, float]:
    """Make one day of `lines` log lines and run the night on it."""
    run("demo", "--home", str(home), "--days", "1", "--requests-per-day", str(lines))
    seconds, peak = run("nightly", "--home", str(home))
    again, _ = run("nightly", "--home", str(home))
    return {"lines": lines, "seconds": seconds, "peak_mib": peak, "seconds_when_up_to_date": again}


def main() -> None:
    """Print the figures as JSON."""
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        empty = night(Path(folder) / "empty", 100)
        large = night(Path(folder) / "large", lines)
    net = large["seconds"] - empty["seconds"]
    figures = {
        "large": large,
        "empty": empty,
        "lines_a_second": round(lines / large["seconds"]),
        "lines_a_second_without_the_fixed_cost": round(lines / net),
        "fixed_share_of_the_large_night": round(empty["seconds"] / large["seconds"], 2),
    }
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
