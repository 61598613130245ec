"""Tables of Parquet, DuckDB and SQLite files, read in batches: every row, every value of text, every packed value."""

import contextlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.errors import DamagedError, KeyMissingError, UsageError
from pipelines.retention.scanning.layers import DamagedContentError, UnreadableError
from pipelines.retention.scanning.rows import BATCH_ROWS, blobs, row_text, row_texts, value_texts
from pipelines.storage.engine import add_key
from pipelines.storage.keys import DataKey
from pipelines.storage.parquet import scan
from pipelines.warehouse.reading import open_read_only

Connect = Callable[[], AbstractContextManager[duckdb.DuckDBPyConnection]]
Batch = tuple[list[bytes], list[bytes], list[bytes]]
"""Of some rows: the rows, the texts in them, and the values of bytes."""


def parquet(source: Path | IO[bytes]) -> Iterator[Batch]:
    """Yield the rows of a plain Parquet file. Raises UnreadableError."""
    try:
        with pq.ParquetFile(source) as file:
            for batch in file.iter_batches(batch_size=BATCH_ROWS):
                yield _arrow(batch)
    except (pa.ArrowException, OSError):
        raise DamagedContentError("the Parquet file cannot be read") from None


def encrypted_parquet(path: Path, keys: Iterable[DataKey], connect: Connect) -> Iterator[Batch]:
    """Yield the rows of an encrypted Parquet file under the first of `keys` that opens it. Raises UnreadableError if none."""
    with connect() as connection:
        key = next((key for key in keys if _opens(connection, path, key)), None)
        if key is None:
            raise UnreadableError("no key that is there opens it")
        yield from _query(connection, f"SELECT * FROM {scan(path, key.name)}")  # noqa: S608 -- a quoted path


def duckdb_file(path: Path) -> Iterator[Batch]:
    """Yield the rows of every table of a DuckDB database file. Raises UnreadableError."""
    try:
        with open_read_only(path) as connection:
            names = connection.execute("SELECT schema_name, table_name FROM duckdb_tables() ORDER BY ALL").fetchall()
            for schema, table in names:
                yield from _query(connection, f"SELECT * FROM {_named(schema)}.{_named(table)}")  # noqa: S608
    except (duckdb.Error, DamagedError, UsageError):
        raise UnreadableError("the DuckDB database cannot be read") from None


def sqlite_file(path: Path) -> Iterator[Batch]:
    """Yield the rows of every table of a SQLite database, its write-ahead log included. Raises UnreadableError."""
    log = path.with_name(f"{path.name}-wal")
    # Without a log nothing else is read, and nothing is left beside the file.
    options = "mode=ro" if log.exists() and log.stat().st_size else "mode=ro&immutable=1"
    with _sqlite_errors(), contextlib.closing(sqlite3.connect(f"{path.as_uri()}?{options}", uri=True)) as connection:
        yield from _sqlite_tables(connection)


def sqlite_bytes(data: bytes) -> Iterator[Batch]:
    """Yield the rows of every table of a SQLite database in memory. Raises UnreadableError."""
    with _sqlite_errors(), contextlib.closing(sqlite3.connect(":memory:")) as connection:
        # As a database without a write-ahead log, or it cannot be opened in memory.
        connection.deserialize(data[:18] + b"\x01\x01" + data[20:])
        yield from _sqlite_tables(connection)


@contextlib.contextmanager
def _sqlite_errors() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error:
        raise DamagedContentError("the SQLite database cannot be read") from None


def _sqlite_tables(connection: sqlite3.Connection) -> Iterator[Batch]:
    connection.text_factory = lambda data: data.decode(errors="surrogateescape")
    tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    for (table,) in tables:
        cursor = connection.execute(f"SELECT * FROM {_named(table)}")  # noqa: S608 -- a quoted name
        columns = [column[0] for column in cursor.description]
        while found := cursor.fetchmany(BATCH_ROWS):
            values = {value for row in found for value in row if isinstance(value, str | bytes) and value}
            texts = [value.encode(errors="surrogateescape") + b"\n" for value in values if isinstance(value, str)]
            packed = [value for value in values if isinstance(value, bytes)]
            yield [row_text(columns, row) for row in found], texts, packed


def _query(connection: duckdb.DuckDBPyConnection, sql: str) -> Iterator[Batch]:
    for batch in connection.execute(sql).to_arrow_reader(BATCH_ROWS):
        yield _arrow(batch)


def _arrow(batch: pa.RecordBatch) -> Batch:
    return row_texts(batch), list(value_texts(batch)), list(blobs(batch))


def _opens(connection: duckdb.DuckDBPyConnection, path: Path, key: DataKey) -> bool:
    try:
        add_key(connection, key)
        connection.execute(f"SELECT * FROM {scan(path, key.name)} LIMIT 0")  # noqa: S608 -- a quoted path
    except (duckdb.Error, KeyMissingError):
        return False
    return True


def _named(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
