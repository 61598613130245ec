# ruff: noqa: S608 - the queries are made of this file's own text
"""Encrypted Parquet opens only with its own key, and appears whole."""

import secrets
import traceback
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipelines.errors import DamagedError, UsageError
from pipelines.storage import engine
from pipelines.storage.parquet import scan, write_parquet

ROWS = "SELECT i AS number, 'canary-' || i AS canary_column FROM range(1000) t(i)"
MARKERS = (b"canary-", b"canary_column")


@pytest.fixture
def connection(tmp_path: Path) -> duckdb.DuckDBPyConnection:
    return new_connection(tmp_path)


def new_connection(folder: Path) -> duckdb.DuckDBPyConnection:
    return engine.connect(
        extension_directory=folder / "extensions",
        temp_directory=folder / "temp",
        threads=2,
        memory_limit_bytes=512 * 1024**2,
        temp_limit_bytes=1024**3,
    )


def count(connection: duckdb.DuckDBPyConnection, source: str) -> int:
    return connection.execute(f"SELECT count(*) FROM {source}").fetchall()[0][0]


def test_the_rows_come_back_with_the_key(tmp_path: Path, connection, keys):
    key = keys.data_key("events", date(2026, 11, 20))
    target = tmp_path / "events" / "2026-11-20.parquet"
    assert write_parquet(connection, ROWS, target, key) == 1000
    other = new_connection(tmp_path)
    engine.add_key(other, key)
    assert other.execute(f"FROM {scan(target, key.name)} ORDER BY 1").fetchall() == connection.execute(ROWS).fetchall()
    assert [path.name for path in target.parent.iterdir()] == ["2026-11-20.parquet"]
    assert target.stat().st_mode & 0o077 == 0


def test_no_key_another_key_and_an_unknown_key_all_fail(tmp_path: Path, connection, keys):
    key = keys.data_key("events", date(2026, 11, 20))
    target = tmp_path / "a.parquet"
    write_parquet(connection, ROWS, target, key)
    other = new_connection(tmp_path)
    with pytest.raises(duckdb.Error, match="encrypted"):
        other.execute(f"FROM read_parquet('{target}')")
    with pytest.raises(duckdb.Error, match="No key with name"):
        other.execute(f"FROM {scan(target, key.name)}")
    engine.add_key(other, replace(key, secret=secrets.token_bytes(32)))
    with pytest.raises(duckdb.Error, match="right key"):
        other.execute(f"FROM {scan(target, key.name)}")
    engine.add_key(other, key)
    assert count(other, scan(target, key.name)) == 1000


def test_neither_values_nor_column_names_are_in_the_file(tmp_path: Path, connection, keys):
    target, plain = tmp_path / "a.parquet", tmp_path / "plain.parquet"
    write_parquet(connection, ROWS, target, keys.data_key("events", date(2026, 11, 20)))
    connection.execute(f"COPY ({ROWS}) TO '{plain}' (FORMAT parquet, COMPRESSION uncompressed)")
    for marker in MARKERS:
        assert marker in plain.read_bytes(), "the search must find the markers where they are"
        assert marker not in target.read_bytes()
    assert target.read_bytes()[:4] == b"PARE"


def test_days_under_their_own_keys_are_read_together(tmp_path: Path, connection, keys):
    branches = []
    for number in (20, 21):
        key = keys.data_key("events", date(2026, 11, number))
        target = tmp_path / f"2026-11-{number}.parquet"
        write_parquet(connection, f"SELECT DATE '2026-11-{number}' AS day FROM range({number})", target, key)
        branches.append(f"SELECT * FROM {scan(target, key.name)}")
    rows = connection.execute(f"SELECT day, count(*) FROM ({' UNION ALL '.join(branches)}) GROUP BY day ORDER BY day")
    assert rows.fetchall() == [(date(2026, 11, 20), 20), (date(2026, 11, 21), 21)]


def test_a_changed_byte_is_noticed_anywhere_after_the_opening_magic(tmp_path: Path, connection, keys):
    key = keys.data_key("events", date(2026, 11, 20))
    target = tmp_path / "a.parquet"
    write_parquet(connection, ROWS, target, key)
    stored = target.read_bytes()
    for place in range(4, len(stored), len(stored) // 50):
        changed = bytearray(stored)
        changed[place] ^= 1
        target.write_bytes(bytes(changed))
        other = new_connection(tmp_path)
        engine.add_key(other, key)
        with pytest.raises(duckdb.Error):
            other.execute(f"SELECT sum(number), max(canary_column) FROM {scan(target, key.name)}").fetchall()


@pytest.mark.parametrize(
    "name",
    ["it's.parquet", "a[1]*.parquet", "what?.parquet", "day=1/a.parquet", "{i}.parquet", "음악.parquet", "a[b.parquet"],
)
def test_any_folder_and_file_name_will_do(tmp_path: Path, connection, keys, name: str):
    key = keys.data_key("events", date(2026, 11, 20))
    write_parquet(connection, ROWS, tmp_path / name, key)
    rows = connection.execute(f"SELECT * FROM {scan(tmp_path / name, key.name)}")
    assert [column[0] for column in rows.description] == ["number", "canary_column"]
    assert len(rows.fetchall()) == 1000


def test_a_scan_reads_one_file_not_a_pattern(tmp_path: Path, connection, keys):
    key = keys.data_key("events", date(2026, 11, 20))
    for name in ("a*.parquet", "ab.parquet"):
        write_parquet(connection, ROWS, tmp_path / name, key)
    assert count(connection, scan(tmp_path / "a*.parquet", key.name)) == 1000


def test_a_failed_write_leaves_the_old_file_and_quotes_no_value(tmp_path: Path, connection, keys):
    key = keys.data_key("events", date(2026, 11, 20))
    target = tmp_path / "a.parquet"
    write_parquet(connection, ROWS, target, key)
    before = target.read_bytes()
    connection.execute("CREATE TABLE people AS SELECT 'canary-4711' AS login")
    with pytest.raises(DamagedError, match=r"writing a\.parquet: ConversionException") as failure:
        write_parquet(connection, "SELECT CAST(login AS INTEGER) FROM people", target, key)
    assert "4711" not in "".join(traceback.format_exception(failure.value))
    with pytest.raises(UsageError, match="nothing_here"):
        write_parquet(connection, "SELECT * FROM nothing_here", target, key)
    assert target.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.parquet", "temp"]


def test_an_empty_day_is_a_file_too(tmp_path: Path, connection, keys):
    key = keys.data_key("events", date(2026, 11, 20))
    assert write_parquet(connection, f"{ROWS} LIMIT 0", tmp_path / "a.parquet", key) == 0
    assert count(connection, scan(tmp_path / "a.parquet", key.name)) == 0
