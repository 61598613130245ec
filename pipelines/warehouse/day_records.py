"""The table of the warehouse file that says from what each day was built."""

import hashlib
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import duckdb

from pipelines.errors import DamagedError
from pipelines.warehouse.rebuilding import EVENTS, Rests

RECORDS = "pipeline_days"
"""One row per day and kind of what it rests on, with its digest."""


def models_digest(sql_folder: Path) -> str:
    """Return the digest of every text that the figures rest on: the models, the macros and the project's variables."""
    texts = [*sql_folder.glob("models/**/*.sql"), *sql_folder.glob("macros/**/*.sql"), sql_folder / "dbt_project.yml"]
    digest = hashlib.sha256()
    for path in sorted(texts):
        digest.update(f"{path.relative_to(sql_folder).as_posix()}\n".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def built_days(warehouse_path: Path) -> dict[date, dict[str, str]]:
    """Return what each day of the warehouse was built from, in order; empty without a warehouse. Raises DamagedError."""
    built: dict[date, dict[str, str]] = {}
    if not warehouse_path.exists():
        return built
    try:
        with duckdb.connect(str(warehouse_path), read_only=True) as connection:
            # Of a file of the first form of this table, which knew no kinds, every day comes out as changed.
            for day, fingerprint, *kind in connection.execute(f"SELECT * FROM {RECORDS} ORDER BY day").fetchall():  # noqa: S608
                built.setdefault(day, {})[kind[0] if kind else EVENTS] = fingerprint
    except duckdb.Error as cause:
        raise DamagedError(f"{warehouse_path.name}: cannot be read ({type(cause).__name__})") from None
    return built


def record_days(connection: duckdb.DuckDBPyConnection, rests: Mapping[date, Rests]) -> None:
    """Write what the days were built from, in place of what is known of them."""
    connection.execute(f"CREATE TABLE IF NOT EXISTS {RECORDS} (day DATE NOT NULL, fingerprint VARCHAR NOT NULL)")
    connection.execute(f"ALTER TABLE {RECORDS} ADD COLUMN IF NOT EXISTS kind VARCHAR DEFAULT '{EVENTS}'")
    for day, kinds in rests.items():
        connection.execute(f"DELETE FROM {RECORDS} WHERE day = ?", [day])  # noqa: S608 - an own name
        for kind, fingerprint in sorted(kinds.items()):
            connection.execute(f"INSERT INTO {RECORDS} VALUES (?, ?, ?)", [day, fingerprint, kind])  # noqa: S608
