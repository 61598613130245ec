"""How fast sample input is made: lines a second, gzip included, and the most memory held. Run: python bench/demo_speed.py."""

import argparse
import resource
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from pipelines.demo.plan import DemoPlan
from pipelines.demo.writing import write_demo

KIB_PER_UNIT = 1 if sys.platform != "darwin" else 1 / 1024
"""getrusage counts kibibytes on Linux and bytes on macOS."""


def main() -> None:
    """Write one day (a Wednesday) in a temporary folder and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=1)
    parser.add_argument("--requests-per-day", type=int, default=1_000_000)
    arguments = parser.parse_args()
    plan = DemoPlan(to=date(2015, 5, 20), days=arguments.days, requests_per_day=arguments.requests_per_day)
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        report = write_demo(Path(folder), plan)
        seconds = time.perf_counter() - start
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KIB_PER_UNIT / 1024
    print(
        f"{report.lines:,} lines in {seconds:.2f} s: {report.lines / seconds:,.0f} lines/s, {report.bytes / 1e6:.1f} MB on disk, "
        f"{peak_mib:,.0f} MiB at most"
    )


if __name__ == "__main__":
    main()
