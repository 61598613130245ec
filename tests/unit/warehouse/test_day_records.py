"""What the warehouse remembers of the days built, and the digest of the text that they were built with."""

import shutil
from datetime import date

import duckdb
import pytest

from pipelines.errors import DamagedError
from pipelines.warehouse.day_records import RECORDS, built_days, models_digest, record_days

FIRST, SECOND = date(2015, 5, 20), date(2015, 5, 21)


@pytest.fixture
def warehouse(tmp_path):
    """Where a warehouse file is, or will be."""
    return tmp_path / "warehouse.duckdb"


@pytest.fixture
def sql(tmp_path, repository):
    """A copy of the project."""
    target = tmp_path / "sql"
    shutil.copytree(repository / "sql", target, ignore=shutil.ignore_patterns("target", "logs"))
    return target


def record(warehouse, rests):
    with duckdb.connect(str(warehouse)) as connection:
        record_days(connection, rests)


def test_without_a_warehouse_no_day_was_built(warehouse):
    assert built_days(warehouse) == {}


def test_a_file_without_records_is_damaged(warehouse):
    duckdb.connect(str(warehouse)).close()
    with pytest.raises(DamagedError, match=r"warehouse\.duckdb"):
        built_days(warehouse)


def test_a_day_is_remembered_by_kind_and_its_last_build_holds(warehouse):
    record(warehouse, {SECOND: {"events": "a", "linked": "b", "models": "m"}, FIRST: {"events": "c", "models": "m"}})
    record(warehouse, {SECOND: {"events": "d", "models": "n"}})
    assert built_days(warehouse) == {FIRST: {"events": "c", "models": "m"}, SECOND: {"events": "d", "models": "n"}}
    assert list(built_days(warehouse)) == [FIRST, SECOND]


def test_records_that_knew_no_kinds_are_read_and_go_on(warehouse):
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(f"CREATE TABLE {RECORDS} (day DATE NOT NULL, fingerprint VARCHAR NOT NULL)")
        connection.execute(f"INSERT INTO {RECORDS} VALUES (?, 'a'), (?, 'b')", [FIRST, SECOND])  # noqa: S608 - an own name
    assert built_days(warehouse) == {FIRST: {"events": "a"}, SECOND: {"events": "b"}}
    record(warehouse, {SECOND: {"events": "b", "models": "m"}})
    assert built_days(warehouse) == {FIRST: {"events": "a"}, SECOND: {"events": "b", "models": "m"}}


@pytest.mark.parametrize(
    "file",
    [
        "models/marts/partner_linked_daily.sql",
        "models/intermediate/int_visits.sql",
        "macros/marts/audience_usage.sql",
        "macros/numbers.sql",
        "dbt_project.yml",
    ],
)
def test_the_digest_changes_with_each_text_that_figures_rest_on(sql, repository, file):
    assert models_digest(sql) == models_digest(repository / "sql")
    (sql / file).write_text((sql / file).read_text() + "\n-- changed\n")
    assert models_digest(sql) != models_digest(repository / "sql")


def test_the_digest_changes_with_a_models_name_and_with_a_further_model(sql, repository):
    renamed = sql / "models" / "marts" / "partner_linked_daily.sql"
    renamed.rename(renamed.with_name("partner_linked_events.sql"))
    other = models_digest(sql)
    (sql / "models" / "marts" / "empty.sql").touch()
    assert len({models_digest(repository / "sql"), other, models_digest(sql)}) == 3


@pytest.mark.parametrize("file", ["models/marts/partner_linked_daily.yml", "tests/each_visit_begins_once.sql"])
def test_descriptions_and_tests_are_not_what_figures_rest_on(sql, repository, file):
    (sql / file).write_text((sql / file).read_text() + "\n")
    (sql / "target").mkdir()
    (sql / "target" / "compiled.sql").touch()
    assert models_digest(sql) == models_digest(repository / "sql")
