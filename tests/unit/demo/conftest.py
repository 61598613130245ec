"""One small plan, written once for the tests that only read it."""

import gzip
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from pipelines.demo.plan import DemoPlan, DemoReport
from pipelines.demo.writing import write_demo


@dataclass(frozen=True)
class Written:
    """A landing folder, the plan it was written for and the report."""

    landing: Path
    plan: DemoPlan
    report: DemoReport

    def lines(self, day: date) -> list[bytes]:
        """The lines of a day's log file, without their newlines."""
        content = gzip.decompress((self.landing / f"access/demo-web/access-{day}.log.gz").read_bytes())
        assert content.endswith(b"\n")
        return content[:-1].split(b"\n")

    def all_lines(self) -> list[bytes]:
        """The lines of all log files, in order."""
        return [line for day in self.plan.dates for line in self.lines(day)]


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """Four days, Sunday to Wednesday, of 12,000 requests."""
    landing = tmp_path_factory.mktemp("demo")
    plan = DemoPlan(to=date(2015, 5, 20), days=4, requests_per_day=12_000, partners=8, members=150, seed=7)
    return Written(landing, plan, write_demo(landing, plan))
