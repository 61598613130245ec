"""A release for BI tools: the tables of partners' files as CSV or Parquet, read from those files and from nothing else.

What the gate let out is what an export can hold: each file is held against the digest in the release's manifest first, and opened
without a way to any other file. A hidden row and an empty one are the same here too: no measures, and `is_suppressed`.
"""

import io
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.errors import DamagedError, UsageError
from pipelines.policy.publication import PARTNER
from pipelines.releases.memory import digest_of
from pipelines.releases.published import Published
from pipelines.releases.spreadsheets import csv_bytes
from pipelines.storage.atomic import OWNER_ONLY, OWNER_ONLY_FOLDER, make_folder, sync_folder
from pipelines.storage.locks import locked_folder
from pipelines.warehouse.reading import open_read_only

UNFINISHED = ".unfinished"
"""Behind the name of an export that is being written, or was when its process was killed: it is not hidden from its owner."""
_TABLE = re.compile("[a-z][a-z0-9_]*")


class Format(StrEnum):
    """How an export is written."""

    CSV = "csv"
    PARQUET = "parquet"


@dataclass(frozen=True)
class Exported:
    """What was written: the folder of each file's tables by the file's name, how many files they are, how many rows in all."""

    folder: Path
    folders: Mapping[str, Path]
    files: int
    rows: int


def export(published: Published, release: str, names: Mapping[str, str], target: Path, form: Format) -> Exported:
    """Write the tables of partners' files of `release` below the new folder `target`: `<folder>/<table>.<format>`.

    `names` gives the folder of each file's name; "" is `target` itself. It appears whole or not at all, for its owner alone
    (0700, files 0600). Raises UsageError when `target` is there already or being written, DamagedError when a file is not what
    was published.
    """
    with _begun(target) as folder:
        written = [_write(published, release, name, folder / own, form) for name, own in names.items()]
    folders = {name: target / own for name, own in names.items()}
    return Exported(target, folders, sum(map(len, written)), sum(map(sum, written)))


@contextmanager
def _begun(target: Path) -> Iterator[Path]:
    """Yield an empty folder beside `target` to write in; it becomes `target`, or is gone when something fails.

    It is held while it is written in: what a killed export left is held by nobody, and the next one begins it anew.
    """
    _require_free(target)
    make_folder(target.parent)
    folder = target.with_name(target.name + UNFINISHED)
    folder.mkdir(mode=OWNER_ONLY_FOLDER, exist_ok=True)
    try:
        with locked_folder(folder):
            _require_free(target)
            _empty(folder)
            try:
                yield folder
                sync_folder(folder)
                folder.rename(target)
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)
                raise
    except BlockingIOError:
        raise UsageError(f"{target.name} is being written by another export") from None
    sync_folder(target.parent)


def _require_free(target: Path) -> None:
    if target.exists() or target.is_symlink():
        raise UsageError(
            f"{target.name} is there already, and nothing is written over: remove it, or give another --to"
        )


def _empty(folder: Path) -> None:
    for path in folder.iterdir():
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


def partner_of(published: Published, release: str, name: str) -> str:
    """Return the partner that a file of `release` is about, by its rows, or the file's name when it has none."""
    with _opened(published, release, name) as connection:
        for (table,) in connection.execute(
            "SELECT table_name FROM duckdb_columns() WHERE column_name = ? ORDER BY ALL", [PARTNER]
        ).fetchall():
            found = connection.execute(f'FROM "{_declared(table)}" SELECT {PARTNER} LIMIT 1').fetchone()
            if found is not None:
                return str(found[0])
    return name


def _write(published: Published, release: str, name: str, folder: Path, form: Format) -> list[int]:
    """Write every table of a file into `folder`; return the rows of each."""
    make_folder(folder)
    rows = []
    with _opened(published, release, name) as connection:
        for (table,) in connection.execute("SELECT table_name FROM duckdb_tables() ORDER BY ALL").fetchall():
            content, count = _content(connection, _declared(table), form)
            _write_new(folder / f"{table}.{form.value}", content)
            rows.append(count)
    return rows


def _write_new(path: Path, content: bytes) -> None:
    """Write a file that is not there yet; it is on the disk when this returns."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _opened(published: Published, release: str, name: str) -> duckdb.DuckDBPyConnection:
    path = published.file_of(name, release)
    if path is None or digest_of(path) != published.manifest(release).files.get(name):
        raise DamagedError(f"a file of release {release} is not what was published")
    return open_read_only(path)


def _declared(table: str) -> str:
    if not _TABLE.fullmatch(table):
        raise DamagedError("a partner's file holds a table that has no name of the policy")
    return table


def _content(connection: duckdb.DuckDBPyConnection, table: str, form: Format) -> tuple[bytes, int]:
    cursor = connection.execute(f'FROM "{table}" ORDER BY ALL')
    if form is Format.PARQUET:
        found: pa.Table = cursor.to_arrow_table()
        sink = io.BytesIO()
        pq.write_table(found, sink, compression="zstd")
        return sink.getvalue(), found.num_rows
    columns, rows = [column[0] for column in cursor.description or ()], cursor.fetchall()
    return csv_bytes(columns, rows), len(rows)
