"""Every data test of dbt finds nothing in a finished warehouse, and something once its stored rows are spoiled."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from support.dbt_twins import IN_MEMORY, columns_of, data_tests, dbt_twins, model_of, relation_of
from support.finished import Finished, finished_home

from pipelines.steps.day_files import read_day_states
from pipelines.warehouse.dbt import DbtProject, run_dbt
from pipelines.warehouse.periods import days_to_build

pytestmark = pytest.mark.slow
SQL = Path(__file__).parents[2] / "sql"
TESTS = {test["name"]: test for test in data_tests(SQL)}
TWINS = dbt_twins(data_tests(SQL))
LONG = {"day": "daily", "week": "weekly", "month": "monthly"}
LINKED = """
    INSERT INTO partner_linked_{long} BY NAME SELECT partner_id, 'melon' AS service, 'planted' AS event,
    date_trunc('{period}', day)::DATE AS {period}, 3 AS events, 2 AS unique_members, 2 AS contributing_people,
    2 AS largest_events, 1 AS second_events FROM partner_daily_usage ORDER BY ALL LIMIT 1
"""
STAFF = """
    INSERT INTO partner_staff_monthly_usage BY NAME SELECT 'PLANTED' AS partner_id, month, 2 AS active_members, 2 AS visits,
    3 AS page_views, 2 AS contributing_people, 2 AS largest_page_views, 1 AS second_page_views
    FROM partner_monthly_usage LIMIT 1
"""
"""Rows of the tables that the sample of two days may leave empty."""
NEVER_NULL = "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT is_nullable AND NOT internal"
"""Columns in which the file itself refuses nulls; a file written by anything else may hold them."""


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """The session's finished home; copied, never changed."""
    return finished_home(tmp_path_factory.getbasetemp())


@pytest.fixture(scope="module")
def compiled(finished: Finished, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The SQL of each data test, as dbt runs it on the days of the finished home."""
    folder = tmp_path_factory.mktemp("compiled")
    warehouse = folder / "warehouse.duckdb"
    warehouse.write_bytes(finished.home.joinpath("warehouse.duckdb").read_bytes())
    days = days_to_build(sorted(read_day_states(finished.workspace().home.events)))
    project = DbtProject(SQL, warehouse, folder / "target")
    done = run_dbt(["compile", "--select", "test_type:data", "--no-introspect"], project=project, building=days)
    return {result.node.name: result.node.compiled_code for result in done.answer.results}


@pytest.fixture(scope="module")
def connection(finished: Finished, tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """A copy of the warehouse with sound rows in every table, and sound rows of the models that are in memory only."""
    path = tmp_path_factory.mktemp("twins") / "warehouse.duckdb"
    path.write_bytes(finished.home.joinpath("warehouse.duckdb").read_bytes())
    with duckdb.connect(str(path)) as opened:
        for table, column in opened.execute(NEVER_NULL).fetchall():
            opened.execute(f"ALTER TABLE {table} ALTER COLUMN {column} DROP NOT NULL")
        opened.execute("ATTACH ':memory:' AS work")
        for period, long in LONG.items():
            opened.execute(LINKED.format(period=period, long=long))
        opened.execute(STAFF)
        opened.execute("CREATE TABLE work.int_visit_requests AS SELECT 1 AS visitor_number, day AS visit_day, "
                       "day::TIMESTAMP AS visit_began_at, true AS is_visit_beginning FROM service_daily_usage")  # fmt: skip
        columns: dict[str, set[str]] = {}
        for test in TESTS.values():
            if test.get("test_metadata") and IN_MEMORY.match(model_of(test)):
                columns.setdefault(relation_of(test), set()).update(columns_of(test))
        for relation, names in columns.items():
            opened.execute(f"CREATE TABLE {relation} AS SELECT {', '.join(f'1 AS {name}' for name in sorted(names))}")
        yield opened


def test_every_data_test_has_a_twin():
    assert {twin.test for twin in TWINS} == set(TESTS)
    assert len(TESTS) > 80


@pytest.mark.parametrize("name", TESTS)
def test_a_data_test_finds_nothing_in_sound_rows(connection, compiled, name):
    assert connection.execute(compiled[name]).fetchall() == []


@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: f"{twin.test}: {twin.what}")
def test_spoiled_rows_fail_their_data_test(connection, compiled, twin):
    connection.begin()
    try:
        connection.execute(twin.statement)
        assert connection.execute(compiled[twin.test]).fetchall()
    finally:
        connection.rollback()
