"""What a night costs: lines a second for one large day, the fixed cost of an almost empty one, and peak resident memory.

Run by hand: `.venv/bin/python bench/nightly_cost.py [LINES]`. Machines are noisy: compare ratios, and processor seconds before
seconds on the wall.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

PROGRAM = Path(sys.executable).with_name("partnerstats")


def run(*arguments: str) -> dict[str, float]:
    """Run the program; return seconds, processor seconds and peak resident memory in MiB, of the process and its children."""
    began, used, peak = time.perf_counter(), processor_seconds(), 0
    process = psutil.Popen([str(PROGRAM), *arguments], stdout=subprocess.DEVNULL)
    while process.poll() is None:
        try:
            family = [process, *process.children(recursive=True)]
            peak = max(peak, sum(member.memory_info().rss for member in family))
        except psutil.NoSuchProcess:
            pass
        time.sleep(0.02)
    assert process.returncode == 0, arguments
    seconds, processor = time.perf_counter() - began, processor_seconds() - used
    return {"seconds": round(seconds, 1), "processor_seconds": round(processor, 1), "peak_mib": round(peak / 1024**2)}


def processor_seconds() -> float:
    """Return the processor time of the children that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def night(home: Path, lines: int) -> dict[str, dict[str, float]]:
    """Make one day of `lines` log lines and run the night on it."""
    run("demo", "--home", str(home), "--days", "1", "--requests-per-day", str(lines))
    return {"night": run("nightly", "--home", str(home)), "up_to_date": run("nightly", "--home", str(home))}


def main() -> None:
    """Print the figures as JSON."""
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        empty = night(Path(folder) / "empty", 100)
        large = night(Path(folder) / "large", lines)
    whole, fixed = (night["night"]["processor_seconds"] for night in (large, empty))
    figures = {
        "lines": lines,
        "large": large,
        "almost_empty": empty,
        "lines_a_second": round(lines / large["night"]["seconds"]),
        "lines_a_processor_second_beyond_the_fixed_cost": round(lines / (whole - fixed)),
        "fixed_share_of_the_large_night": round(fixed / whole, 2),
    }
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
