"""A place that takes log files in, with keys in memory, and tells what it holds."""

import bz2
import gzip
import secrets
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import zstandard

from pipelines.errors import KeyMissingError
from pipelines.storage.keys import DataKey
from pipelines.storage.sealing import new_identity
from pipelines.storage.vault import Segment, Vault
from pipelines.weblogs import importing
from pipelines.weblogs.decompression import Limits, decompressed_chunks
from pipelines.weblogs.importing import Outcome
from pipelines.weblogs.lines import split_lines
from pipelines.weblogs.parts import line_numbers
from pipelines.weblogs.reading import read_batch
from pipelines.weblogs.reading_records import reading_of
from pipelines.weblogs.records import ImportRecord, LineCounts, QuarantinedFile, completed_lines, restated_counts

MIB = 1024 * 1024
DELIVERED_ON = date(2015, 6, 1)
PACKED: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "gzip": lambda data: gzip.compress(data, mtime=0),
    "two gzip members": lambda data: gzip.compress(data[:50], mtime=0) + gzip.compress(data[50:], mtime=0),
    "zstd": zstandard.ZstdCompressor().compress,
    "bzip2": bz2.compress,
}


def reading_record(form: str = "common", max_line_bytes: int = 4096) -> dict[str, Any]:
    """How lines are read here: health checks are filtered."""
    return {
        "dialect": "preset",
        "format": form,
        "field_map": None,
        "time_zone": "Asia/Seoul",
        "trusted_proxies": [],
        "member_cookie": "pc_member",
        "filters": [{"name": "health_check", "path": "/healthz"}],
        "max_line_bytes": max_line_bytes,
    }


@dataclass
class MemoryKeys:
    """A KeySource that keeps its keys in `made`."""

    made: dict[str, DataKey] = field(default_factory=dict)

    def data_key(self, dataset: str, day: date) -> DataKey:
        """Return the day's key."""
        name = f"{dataset}.{day}"
        return self.made.setdefault(name, DataKey(name, dataset, day, None, "age", new_identity()))

    def fresh_key(self, dataset: str, day: date) -> DataKey:
        """Return a new key."""
        name = f"{dataset}.{day}.{secrets.token_hex(8)}"
        return self.made.setdefault(name, DataKey(name, dataset, day, None, "age", new_identity()))

    def get(self, name: str) -> DataKey:
        """Return a key that was made."""
        if name not in self.made:
            raise KeyMissingError(f"there is no key {name}")
        return self.made[name]


@dataclass
class Intake:
    """Takes files in one after the other, as the house does: what was imported is known to the next.

    Content comes in pieces of `chunk_bytes`.
    """

    root: Path
    batch_bytes: int = MIB
    chunk_bytes: int = MIB
    limits: Limits = field(default_factory=lambda: Limits(1024 * MIB, 1000))
    keys: MemoryKeys = field(default_factory=MemoryKeys)
    records: list[ImportRecord] = field(default_factory=list)
    whole: list[QuarantinedFile] = field(default_factory=list)

    @property
    def vault(self) -> Vault:
        """Every delivered line."""
        return Vault(self.root / "vault", self.keys)

    @property
    def quarantine(self) -> Vault:
        """What could not be read."""
        return Vault(self.root / "quarantine", self.keys)

    def deliver(self, data: bytes, name: str = "access.log", *, source: str = "web", **given: Any) -> Outcome:
        """Write a file and take it in; `given` may name `reading`, `on` (the day), `is_past` and `progress`."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return self.take(path, source=source, **given)

    def take(
        self,
        path: Path,
        *,
        source: str = "web",
        reading: dict[str, Any] | None = None,
        on: date = DELIVERED_ON,
        is_past: Callable[[date], bool] = lambda _day: False,
        progress: Callable[[int, int], None] = lambda _done, _total: None,
    ) -> Outcome:
        """Take a file in and remember what became of it, as the ledger does."""
        # Nothing here outlives a crash of the machine: what is synced is tested with the storage.
        with patch.object(importing, "decompressed_chunks", self._chunks), patch("os.fsync"):
            outcome = importing.import_file(
                importing.Delivery(path, source, reading or reading_record()),
                importing.Stores(self.vault, self.quarantine, self.limits, self.batch_bytes),
                self.records,
                delivery_day=on,
                is_quarantined={file.delivered_sha256 for file in self.whole}.__contains__,
                is_past=is_past,
                progress=progress,
            )
        if outcome.record:
            self.records.append(ImportRecord.from_body(outcome.record.to_body()))
        if outcome.quarantined:
            self.whole.append(outcome.quarantined)
        return outcome

    def _chunks(self, path: Path, limits: Limits) -> Iterator[bytes]:
        for chunk in decompressed_chunks(path, limits):
            yield from (chunk[at : at + self.chunk_bytes] for at in range(0, len(chunk), self.chunk_bytes))

    @property
    def counts(self) -> dict[str, LineCounts]:
        """Lines by state, by file."""
        return restated_counts(self.records)

    def segments(self, record: ImportRecord, where: str = "segments") -> list[Segment]:
        """Return where the lines of an import are, or what it put in `quarantine`."""
        return [Segment.from_json(body) for body in getattr(record, where)]

    def stored_lines(self) -> Iterator[tuple[ImportRecord, int, date, bytes, bool]]:
        """Yield record, number, day and text of each line that counts, and whether it is accepted."""
        later = completed_lines(self.records)
        for record in self.records:
            for segment in self.segments(record):
                content = self.vault.read_segment(segment)
                if not segment.lines:
                    continue
                (batch,) = split_lines(
                    [content.raw],
                    batch_bytes=len(content.raw) + 1,
                    max_line_bytes=record.reading["max_line_bytes"],
                )
                read = read_batch(batch.lines, reading_of(record.reading), too_long=batch.too_long)
                accepted = set(read.accepted["position"].to_pylist())
                for at, number in enumerate(line_numbers(content.runs).tolist()):
                    if (record.sha256, number) not in later:
                        yield record, number, segment.day, batch.lines[at], at in accepted

    def lines(self) -> dict[int, tuple[date, bytes, bool]]:
        """Return day, text and whether it is accepted, by number, of a log that is one however often it was delivered."""
        found: dict[int, tuple[date, bytes, bool]] = {}
        for _, number, day, text, is_accepted in self.stored_lines():
            assert number not in found, "a line counts twice"
            found[number] = (day, text, is_accepted)
        return dict(sorted(found.items()))


@pytest.fixture(scope="session")
def new_intake(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Intake]:
    """Make an empty place; one test may need many."""
    base = tmp_path_factory.mktemp("intake")
    return lambda **given: Intake(Path(tempfile.mkdtemp(dir=base)), **given)


@pytest.fixture
def intake(new_intake: Callable[..., Intake]) -> Intake:
    return new_intake()


@pytest.fixture(scope="session")
def packed() -> dict[str, Callable[[bytes], bytes]]:
    """Ways to pack a file."""
    return PACKED


@pytest.fixture(scope="session")
def reading() -> Callable[..., dict[str, Any]]:
    """Make the record of how lines are read."""
    return reading_record


@pytest.fixture(scope="session")
def line() -> Callable[..., bytes]:
    """Make a line of the common format: `line("20/May/2015:10:00:00", "/x")`."""

    def make(time: str = "20/May/2015:10:00:00", target: str = "/", sent: str = "5") -> bytes:
        return f'198.51.100.7 - - [{time} +0900] "GET {target} HTTP/1.1" 200 {sent}\n'.encode()

    return make
