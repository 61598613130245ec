"""The warehouse file is never written in place: a new file takes the live tables, is added to, and takes its name.

A file that DuckDB has deleted rows from still holds their bytes; copying the tables leaves those behind, copying the
file does not. Readers of the old file keep it until they close it.
"""

from pathlib import Path

import duckdb
import pyarrow as pa

from pipelines.errors import DamagedError
from pipelines.storage.atomic import OWNER_ONLY, make_folder, replace
from pipelines.storage.engine import quoted

NEXT_FOLDER = "next-warehouse"


def next_warehouse(live: Path, scratch: Path) -> Path:
    """Make the next warehouse file in `scratch`, with the tables of `live` if there is one, and return its path.

    The file keeps the live one's name, and with it the database's. `scratch` lies in the same file system as `live`. What an
    earlier run left there is removed. Raises DamagedError when the live file cannot be read.
    """
    folder = make_folder(scratch / NEXT_FOLDER)
    discard(folder / live.name)
    following = folder / live.name
    with duckdb.connect(str(following)) as connection:
        following.chmod(OWNER_ONLY)
        if live.exists():
            _copy_tables(connection, live, following)
    return following


def publish(following: Path, live: Path) -> None:
    """Put `following`, which no one may have open, in the place of `live`: checkpoint, fsync, rename, fsync the folder."""
    with duckdb.connect(str(following)) as connection:
        connection.execute("CHECKPOINT")
    _write_ahead_log(following).unlink(missing_ok=True)
    replace(following, live)


def discard(following: Path) -> None:
    """Remove a next file that will not be published, and what DuckDB keeps beside it."""
    for path in (following, _write_ahead_log(following)):
        path.unlink(missing_ok=True)


def replace_table(live: Path, scratch: Path, name: str, rows: pa.Table) -> None:
    """Put `rows` in the place of the table `name`, or add it: the next file, the table, the swap. Raises DamagedError."""
    following = next_warehouse(live, scratch)
    try:
        with duckdb.connect(str(following)) as connection:
            connection.register("given_rows", rows)
            connection.execute(f'CREATE OR REPLACE TABLE "{name}" AS SELECT * FROM given_rows')  # noqa: S608 - own name
        publish(following, live)
    finally:
        discard(following)


def _copy_tables(connection: duckdb.DuckDBPyConnection, live: Path, following: Path) -> None:
    name = following.stem
    try:
        connection.execute(f"ATTACH {quoted(str(live))} AS live (READ_ONLY)")
        connection.execute(f'COPY FROM DATABASE live TO "{name}"')
        connection.execute("DETACH live")
    except duckdb.Error as cause:
        raise DamagedError(f"{live.name}: cannot be read ({type(cause).__name__})") from None


def _write_ahead_log(path: Path) -> Path:
    return path.with_name(path.name + ".wal")
