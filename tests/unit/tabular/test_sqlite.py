"""A SQLite table is read as an export is: wanted columns alone, faults by row, nothing written."""

import sqlite3
from pathlib import Path

import pytest

from pipelines.errors import InputError
from pipelines.tabular.sqlite import SqliteReader


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "crm.db"
    with sqlite3.connect(path) as connection:
        connection.execute('CREATE TABLE "odd "" name" (id TEXT, name TEXT, secret TEXT)')
        connection.execute('INSERT INTO "odd "" name" VALUES (?, ?, ?), (?, ?, ?)', ("2", "b", "x", "1", None, "y"))
        connection.execute('CREATE VIEW members AS SELECT id, name FROM "odd "" name"')
    connection.close()
    return path


def test_only_wanted_columns_are_handed_out_in_a_stable_order(database: Path) -> None:
    reader = SqliteReader(database, 'odd " name')
    assert [(row.number, row.values) for row in reader.rows({"id", "name", "more"})] == [
        (1, {"id": "1", "name": None}),
        (2, {"id": "2", "name": "b"}),
    ]
    assert list(reader.columns) == ["id", "name", "secret"]


def test_a_view_is_read_too(database: Path) -> None:
    assert len(list(SqliteReader(database, "members").rows({"id"}))) == 2


def test_the_digest_follows_the_wanted_content_and_not_the_order_of_insertion(database: Path) -> None:
    def digest(wanted: set[str]) -> str:
        reader = SqliteReader(database, 'odd " name')
        list(reader.rows(wanted))
        return reader.content_sha256

    before = digest({"id", "name"})
    assert digest({"id", "name"}) == before
    with sqlite3.connect(database) as connection:
        connection.execute('DELETE FROM "odd "" name" WHERE id = 2')
        connection.execute("""INSERT INTO "odd "" name" VALUES ('2', 'b', 'another')""")
    assert digest({"id", "name"}) == before
    with sqlite3.connect(database) as connection:
        connection.execute("""UPDATE "odd "" name" SET name = 'c' WHERE id = '2'""")
    assert digest({"id", "name"}) != before


def test_bytes_that_are_no_utf8_do_not_stop_the_reader(database: Path) -> None:
    with sqlite3.connect(database) as connection:
        connection.execute("""INSERT INTO "odd "" name" VALUES ('3', CAST(x'ff' AS TEXT), '')""")
    assert [row.values for row in SqliteReader(database, "members").rows({"name"})][-1] == {"name": "\udcff"}


@pytest.mark.parametrize(
    ("name", "table"), [("gone.db", "t"), ("crm.db", "gone"), ("no.db", "t"), ("crm.db", 'x"; DROP')]
)
def test_what_cannot_be_read_is_an_error_without_values(database: Path, name: str, table: str) -> None:
    (database.parent / "no.db").write_bytes(b"canary, not a database" * 100)
    with pytest.raises(InputError, match=name) as raised:
        list(SqliteReader(database.parent / name, table).rows({"id"}))
    assert "canary" not in str(raised.value)


def test_nothing_is_written(database: Path) -> None:
    before = database.read_bytes()
    database.chmod(0o400)
    list(SqliteReader(database, "members").rows({"id"}))
    assert database.read_bytes() == before
    assert [path.name for path in database.parent.iterdir()] == ["crm.db"]
