"""Everything a file says, unpacked: its bytes, and what its format holds, again and again. Nothing here has a key."""

import bz2
import contextlib
import io
import json
import sqlite3
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import zstandard

DEEPEST = 4
SEALED = (b"age-encryption.org/v1", b"PARE")
"""How files that only a key opens begin: age, and Parquet with an encrypted footer."""

Layer = tuple[str, bytes]
"""How the bytes were got at, and the bytes."""


def layers(data: bytes, depth: int = 0) -> Iterator[Layer]:
    """Yield `data` itself and what it holds when read as gzip, zlib, zstd, bzip2, zip, SQLite, DuckDB, Parquet or JSON."""
    yield "bytes", data
    if depth < DEEPEST and not data.startswith(SEALED):
        for how, inner in _opened(data):
            for deeper, content in layers(inner, depth + 1):
                yield f"{how} > {deeper}", content


def _opened(data: bytes) -> Iterator[Layer]:
    if data.startswith((b"\x1f\x8b", b"x\x9c", b"x\x01", b"x\xda")):
        yield "zlib", _inflated(data)
    elif data.startswith(b"\x28\xb5\x2f\xfd"):
        yield (
            "zstd",
            _until_damaged(zstandard.ZstdDecompressor().stream_reader(io.BytesIO(data), read_across_frames=True)),
        )
    elif data.startswith(b"BZh"):
        yield "bzip2", _until_damaged(bz2.BZ2File(io.BytesIO(data)))
    elif data.startswith(b"PK\x03\x04"):
        yield from _zip(data)
    elif data.startswith(b"SQLite format 3\0"):
        yield from _sqlite(data)
    elif data[8:12] == b"DUCK":
        yield from _duckdb(data)
    elif data.startswith(b"PAR1"):
        yield "parquet", _text(row for row in pq.read_table(io.BytesIO(data)).to_pylist())
    else:
        yield from _json(data)


def _inflated(data: bytes) -> bytes:
    found = b""
    while data:
        inflate = zlib.decompressobj(wbits=47)
        for byte in range(0, len(data), 4096):
            try:
                found += inflate.decompress(data[byte : byte + 4096])
            except zlib.error:
                return found
        if not inflate.eof:
            return found + inflate.flush()
        data = inflate.unused_data
    return found


def _until_damaged(stream: io.BufferedIOBase | zstandard.ZstdDecompressionReader) -> bytes:
    found = b""
    with contextlib.suppress(OSError, EOFError, zstandard.ZstdError):
        while chunk := stream.read(4096):
            found += chunk
    return found


def _zip(data: bytes) -> Iterator[Layer]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        yield from (("zip", archive.read(name)) for name in archive.namelist())


def _sqlite(data: bytes) -> Iterator[Layer]:
    """Yield every value of every table as bytes, the long ones apart, so that packed ones are unpacked."""
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(_without_write_ahead(data))
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in tables:
            for row in connection.execute(f'SELECT * FROM "{table}"'):  # noqa: S608
                yield f"table {table}", _text([row])
                for value in row:
                    if isinstance(value, bytes | str) and len(value) > 20:
                        yield f"value of {table}", value if isinstance(value, bytes) else value.encode()


def _without_write_ahead(data: bytes) -> bytes:
    """Return the database as one that has no log beside it, or an open in memory fails; the log is a file of its own."""
    return data[:18] + b"\x01\x01" + data[20:]


def _duckdb(data: bytes) -> Iterator[Layer]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "database"
        path.write_bytes(data)
        with duckdb.connect(str(path), read_only=True) as connection:
            tables = connection.execute("SELECT database_name, schema_name, table_name FROM duckdb_tables()").fetchall()
            for table in tables:
                name = ".".join(f'"{part}"' for part in table)
                yield f"table {table[2]}", _text(connection.execute(f"SELECT * FROM {name}").fetchall())  # noqa: S608


def _json(data: bytes) -> Iterator[Layer]:
    """Yield the strings of JSON documents, one in all or one a line, without their escapes."""
    documents = [data] if data.lstrip()[:1] in (b"{", b"[") else []
    if b"\n{" in data or b"\n[" in data:
        documents += data.splitlines()
    found = []
    for document in documents:
        with contextlib.suppress(ValueError):
            found += _strings(json.loads(document))
    if found:
        yield "json", "\n".join(found).encode(errors="surrogatepass")


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for inner in [*value, *value.values()] if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _strings(inner)


def _text(rows: object) -> bytes:
    return "\n".join(map(repr, rows)).encode(errors="surrogatepass")  # type: ignore[call-overload]
