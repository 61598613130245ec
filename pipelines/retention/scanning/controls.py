"""The positive control: lines made at random for one run, planted in every kind of file, that the scan must find."""

import base64
import gzip
import secrets
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.clock import seoul_day
from pipelines.retention.digests import Digester, date_texts, windows
from pipelines.retention.scanning.tables import Connect
from pipelines.storage.atomic import make_folder, remove, write_bytes
from pipelines.storage.engine import quoted
from pipelines.storage.keys import DataKey, KeySource
from pipelines.storage.parquet import write_parquet
from pipelines.storage.sealing import seal

PREFIX = "partnerstats-control-"


class ControlKeys(KeySource, Protocol):
    """A key source that can destroy; the keyring is one."""

    def destroy(self, name: str) -> None:
        """Destroy the key called `name`."""
        ...


@dataclass(frozen=True)
class Controls:
    """The digests to be found, with the control each belongs to, and the dates of the lines."""

    digests: Mapping[bytes, str]
    dates: frozenset[bytes]

    @property
    def names(self) -> frozenset[str]:
        """The controls that were planted."""
        return frozenset(self.digests.values())


@contextmanager
def planted(
    roots: Mapping[str, Path], staging: Path, keys: ControlKeys, connect: Connect, digester: Digester, now: datetime
) -> Iterator[Controls]:
    """Plant the controls, yield what must be found, and take everything away again.

    One plain line in the folder of each of `roots`; in `staging` a plain one, one within other bytes, gzip, SQLite,
    Parquet, Base64; one sealed and one in encrypted Parquet, each under a key of its own that is destroyed afterwards.
    """
    for folder in (*roots.values(), staging):
        _sweep(folder)
    digests: dict[bytes, str] = {}

    def line(name: str) -> str:
        text = f'{PREFIX}{secrets.token_hex(16)} [{now:%Y-%m-%dT%H:%M:%S}Z] "{secrets.token_hex(24)}"'
        digests[digester.digest(text.encode())] = name
        return text

    with ExitStack() as stack:
        write = _Writer(stack, make_folder(staging), keys, connect, now)
        for name, folder in roots.items():
            write.plain(line(f"plain in {name}"), folder)
        for kind in ("plain", "gzip", "base64", "sqlite", "parquet", "sealed", "encrypted_parquet"):
            getattr(write, kind)(line(kind))
        text = line("within other bytes")
        digests.pop(digester.digest(text.encode()))
        dates = date_texts([seoul_day(now)])
        digests.update((digester.digest(window), "within other bytes") for window in windows(text.encode(), dates))
        write.embedded(text)
        yield Controls(digests, dates)


class _Writer:
    """Writes control files and sees to it that they and their keys go."""

    def __init__(self, stack: ExitStack, folder: Path, keys: ControlKeys, connect: Connect, now: datetime) -> None:
        self._stack, self._folder, self._keys, self._connect = stack, folder, keys, connect
        self._day = seoul_day(now)

    def plain(self, text: str, folder: Path | None = None) -> None:
        write_bytes(self._path(".txt", folder), f"one\n{text}\nthree\n".encode())

    def embedded(self, text: str) -> None:
        write_bytes(self._path(".bin"), b"\x00\x07" + text.replace('"', '\\"').encode() + b"\xff\x00\n")

    def gzip(self, text: str) -> None:
        write_bytes(self._path(".gz"), gzip.compress(text.encode()))

    def base64(self, text: str) -> None:
        write_bytes(self._path(".b64"), base64.encodebytes(f"one\n{text}\n".encode()))

    def sqlite(self, text: str) -> None:
        path = self._path(".db")
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("CREATE TABLE control (value TEXT)")
            connection.execute("INSERT INTO control VALUES (?)", [text])

    def parquet(self, text: str) -> None:
        pq.write_table(pa.table({"value": [text, "other"]}), self._path(".parquet"), compression="zstd")

    def sealed(self, text: str) -> None:
        header = b'{"dataset":"control"}\n'
        write_bytes(self._path(".age"), seal(header + text.encode() + b"\n", self._key("quarantine")))

    def encrypted_parquet(self, text: str) -> None:
        with self._connect() as connection:
            write_parquet(connection, f"SELECT {quoted(text)} AS value", self._path(".parquet"), self._key("events"))

    def _path(self, suffix: str, folder: Path | None = None) -> Path:
        path = (folder or self._folder) / f"{PREFIX}{secrets.token_hex(8)}{suffix}"
        self._stack.callback(remove, path)
        return path

    def _key(self, dataset: str) -> DataKey:
        key = self._keys.fresh_key(dataset, self._day)
        destroy: Callable[[str], None] = self._keys.destroy
        self._stack.callback(destroy, key.name)
        return key


def _sweep(folder: Path) -> None:
    """Remove what a run that was killed left."""
    for path in folder.glob(f"{PREFIX}*"):
        path.unlink(missing_ok=True)
