"""A scan over one folder: keys in memory, a line that was destroyed, and where it is looked for."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import duckdb

from pipelines.errors import KeyMissingError
from pipelines.retention.digests import Digester
from pipelines.retention.samples import Collector, Known, Sample
from pipelines.retention.scanning.decoding import Decoder
from pipelines.retention.scanning.keys import LiveKeys
from pipelines.retention.scanning.layers import Form, Layer
from pipelines.retention.scanning.scanner import Findings, Scanner
from pipelines.storage.engine import connect
from pipelines.storage.keys import DataKey
from pipelines.storage.sealing import new_identity

DAY = date(2026, 3, 5)
LINE = (
    b'203.0.113.9 - - [05/Mar/2026:00:05:07 +0900] "GET /contents/C0000001?tab=info HTTP/1.1" 200 1234 '
    b'"https://portal.example/a" "Mozilla/5.0 (X11; Linux x86_64)" "pc_member=somebody"'
)
OTHER = LINE.replace(b"00:05:07", b"00:05:08")
DIGESTER = Digester(bytes(range(32)))


@dataclass
class Keys:
    """A keyring in memory."""

    held: dict[str, DataKey] = field(default_factory=dict)

    def data_key(self, dataset: str, day: date) -> DataKey:
        """Return the day's key."""
        return self.held.get(f"{dataset}.{day}") or self._made(f"{dataset}.{day}", dataset, day)

    def fresh_key(self, dataset: str, day: date) -> DataKey:
        """Return a new key."""
        return self._made(f"{dataset}.{day}.g{secrets.token_hex(8)}", dataset, day)

    def list(self) -> list[DataKey]:
        """Return every key."""
        return [*self.held.values()]

    def get(self, name: str) -> DataKey:
        """Return a key."""
        if name not in self.held:
            raise KeyMissingError(f"there is no key {name}")
        return self.held[name]

    def destroy(self, name: str) -> None:
        """Forget a key."""
        del self.held[name]

    def _made(self, name: str, dataset: str, day: date) -> DataKey:
        secret = secrets.token_bytes(32) if dataset == "events" else new_identity()
        self.held[name] = DataKey(name, dataset, day, None, "aes256" if dataset == "events" else "age", secret)
        return self.held[name]


def sample_of(*lines: bytes, day: date = DAY) -> Sample:
    """Return the sample of a file of `lines`."""
    collector = Collector(DIGESTER, day)
    collector.block(Layer("content", Form.CONTENT, iter(())), b"".join(line + b"\n" for line in lines))
    return collector.sample("access_logs", day, date(2026, 6, 6), "0" * 64)


@dataclass
class Desk:
    """What a scan needs, in a folder."""

    folder: Path
    keys: Keys = field(default_factory=Keys)

    @contextmanager
    def connection(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Yield a DuckDB connection."""
        places = {"extension_directory": self.folder / ".ext", "temp_directory": self.folder / ".spill"}
        limits = {"memory_limit_bytes": 256 * 1024**2, "temp_limit_bytes": 1024**3}
        connection = connect(**places, threads=1, **limits)
        try:
            yield connection
        finally:
            connection.close()

    def scan(self, *samples: Sample, needles: tuple[bytes, ...] = (), may_stay_closed: bool = False) -> Findings:
        """Look through every file of the folder."""
        scanner = Scanner(DIGESTER, Known.of(samples), {}, needles)
        live = LiveKeys(self.keys)
        for path in sorted(self.folder.rglob("*")):
            if path.is_file():
                place = path.relative_to(self.folder).as_posix()
                scanner.look_at(Decoder(path, place, live, self.connection, may_stay_closed))
        return scanner.findings
