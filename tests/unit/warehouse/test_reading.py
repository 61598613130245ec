"""Reading the warehouse for `partnerstats sql`: one SELECT, and no way out of the file."""

import datetime

import duckdb
import pytest

from pipelines.errors import DamagedError, UsageError
from pipelines.warehouse.reading import open_read_only, query


@pytest.fixture
def warehouse(tmp_path):
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "CREATE TABLE usage AS SELECT DATE '2015-05-21' + day::INT AS day, day AS n FROM range(5) t(day)"
        )
    return path


def test_a_select_answers_with_columns_and_rows(warehouse):
    columns, rows = query(warehouse, "SELECT day, n FROM usage ORDER BY day LIMIT 1;")
    assert columns == ["day", "n"]
    assert rows == [(datetime.date(2015, 5, 21), 0)]


def test_at_most_the_limit_comes_back(warehouse):
    assert len(query(warehouse, "FROM usage", 2).rows) == 2
    assert len(query(warehouse, "FROM usage", 10).rows) == 5
    assert len(query(warehouse, "FROM usage").rows) == 5


@pytest.mark.parametrize("sql", ["SHOW TABLES", "DESCRIBE usage", "SUMMARIZE usage", "WITH a AS (SELECT 1) FROM a"])
def test_what_only_looks_is_allowed(warehouse, sql):
    assert query(warehouse, sql).rows


@pytest.mark.parametrize(
    "sql",
    [
        "",
        "-- nothing",
        "SELECT 1; SELECT 2",
        "DELETE FROM usage",
        "INSERT INTO usage VALUES (NULL, 1) RETURNING n",
        "CREATE TEMP TABLE x AS SELECT 1",
        "COPY usage TO 'out.csv'",
        "ATTACH 'other.duckdb'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET threads = 1",
        "SET lock_configuration = false",
        "EXPLAIN ANALYZE SELECT 1",
        "EXPORT DATABASE 'x'",
    ],
)
def test_anything_but_one_select_is_refused(warehouse, sql):
    with pytest.raises(UsageError):
        query(warehouse, sql)


@pytest.mark.parametrize(
    "reader", ["read_csv('{}')", "read_text('{}')", "read_blob('{}')", "read_parquet('{}')", "'{}'", "glob('{}')"]
)
def test_no_other_file_can_be_read(warehouse, tmp_path, reader):
    other = tmp_path / "other.csv"
    other.write_text("secret\n")
    with pytest.raises(UsageError, match=r"disabled|does not exist"):
        query(warehouse, f"SELECT * FROM {reader.format(other)}")  # noqa: S608 - a test


def test_the_engines_cause_is_passed_on(warehouse):
    with pytest.raises(UsageError, match="usages does not exist"):
        query(warehouse, "SELECT * FROM usages")


def test_a_missing_warehouse_says_what_to_do(tmp_path):
    with pytest.raises(UsageError, match="partnerstats nightly"):
        query(tmp_path / "warehouse.duckdb", "SELECT 1")
    assert not (tmp_path / "warehouse.duckdb").exists()


def test_a_file_that_is_no_database_is_refused(tmp_path):
    path = tmp_path / "warehouse.duckdb"
    path.write_bytes(b"no database" * 1000)
    with pytest.raises(DamagedError, match=r"warehouse\.duckdb"):
        open_read_only(path)


def test_the_settings_cannot_be_opened_again(warehouse):
    with open_read_only(warehouse) as connection:
        for statement in ("SET enable_external_access = true", "SET lock_configuration = false"):
            with pytest.raises(duckdb.Error):
                connection.execute(statement)
        assert connection.execute("SELECT count(*) FROM usage").fetchone() == (5,)
