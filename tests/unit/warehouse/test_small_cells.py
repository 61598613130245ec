"""Small cells go with the events they rest on, from the bytes of the file too; larger cells stay."""

from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipelines.errors import DamagedError
from pipelines.warehouse.small_cells import remove_cells, small_cells

K = 10
DAY, NEXT = date(2015, 5, 20), date(2015, 5, 21)
MONTH = date(2015, 5, 1)


@pytest.fixture
def live(tmp_path: Path) -> Path:
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE service_daily_usage (day DATE NOT NULL, requests BIGINT)")
        connection.execute("INSERT INTO service_daily_usage VALUES (?, 3), (?, 4)", [DAY, NEXT])
        connection.execute(
            "CREATE TABLE partner_daily_usage (partner_id VARCHAR, day DATE, contributing_people BIGINT)"
        )
        connection.execute(
            "CREATE TABLE partner_monthly_usage (partner_id VARCHAR, month DATE, contributing_people BIGINT)"
        )
        for partner, day, people in (
            ("small-cell-canary", DAY, 9),
            ("large", DAY, 10),
            ("none", DAY, 0),
            ("next", NEXT, 1),
        ):
            connection.execute("INSERT INTO partner_daily_usage VALUES (?, ?, ?)", [partner, day, people])
        connection.execute("INSERT INTO partner_monthly_usage VALUES ('m', ?, 9), ('n', ?, 10)", [MONTH, MONTH])
    return path


def rows(live: Path, table: str) -> list[str]:
    with duckdb.connect(str(live), read_only=True) as connection:
        return [str(row[0]) for row in connection.execute(f"SELECT * FROM {table} ORDER BY ALL").fetchall()]  # noqa: S608


def test_cells_below_the_threshold_are_counted_and_those_on_it_are_not(live: Path):
    assert small_cells(live, K) == {
        ("partner_daily_usage", DAY): 2,
        ("partner_daily_usage", NEXT): 1,
        ("partner_monthly_usage", MONTH): 1,
    }


def test_small_cells_of_the_days_asked_for_go_and_nothing_else(live: Path, tmp_path: Path):
    assert remove_cells(live, tmp_path, K, [("partner_daily_usage", DAY)]) == 2
    assert rows(live, "partner_daily_usage") == ["large", "next"]
    assert rows(live, "partner_monthly_usage") == ["m", "n"]
    assert len(rows(live, "service_daily_usage")) == 2
    assert small_cells(live, K) == {("partner_daily_usage", NEXT): 1, ("partner_monthly_usage", MONTH): 1}


def test_the_service_on_few_people_goes_too_and_stays_where_nobody_counted_them(live: Path, tmp_path: Path):
    with duckdb.connect(str(live)) as connection:
        connection.execute("ALTER TABLE service_daily_usage ADD COLUMN contributing_people BIGINT")
        connection.execute("INSERT INTO service_daily_usage VALUES (?, 5, 9), (?, 6, 10)", [DAY, DAY])
    assert small_cells(live, K)["service_daily_usage", DAY] == 1
    assert remove_cells(live, tmp_path, K, [("service_daily_usage", DAY), ("service_daily_usage", NEXT)]) == 1
    with duckdb.connect(str(live), read_only=True) as connection:
        left = connection.execute(
            "SELECT requests, contributing_people FROM service_daily_usage ORDER BY ALL"
        ).fetchall()
    assert left == [(3, None), (4, None), (6, 10)]


def test_what_went_is_in_no_byte_of_the_file_and_constraints_stay(live: Path, tmp_path: Path):
    assert b"small-cell-canary" in live.read_bytes()
    remove_cells(live, tmp_path, K, [("partner_daily_usage", DAY)])
    assert b"small-cell-canary" not in live.read_bytes()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [live]
    with duckdb.connect(str(live)) as connection, pytest.raises(duckdb.ConstraintException):
        connection.execute("INSERT INTO service_daily_usage VALUES (NULL, 1)")


def test_nothing_is_written_when_there_is_none(live: Path, tmp_path: Path):
    before = live.stat().st_mtime_ns
    assert remove_cells(live, tmp_path, K, [("partner_daily_usage", MONTH)]) == 0
    assert live.stat().st_mtime_ns == before
    assert small_cells(tmp_path / "none.duckdb", K) == {}


def test_a_file_that_is_no_warehouse_is_damaged(tmp_path: Path):
    (tmp_path / "warehouse.duckdb").write_bytes(b"nothing")
    with pytest.raises(DamagedError):
        small_cells(tmp_path / "warehouse.duckdb", K)
