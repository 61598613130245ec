"""The next warehouse file: made from the live tables, published whole, leftovers removed."""

import duckdb
import pytest

from pipelines.errors import DamagedError
from pipelines.warehouse.snapshots import discard, next_warehouse, publish


@pytest.fixture
def live(tmp_path):
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE usage (day DATE NOT NULL, note VARCHAR)")
        connection.execute("INSERT INTO usage VALUES ('2015-05-21', 'kept-marker'), ('2015-05-22', 'deleted-marker')")
    return path


@pytest.fixture
def scratch(tmp_path):
    return tmp_path / "staging"


def rows(path):
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute("SELECT note FROM usage ORDER BY day").fetchall()


def test_the_next_file_has_the_live_tables_and_constraints_and_the_live_name(live, scratch):
    following = next_warehouse(live, scratch)
    assert following.name == live.name
    assert rows(following) == [("kept-marker",), ("deleted-marker",)]
    with duckdb.connect(str(following)) as connection, pytest.raises(duckdb.ConstraintException):
        connection.execute("INSERT INTO usage VALUES (NULL, 'no day')")


def test_without_a_live_file_the_next_one_is_empty(tmp_path, scratch):
    following = next_warehouse(tmp_path / "warehouse.duckdb", scratch)
    with duckdb.connect(str(following), read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM duckdb_tables()").fetchone() == (0,)


def test_deleted_bytes_stay_in_the_live_file_and_do_not_come_along(live, scratch):
    with duckdb.connect(str(live)) as connection:
        connection.execute("DELETE FROM usage WHERE note = 'deleted-marker'")
        connection.execute("CHECKPOINT")
    publish(next_warehouse(live, scratch), live)
    assert b"kept-marker" in live.read_bytes()
    assert b"deleted-marker" not in live.read_bytes()


def test_publishing_replaces_the_live_file_and_leaves_nothing_behind(live, scratch):
    following = next_warehouse(live, scratch)
    with duckdb.connect(str(following)) as connection:
        connection.execute("INSERT INTO usage VALUES ('2015-05-23', 'new')")
    assert len(rows(live)) == 2
    publish(following, live)
    assert len(rows(live)) == 3
    assert not [path for path in scratch.rglob("*") if path.is_file()]


def test_what_a_crashed_run_left_is_removed(live, scratch):
    leftover = next_warehouse(live, scratch)
    leftover.write_bytes(b"half a file")
    leftover.with_name(leftover.name + ".wal").write_bytes(b"half a log")
    following = next_warehouse(live, scratch)
    assert rows(following) == [("kept-marker",), ("deleted-marker",)]
    discard(following)
    assert not [path for path in scratch.rglob("*") if path.is_file()]


def test_a_live_file_that_is_no_database_is_refused_by_name(tmp_path, scratch):
    live = tmp_path / "warehouse.duckdb"
    live.write_bytes(b"no database" * 1000)
    with pytest.raises(DamagedError, match=r"warehouse\.duckdb"):
        next_warehouse(live, scratch)


def test_the_file_is_its_owners_alone(live, scratch):
    publish(next_warehouse(live, scratch), live)
    assert live.stat().st_mode & 0o777 == 0o600
