"""One file after the other, raw and in every decoded form: packed, sealed, tables, and what text hides, nested."""

import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.retention.scanning.keys import ENCRYPTED_PARQUET, SEALED, LiveKeys
from pipelines.retention.scanning.layers import DamagedContentError, Form, Layer, UnreadableError
from pipelines.retention.scanning.streams import DamagedStreamError, file_chunks, packing, peeked, unpacked
from pipelines.retention.scanning.tables import (
    Batch,
    Connect,
    duckdb_file,
    encrypted_parquet,
    parquet,
    sqlite_bytes,
    sqlite_file,
)

DEEPEST = 6
"""A file packed more often than that counts as unreadable."""
LARGEST_IN_MEMORY = 512 * 1024**2
"""Sealed and nested files are held in memory; a larger one counts as unreadable."""

_SQLITE, _ZIP, _PARQUET, _DUCKDB = b"SQLite format 3\0", b"PK\x03\x04", b"PAR1", b"DUCK"
_NESTED = (_ZIP, _PARQUET, _SQLITE)
_SEGMENT, _UNSEALED = b'{"dataset":', "sealed > zstd > "
"""How a segment of the vault begins once it is open: a line that says what it covers, then the delivered bytes."""
_HEAD = 64


@dataclass
class Decoder:
    """Decodes the file `path`, called `place`, with `keys`. What is packed and damaged is noted in `damaged`.

    `may_stay_closed` says that something sealed under no key of the keyring may lie in this file, by design.
    """

    path: Path
    place: str
    keys: LiveKeys
    connect: Connect
    may_stay_closed: bool = False
    damaged: list[str] = field(default_factory=list)
    closed: int = 0
    """How many sealed contents stayed closed by design."""

    def layers(self) -> Iterator[Layer]:
        """Yield the layers, each to be read before the next. Raises UnreadableError, OSError."""
        head, _ = peeked(file_chunks(self.path), _HEAD)
        tables = self._tables(head)
        is_text = tables is None and not packing(head) and not head.startswith((SEALED, _ZIP))
        yield Layer("bytes", Form.CONTENT if is_text else Form.VALUES, file_chunks(self.path))
        if tables is not None:
            yield from self._batches(*tables, depth=1)
        elif head.startswith(_ZIP):
            yield from self._zip(_joined(file_chunks(self.path)), "", 1)
        elif packing(head) or head.startswith(SEALED):
            yield from self.content(file_chunks(self.path), "", 1)

    def content(self, chunks: Iterator[bytes], how: str, depth: int) -> Iterator[Layer]:
        """Yield the layers of a nested content. Raises UnreadableError."""
        if depth > DEEPEST:
            raise UnreadableError(f"it is packed more than {DEEPEST} times")
        head, chunks = peeked(chunks, _HEAD)
        if kind := packing(head):
            yield from self.content(self._noting_damage(unpacked(kind, chunks)), f"{how}{kind} > ", depth + 1)
        elif head.startswith(SEALED):
            yield from self._sealed(_joined(chunks), how, depth)
        elif head.startswith(_SEGMENT) and how.endswith(_UNSEALED):
            header, _, raw = _joined(chunks).partition(b"\n")
            yield Layer(f"{how}header", Form.VALUES, iter([header]), depth)
            yield from self.content(iter([raw]), f"{how}segment > ", depth + 1)
        elif head.startswith(_NESTED):
            yield from self._nested(_joined(chunks), how, depth)
        else:
            yield Layer(f"{how}content", Form.CONTENT, chunks, depth)

    def _nested(self, data: bytes, how: str, depth: int) -> Iterator[Layer]:
        """Yield a nested file of tables or other files, raw and opened; one that cannot be opened is noted as damaged."""
        yield Layer(f"{how}content", Form.CONTENT, iter([data]), depth)
        try:
            if data.startswith(_ZIP):
                yield from self._zip(data, how, depth)
            elif data.startswith(_PARQUET):
                yield from self._batches(f"{how}parquet", parquet(io.BytesIO(data)), depth=depth)
            else:
                yield from self._batches(f"{how}sqlite", sqlite_bytes(data), depth=depth)
        except DamagedContentError as cause:
            self.damaged.append(str(cause))

    def _tables(self, head: bytes) -> tuple[str, Iterator[Batch]] | None:
        if head.startswith(_PARQUET):
            return "parquet", parquet(self.path)
        if head.startswith(ENCRYPTED_PARQUET):
            keys = self.keys.for_parquet(self.place)
            return "encrypted parquet", encrypted_parquet(self.path, keys, self.connect)
        if head[8:12] == _DUCKDB:
            return "duckdb", duckdb_file(self.path)
        if head.startswith(_SQLITE):
            return "sqlite", sqlite_file(self.path)
        return None

    def _sealed(self, data: bytes, how: str, depth: int) -> Iterator[Layer]:
        opened = self.keys.unsealed(data, self.place)
        if opened is not None:
            yield from self.content(iter([opened]), f"{how}sealed > ", depth + 1)
        elif self.may_stay_closed and how.endswith(_UNSEALED):
            self.closed += 1
        else:
            raise UnreadableError("no key that is there opens it")

    def _zip(self, data: bytes, how: str, depth: int) -> Iterator[Layer]:
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                for name in archive.namelist():
                    with archive.open(name) as member:
                        chunks = iter(lambda: member.read(1 << 18), b"")
                        yield from self.content(chunks, f"{how}zip > ", depth + 1)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError):
            raise DamagedContentError("the zip file cannot be read") from None

    def _batches(self, how: str, batches: Iterator[Batch], *, depth: int) -> Iterator[Layer]:
        for rows, texts, packed in batches:
            yield Layer(f"{how} rows", Form.ROWS, iter(rows), depth)
            yield Layer(f"{how} values", Form.VALUES, iter(texts), depth)
            for value in packed:
                yield from self.content(iter([value]), f"{how} > ", depth + 1)

    def _noting_damage(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        try:
            yield from chunks
        except DamagedStreamError as cause:
            self.damaged.append(str(cause))


MakeDecoder = Callable[[Path, str], Decoder]


def _joined(chunks: Iterator[bytes]) -> bytes:
    held, size = [], 0
    for chunk in chunks:
        held.append(chunk)
        if (size := size + len(chunk)) > LARGEST_IN_MEMORY:
            raise UnreadableError("what it holds is too large to be opened in memory")
    return b"".join(held)
