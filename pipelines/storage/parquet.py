"""Encrypted Parquet, written and read by DuckDB: one key for the whole file, footer and column names included."""

import os
from pathlib import Path

import duckdb

from pipelines.storage.atomic import OWNER_ONLY, make_folder, replace, staging_path
from pipelines.storage.engine import add_key, quoted, without_data
from pipelines.storage.keys import DataKey

_GLOB = str.maketrans({character: f"[{character}]" for character in "[*?"})


def write_parquet(connection: duckdb.DuckDBPyConnection, select_sql: str, target: Path, key: DataKey) -> int:
    """Write the rows of `select_sql` to `target`, atomically, zstd, encrypted under `key`; return the number of rows.

    `select_sql` is the project's own text, never built from delivered values. Errors raised here quote no value
    (DamagedError, or UsageError for a query that cannot be run).
    """
    add_key(connection, key)
    make_folder(target.parent)
    staged = staging_path(target)
    options = f"FORMAT parquet, COMPRESSION zstd, ENCRYPTION_CONFIG {{footer_key: {quoted(key.name)}}}"
    try:
        os.close(os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY))
        row = connection.execute(f"COPY ({select_sql}) TO {quoted(str(staged))} ({options})").fetchone()
        staged.chmod(OWNER_ONLY)
        replace(staged, target)
    except duckdb.Error as cause:
        raise without_data(cause, f"writing {target.name}") from None
    finally:
        staged.unlink(missing_ok=True)
    return int(row[0]) if row else 0


def scan(path: Path, key_name: str) -> str:
    """Return the SQL of a table function that reads the file `path` with the key called `key_name` (see `add_key`).

    One `read_parquet` takes one key: files under several keys are joined by `UNION ALL`.
    """
    file = quoted(str(path).translate(_GLOB))
    return f"read_parquet({file}, hive_partitioning = false, encryption_config = {{footer_key: {quoted(key_name)}}})"
