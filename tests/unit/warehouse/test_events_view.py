"""The events as dbt sees them: the policy's columns, one branch and one key a day."""

import os
from datetime import date, timedelta

import duckdb
import pytest

from pipelines.errors import DamagedError, UsageError
from pipelines.storage.engine import connect
from pipelines.storage.keys import DataKey
from pipelines.storage.parquet import write_parquet
from pipelines.warehouse.context import DayFile, EngineLimits, EventContext, Relation, current, provided
from pipelines.warehouse.events_view import create_events_view, event_columns, view_text

DAY = date(2015, 5, 21)
COLUMNS = {"event_day": "date", "status": "integer"}


@pytest.fixture
def limits(tmp_path):
    return EngineLimits(1, 256 * 1024**2, 256 * 1024**2, tmp_path / "spill", tmp_path / "extensions")


@pytest.fixture
def engine(limits):
    with connect(
        extension_directory=limits.extension_directory,
        temp_directory=limits.temp_folder,
        threads=1,
        memory_limit_bytes=limits.memory_limit_bytes,
        temp_limit_bytes=limits.temp_limit_bytes,
    ) as connection:
        yield connection


@pytest.fixture
def day_file(engine, tmp_path):
    def write(day, select="SELECT DATE '{}' AS event_day, 200::BIGINT AS status, 'x' AS undeclared"):
        key = DataKey(f"events-{day:%Y%m%d}", "events", day, None, "aes256", os.urandom(32))
        path = tmp_path / "it's here" / f"{day}.parquet"
        write_parquet(engine, select.format(day), path, key)
        return DayFile(day, path, key)

    return write


def seen(limits, *files):
    """What a fresh connection sees through the view over `files`."""
    with connect(
        extension_directory=limits.extension_directory,
        temp_directory=limits.temp_folder,
        threads=1,
        memory_limit_bytes=limits.memory_limit_bytes,
        temp_limit_bytes=limits.temp_limit_bytes,
    ) as connection:
        create_events_view(connection, EventContext(files, COLUMNS, limits))
        relation = connection.execute("SELECT * FROM work.main.events ORDER BY ALL")
        return [(column[0], str(column[1])) for column in relation.description], relation.fetchall()


def test_days_under_several_keys_are_one_relation_of_the_declared_columns_and_types(limits, day_file):
    columns, rows = seen(limits, day_file(DAY), day_file(DAY + timedelta(days=1)))
    assert columns == [("event_day", "DATE"), ("status", "INTEGER")]
    assert rows == [(DAY, 200), (DAY + timedelta(days=1), 200)]


def test_no_day_is_a_typed_relation_without_rows(limits):
    columns, rows = seen(limits)
    assert columns == [("event_day", "DATE"), ("status", "INTEGER")]
    assert rows == []


def test_ninety_two_days_are_one_relation(limits, day_file):
    files = [day_file(DAY + timedelta(days=shift)) for shift in range(92)]
    assert len(seen(limits, *files)[1]) == 92


def test_the_views_text_holds_no_key(limits, day_file):
    file = day_file(DAY)
    text = view_text(Relation((file,), COLUMNS))
    assert file.key.name in text
    assert file.key.secret.hex() not in text


def test_a_wrong_key_and_a_lacking_column_and_a_missing_file_are_refused_by_day(limits, day_file):
    file, other = day_file(DAY), day_file(DAY + timedelta(days=1))
    lacking = day_file(DAY + timedelta(days=2), "SELECT DATE '{}' AS event_day")
    for spoiled in (
        DayFile(DAY, file.path, other.key),
        DayFile(DAY, lacking.path, lacking.key),
        DayFile(DAY, file.path.with_name("nowhere.parquet"), file.key),
    ):
        with pytest.raises(DamagedError, match=str(DAY)) as raised:
            seen(limits, spoiled)
        assert raised.value.__suppress_context__


def test_the_projects_columns_are_those_of_its_sources_file(repository):
    columns = event_columns(repository / "sql")
    assert columns["occurred_at"] == "timestamp"
    assert "visitor_pseudonym" in columns


def test_the_staging_model_reads_no_column_the_policy_does_not_grant(repository):
    columns = event_columns(repository / "sql")
    with duckdb.connect() as connection:
        nulls = ", ".join(f"CAST(NULL AS {kind}) AS {name}" for name, kind in columns.items())
        text = (repository / "sql/models/staging/stg_web__events.sql").read_text()
        source = "{{ source('pseudonymised', 'events') }}"
        assert source in text
        connection.execute(text.replace(source, f"(SELECT {nulls})"))


def test_a_project_without_the_source_is_refused(tmp_path):
    with pytest.raises(UsageError, match=r"sources\.yml"):
        event_columns(tmp_path)
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "sources.yml").write_text("sources: []")
    with pytest.raises(UsageError, match=r"sources\.yml"):
        event_columns(tmp_path)


def test_a_context_is_there_inside_its_block_only_also_after_an_error(limits):
    context = EventContext((), COLUMNS, limits)
    assert current() is None
    with pytest.raises(ZeroDivisionError), provided(context):
        assert current() is context
        raise ZeroDivisionError
    assert current() is None


def test_a_day_file_never_shows_its_key(day_file):
    file = day_file(DAY)
    assert file.key.secret.hex() not in repr(file)
    assert repr(file.key.secret) not in repr(file)
