"""DuckDB works in memory, offline and encrypted, and its errors keep secrets."""

import secrets
import traceback
from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipelines.errors import DamagedError, KeyMissingError, UsageError
from pipelines.storage import engine
from pipelines.storage.keys import DataKey

MIB = 1024**2


def connect(folder: Path, memory_limit_bytes: int = 512 * MIB) -> duckdb.DuckDBPyConnection:
    return engine.connect(
        extension_directory=folder / "extensions",
        temp_directory=folder / "temp",
        threads=2,
        memory_limit_bytes=memory_limit_bytes,
        temp_limit_bytes=1024 * MIB,
    )


def setting(connection: duckdb.DuckDBPyConnection, name: str) -> object:
    return connection.execute("SELECT current_setting(?)", [name]).fetchall()[0][0]


def test_the_settings_are_those_of_the_house(tmp_path: Path):
    connection = connect(tmp_path)
    expected = {
        "TimeZone": "UTC",
        "temp_file_encryption": True,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "allow_community_extensions": False,
        "allow_unsigned_extensions": False,
        "force_mbedtls_unsafe": False,
        "enable_progress_bar": False,
        "threads": 2,
        "memory_limit": "512.0 MiB",
        "max_temp_directory_size": "1.0 GiB",
        "preserve_insertion_order": False,
        "temp_directory": str(tmp_path / "temp"),
    }
    assert {name: setting(connection, name) for name in expected} == expected


def test_the_crypto_is_loaded_without_installing_anything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    connection = connect(tmp_path)
    found = connection.execute("SELECT loaded, installed FROM duckdb_extensions() WHERE extension_name = 'httpfs'")
    assert found.fetchall() == [(True, False)]
    assert [path.name for path in tmp_path.iterdir()] == ["temp"]


@pytest.mark.parametrize(
    "address", ["http://localhost:1/a.csv", "https://localhost:1/a", "s3://a/b.csv", "hf://datasets/a/b/c.csv"]
)
def test_no_query_reaches_out(tmp_path: Path, address: str):
    with pytest.raises(duckdb.PermissionException, match="disabled"):
        connect(tmp_path).execute(f"FROM read_csv('{address}')")


def test_local_files_are_read_all_the_same(tmp_path: Path):
    (tmp_path / "a.csv").write_text("x\n1\n")
    assert connect(tmp_path).execute(f"FROM read_csv('{tmp_path / 'a.csv'}')").fetchall() == [(1,)]


def test_what_spills_is_encrypted_and_would_be_readable_otherwise(tmp_path: Path):
    query = "CREATE TABLE spilled AS SELECT 'canary-' || md5(i::VARCHAR) || '-canary' AS text FROM range(2000000) t(i)"

    def spilled_markers(folder: Path, *, encrypted: bool) -> tuple[int, int]:
        connection = connect(folder, 64 * MIB)
        connection.execute(f"SET temp_file_encryption = {str(encrypted).lower()}")
        connection.execute(query)
        files = [path.read_bytes() for path in (folder / "temp").iterdir()]
        return sum(map(len, files)), sum(data.count(b"canary-") for data in files)

    size, in_the_clear = spilled_markers(tmp_path / "plain", encrypted=False)
    assert size > 0
    assert in_the_clear > 1000, "the search must find the markers where they are"
    size, found = spilled_markers(tmp_path / "sealed", encrypted=True)
    assert size > 0
    assert found == 0


def test_a_key_is_taken_under_its_name_and_may_be_given_twice(tmp_path: Path):
    key = DataKey("events.2026-11-20.until-2027-02-25", "events", date(2026, 11, 20), None, "aes256", bytes(32))
    connection = connect(tmp_path)
    engine.add_key(connection, key)
    engine.add_key(connection, key)


def test_a_refused_key_is_not_shown(tmp_path: Path):
    connection = connect(tmp_path)
    connection.close()
    secret = b"0123456789abcdefSECRET9876543210"
    key = DataKey("k", "events", None, None, "aes256", secret)
    with pytest.raises(KeyMissingError, match="key k could not be given") as refusal:
        engine.add_key(connection, key)
    text = "".join(traceback.format_exception(refusal.value))
    for form in ("SECRET", secret.hex(), "MDEyMzQ1"):
        assert form not in text


@pytest.mark.parametrize("kind, secret", [("age", bytes(32)), ("aes256", bytes(16)), ("aes256", b"")])
def test_only_256_bit_keys_are_given(tmp_path: Path, kind, secret: bytes):
    with pytest.raises(ValueError, match="not an aes256 key"):
        engine.add_key(connect(tmp_path), DataKey("k", "events", None, None, kind, secret))


def test_literals_are_quoted(tmp_path: Path):
    text = "it's '; DROP TABLE x; -- \\ \n 음악"
    assert connect(tmp_path).execute(f"SELECT {engine.quoted(text)}").fetchall() == [(text,)]


def test_errors_about_values_lose_them_and_errors_about_the_query_stay(tmp_path: Path):
    connection = connect(tmp_path)
    canary = secrets.token_hex(8) + "x"
    with pytest.raises(duckdb.Error) as cause:
        connection.execute("SELECT CAST(? AS INTEGER)", [canary]).fetchall()
    assert canary in str(cause.value), "DuckDB quotes the value"
    replaced = engine.without_data(cause.value, "writing x")
    assert isinstance(replaced, DamagedError)
    assert canary not in str(replaced)
    with pytest.raises(duckdb.Error) as cause:
        connection.execute("SELECT no_such_column FROM range(1)")
    replaced = engine.without_data(cause.value, "writing x")
    assert isinstance(replaced, UsageError)
    assert "no_such_column" in str(replaced)
