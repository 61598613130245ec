"""A release for BI tools: the tables of partners' files as CSV or Parquet, read from those files and from nothing else.

What the gate let out is what an export can hold: each file is held against the digest in the release's manifest first, and opened
without a way to any other file. A hidden row and an empty one are the same here too: no measures, and `is_suppressed`.
"""

import io
import re
import shutil
from collections.abc import Mapping
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
from pipelines.storage.atomic import OWNER_ONLY_FOLDER, make_folder, staging_path, sync_folder, write_bytes
from pipelines.warehouse.reading import open_read_only

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
    (0700, files 0600). Raises UsageError when `target` is there already, DamagedError when a file is not what was published.
    """
    if target.exists() or target.is_symlink():
        raise UsageError(
            f"{target.name} is there already, and nothing is written over: remove it, or give another --to"
        )
    make_folder(target.parent)
    staged = staging_path(target)
    staged.mkdir(mode=OWNER_ONLY_FOLDER)
    try:
        written = [_write(published, release, name, staged / folder, form) for name, folder in names.items()]
        sync_folder(staged)
        staged.rename(target)
    except BaseException:
        shutil.rmtree(staged, ignore_errors=True)
        raise
    sync_folder(target.parent)
    folders = {name: target / folder for name, folder in names.items()}
    return Exported(target, folders, sum(map(len, written)), sum(map(sum, written)))


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
            write_bytes(folder / f"{table}.{form.value}", content)
            rows.append(count)
    return rows


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
