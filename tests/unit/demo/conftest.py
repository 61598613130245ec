"""One small plan, written once for the tests that only read it."""

import csv
import gzip
import io
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.demo.plan import DemoPlan, DemoReport
from pipelines.demo.writing import write_demo

PLAN = DemoPlan(to=date(2015, 5, 20), days=4, requests_per_day=12_000, partners=8, members=150, seed=7)


@dataclass(frozen=True)
class Written:
    """A landing folder, the plan it was written for and the report."""

    landing: Path
    plan: DemoPlan
    report: DemoReport

    def lines(self, day: date) -> list[bytes]:
        """The lines of a day's log file, without their newlines; not those that come late."""
        return self.lines_of(f"access/demo-web/access-{day}.log.gz")

    def lines_of(self, name: str) -> list[bytes]:
        """The lines of a log file."""
        content = gzip.decompress((self.landing / name).read_bytes())
        assert content.endswith(b"\n")
        return content[:-1].split(b"\n")

    def all_lines(self) -> list[bytes]:
        """The lines of all log files."""
        return [line for log in self.report.logs for line in self.lines_of(log.name)]

    def rows(self, table: str) -> list[dict[str, Any]]:
        """The rows of a registry export."""
        (path,) = (self.landing / "registry").glob(f"{table}.*")
        return _decoded(path.name, path.read_bytes())


def _decoded(name: str, content: bytes) -> list[dict[str, Any]]:
    """Return the rows of an export or a record file, by the endings of its name."""
    if name.endswith(".gz"):
        name, content = name.removesuffix(".gz"), gzip.decompress(content)
    if name.endswith(".parquet"):
        return pq.read_table(pa.BufferReader(content)).to_pylist()
    if name.endswith(".jsonl"):
        return [json.loads(line) for line in content.splitlines()]
    return list(csv.DictReader(io.StringIO(content.decode())))


@pytest.fixture(scope="session")
def decoded() -> Callable[[str, bytes], list[dict[str, Any]]]:
    """How the rows of an export or a record file are read: its name and bytes in, rows out."""
    return _decoded


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """Four days, Sunday to Wednesday, of 12,000 requests."""
    landing = tmp_path_factory.mktemp("demo")
    return Written(landing, PLAN, write_demo(landing, PLAN))


@pytest.fixture(scope="session")
def tidy(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """The same days without flaws."""
    landing = tmp_path_factory.mktemp("tidy")
    plan = replace(PLAN, flaws=False)
    return Written(landing, plan, write_demo(landing, plan))
