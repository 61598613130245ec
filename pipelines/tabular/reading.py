"""Delivered tables read row by row: CSV, JSON lines and Parquet behind one interface.

A reader hands out only the columns it is asked for. A row it cannot read is a fault with its number and a reason that
holds nothing of the row; the rows around it are read.
"""

import csv
import hashlib
import io
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.errors import InputError

Chunks = Callable[[Path], Iterable[bytes]]
"""Gives a file's bytes, decompressed; raises for a damaged file or one that grows beyond all bounds."""

LONGEST_LINE_BYTES = 1024 * 1024
"""Bytes of one line that are read; a longer one is cut there and fails as a row."""

NOT_WELL_FORMED = "not well-formed CSV"
"""The fault of a row that quotes take apart: an open one swallows what follows it, up to the next."""

_BOM = b"\xef\xbb\xbf"
_PARQUET_MAGIC = b"PAR1"


class RawRow(NamedTuple):
    """A row as delivered: `number` is the line it begins at (the row's place in a Parquet file), both from 1.

    Exactly one of `values` (of the wanted columns that are there) and `fault` (why there are none) is given.
    """

    number: int
    values: Mapping[str, object] | None
    fault: str | None = None


class TableReader(Protocol):
    """Reads one export once; `columns` and `content_sha256` are complete when `rows` is exhausted."""

    @property
    def columns(self) -> Sequence[str]:
        """Every column the export names, in order of appearance."""
        ...

    @property
    def content_sha256(self) -> str:
        """Digest of the export's content, as hex; of a file: of its decompressed bytes."""
        ...

    def rows(self, wanted: Collection[str]) -> Iterator[RawRow]:
        """Yield the rows in order, with the `wanted` columns alone. Raises InputError when nothing can be read."""
        ...


class _Content:
    """The bytes of a file, digested as they pass."""

    def __init__(self, name: str, chunks: Iterable[bytes]) -> None:
        self.name = name
        self.columns: list[str] = []
        self._chunks = chunks
        self._digest = hashlib.sha256()

    @property
    def content_sha256(self) -> str:
        return self._digest.hexdigest()

    def chunks(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self._digest.update(chunk)
            yield chunk

    def lines(self) -> Iterator[str]:
        """Yield lines with their newline; bytes that are not UTF-8 become lone surrogates and fail as values."""
        pending = b""
        is_first = True
        for chunk in self.chunks():
            *whole, pending = (pending + chunk).split(b"\n")
            for line in whole:
                yield _decoded(line, is_first=is_first) + "\n"
                is_first = False
            # What is cut off of an endless line is never needed: the line has failed by then.
            pending = pending[: LONGEST_LINE_BYTES + 1]
        if pending:
            yield _decoded(pending, is_first=is_first)


class CsvReader(_Content):
    """Comma-separated values with a header (RFC 4180), as Python's csv module reads them in strict mode."""

    def rows(self, wanted: Collection[str]) -> Iterator[RawRow]:
        """Yield the rows; a field count other than the header's, a stray or an open quote is a fault."""
        reader = csv.reader(self.lines(), strict=True)
        self.columns = self._header(reader)
        places = [(place, name) for place, name in enumerate(self.columns) if name in wanted]
        while True:
            number = reader.line_num + 1
            try:
                fields = next(reader)
            except StopIteration:
                return
            except csv.Error:
                yield RawRow(number, None, NOT_WELL_FORMED)
                continue
            if len(fields) == len(self.columns):
                yield RawRow(number, {name: fields[place] for place, name in places})
            elif fields:
                yield RawRow(number, None, "another number of fields than the header")

    def _header(self, reader: Iterator[list[str]]) -> list[str]:
        try:
            header = next(reader, [])
        except csv.Error:
            raise InputError(f"{self.name}: the header is not well-formed CSV") from None
        if not header:
            raise InputError(f"{self.name}: no header")
        if len(set(header)) < len(header):
            raise InputError(f"{self.name}: the header names a column twice")
        return header


class JsonLinesReader(_Content):
    """One JSON object a line."""

    def rows(self, wanted: Collection[str]) -> Iterator[RawRow]:
        """Yield the rows; a line that is no object, or names a member twice, is a fault."""
        seen: dict[str, None] = {}
        for number, line in enumerate(self.lines(), start=1):
            if not line.strip():
                continue
            row = _json_object(line)
            if row is None:
                yield RawRow(number, None, "not a JSON object")
                continue
            seen.update(dict.fromkeys(row))
            self.columns = list(seen)
            yield RawRow(number, {name: value for name, value in row.items() if name in wanted})


class ParquetReader(_Content):
    """A Parquet file; only the wanted columns are decoded."""

    def rows(self, wanted: Collection[str]) -> Iterator[RawRow]:
        """Yield the rows. Raises InputError when it is no sound Parquet file, or names a column twice."""
        try:
            file = pq.ParquetFile(io.BytesIO(b"".join(self.chunks())))
            self.columns = file.schema_arrow.names
            if len(set(self.columns)) < len(self.columns):
                raise InputError(f"{self.name}: a column is named twice")
            yield from self._typed_rows(file, [name for name in self.columns if name in wanted])
        except (pa.ArrowException, OSError):
            raise InputError(f"{self.name}: not a sound Parquet file") from None

    @staticmethod
    def _typed_rows(file: pq.ParquetFile, wanted: list[str]) -> Iterator[RawRow]:
        number = 0
        for batch in file.iter_batches(columns=wanted):
            for values in _python_rows(batch):
                number += 1
                yield RawRow(number, values, None if values is not None else "a value that cannot be read")


def open_export(path: Path, chunks: Chunks) -> TableReader:
    """Return the reader of an export, by its first bytes (Parquet) or its name (`.csv`, `.jsonl`, `.ndjson`, `.json`).

    Raises InputError for any other file.
    """
    stream = _named(path, chunks)
    first = next(stream, b"")
    content = _chained(first, stream)
    if first.startswith(_PARQUET_MAGIC):
        return ParquetReader(path.name, content)
    if ".csv" in path.suffixes:
        return CsvReader(path.name, content)
    if {".jsonl", ".ndjson", ".json"} & set(path.suffixes):
        return JsonLinesReader(path.name, content)
    raise InputError(f"{path.name}: not an export: expected .csv, .jsonl, .ndjson, .json or Parquet, compressed or not")


def _named(path: Path, chunks: Chunks) -> Iterator[bytes]:
    """Yield a file's chunks; a fault of its packing names the file, once."""
    try:
        yield from chunks(path)
    except InputError as cause:
        raise InputError(f"{path.name}: {str(cause).removeprefix(f'{path.name}: ')}") from cause


def _chained(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _python_rows(batch: pa.RecordBatch) -> list[dict[str, object] | None]:
    """Return the batch's rows; one that holds bad UTF-8 or an impossible date is None, the others stay."""
    try:
        return list(batch.to_pylist())
    except (ValueError, OverflowError):
        if batch.num_rows == 1:
            return [None]
    half = batch.num_rows // 2
    return _python_rows(batch.slice(0, half)) + _python_rows(batch.slice(half))


def _decoded(line: bytes, *, is_first: bool) -> str:
    line = line.removeprefix(_BOM) if is_first else line
    return line[:LONGEST_LINE_BYTES].decode("utf-8", "surrogateescape")


def _json_object(line: str) -> dict[str, object] | None:
    try:
        row = json.loads(line, object_pairs_hook=_without_repeats, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) else None


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    row = dict(pairs)
    if len(row) < len(pairs):
        raise ValueError
    return row


def _refuse(constant: str) -> object:
    raise ValueError
