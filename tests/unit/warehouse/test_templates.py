"""The project's macros rendered outside of dbt, and what they compute on DuckDB."""

import re
from datetime import UTC, date, datetime, timedelta

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.clock import seoul_day
from pipelines.errors import UsageError
from pipelines.policy import Robots
from pipelines.warehouse.templates import render_sql

CONNECTION = duckdb.connect()
INSTANTS = st.datetimes(min_value=datetime(1970, 1, 2), max_value=datetime(2100, 1, 1))  # noqa: DTZ001 - naive UTC


@pytest.fixture
def sql(tmp_path, repository):
    """Write a text beside the project's macros and render it."""
    (tmp_path / "macros").symlink_to(repository / "sql" / "macros")

    def render(text, **arguments):
        (tmp_path / "text.sql").write_text(text)
        return render_sql(tmp_path, "text.sql", **arguments).strip()

    return render


@pytest.fixture(scope="module")
def expression(repository, tmp_path_factory):
    """Evaluate an SQL expression that calls macros."""
    folder = tmp_path_factory.mktemp("sql")
    (folder / "macros").symlink_to(repository / "sql" / "macros")

    def evaluate(text, *values):
        (folder / "text.sql").write_text(f"select {text}")
        return CONNECTION.execute(render_sql(folder, "text.sql"), values).fetchone()[0]

    return evaluate


def test_every_text_beside_the_models_renders_for_both_engines(repository):
    texts = sorted((repository / "sql" / "events").glob("*.sql"))
    assert texts
    limits = {"judges_behaviour": "true", **dict.fromkeys(Robots.model_fields, 1)}
    for text in texts:
        for engine in ("duckdb", "spark"):
            rendered = render_sql(repository / "sql", f"events/{text.name}", engine=engine, variables=limits)
            assert "{{" not in rendered
            assert f"{engine}__" not in rendered


def test_every_variant_for_duckdb_has_one_for_spark(repository):
    macros = " ".join(file.read_text() for file in (repository / "sql" / "macros").rglob("*.sql"))
    variants = {engine: set(re.findall(rf"macro {engine}__(\w+)", macros)) for engine in ("duckdb", "spark")}
    assert variants["duckdb"] == variants["spark"] != set()


def test_the_engine_chooses_the_variant(sql):
    assert sql("{{ median_of('x') }}") == "quantile_cont(x, 0.5)"
    assert sql("{{ median_of('x') }}", engine="spark") == "percentile(x, 0.5)"


def test_days_come_from_the_variable_and_are_moved(sql):
    days = {"days": ["2016-02-29", "2015-12-31"]}
    assert sql("{{ days_to_build() }}", variables=days) == "date '2016-02-29', date '2015-12-31'"
    assert sql("{{ days_to_build(offset=1) }}", variables=days) == "date '2016-03-01', date '2016-01-01'"
    assert sql("{{ days_to_build(offset=-1) }}", variables=days) == "date '2016-02-28', date '2015-12-30'"


def test_no_days_match_nothing(sql):
    assert sql("{{ days_to_build() }}", variables={"days": []}) == "cast(null as date)"


def test_a_day_that_is_none_is_refused(sql):
    with pytest.raises(ValueError, match="isoformat"):
        sql("{{ days_to_build() }}", variables={"days": ["2015-05-21'); drop table x; --"]})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{{ no_such_macro() }}", "no_such_macro"),
        ("{{ var('days') }}", "variable days"),
        ("{{ adapter.dispatch('nothing')() }}", "macro nothing"),
        ("select 1\n{% if %}", "text.sql:2"),
    ],
)
def test_what_cannot_be_rendered_is_refused_with_the_file_and_the_cause(sql, text, message):
    with pytest.raises(UsageError, match=message):
        sql(text)


def test_a_default_stands_in_for_a_variable_that_is_not_given(sql):
    assert sql("{{ var('x', 1) }}") == "1"
    assert sql("{{ var('x', 1) }}", variables={"x": 2}) == "2"


def test_a_missing_text_is_refused(repository):
    with pytest.raises(UsageError, match=r"nowhere\.sql"):
        render_sql(repository / "sql", "nowhere.sql")


def test_a_broken_macro_file_is_named(tmp_path):
    (tmp_path / "macros").mkdir()
    (tmp_path / "macros" / "broken.sql").write_text("{% macro a() %}\n{% endfor %}")
    (tmp_path / "text.sql").write_text("select 1")
    with pytest.raises(UsageError, match=r"macros/broken\.sql:2"):
        render_sql(tmp_path, "text.sql")


def test_macros_see_macros_of_later_files(tmp_path):
    (tmp_path / "macros").mkdir()
    (tmp_path / "macros" / "a.sql").write_text("{% macro first() %}{{ second() }}{% endmacro %}")
    (tmp_path / "macros" / "b.sql").write_text("{% macro second() %}{{ third() }}{% endmacro %}")
    (tmp_path / "macros" / "c.sql").write_text("{% macro third() %}3{% endmacro %}")
    (tmp_path / "text.sql").write_text("select {{ first() }}")
    assert render_sql(tmp_path, "text.sql") == "select 3"


@settings(deadline=None)
@given(instant=INSTANTS)
def test_the_seoul_day_in_sql_is_the_seoul_day_in_python(expression, instant):
    assert expression("{{ seoul_day('?::timestamp') }}", instant) == seoul_day(instant.replace(tzinfo=UTC))


@pytest.mark.parametrize(
    ("instant", "day"),
    [("2015-05-31 14:59:59.999999", date(2015, 5, 31)), ("2015-05-31 15:00:00", date(2015, 6, 1))],
)
def test_a_seoul_day_begins_at_fifteen_hours_utc(expression, instant, day):
    assert expression("{{ seoul_day('?::timestamp') }}", instant) == day


@settings(deadline=None)
@given(day=st.dates(min_value=date(1970, 1, 2), max_value=date(2100, 1, 1)))
def test_seoul_midnight_is_the_first_instant_of_its_day(expression, day):
    midnight = expression("{{ seoul_midnight('?::date') }}", day)
    assert seoul_day(midnight.replace(tzinfo=UTC)) == day
    assert seoul_day((midnight - timedelta(microseconds=1)).replace(tzinfo=UTC)) == day - timedelta(days=1)


@settings(deadline=None)
@given(earlier=INSTANTS, later=INSTANTS)
def test_seconds_between_are_exact_to_the_microsecond(expression, earlier, later):
    seconds = expression("{{ seconds_between('?::timestamp', '?::timestamp') }}", earlier, later)
    assert seconds == (later - earlier) / timedelta(microseconds=1) / 1_000_000


def test_thirty_minutes_are_told_from_a_microsecond_more(expression):
    begin = datetime(2015, 5, 21)  # noqa: DTZ001 - naive UTC
    compare = "{{ seconds_between('?::timestamp', '?::timestamp') }} > 1800"
    assert expression(compare, begin, begin + timedelta(minutes=30)) is False
    assert expression(compare, begin, begin + timedelta(minutes=30, microseconds=1)) is True


def test_a_day_after_the_last_of_february(expression):
    assert expression("{{ days_after('?::date', 1) }}", date(2015, 2, 28)) == date(2015, 3, 1)


def test_division_by_zero_is_null_and_whole_numbers_divide_with_fractions(expression):
    assert expression("{{ safe_divide('1', '0') }}") is None
    assert expression("{{ safe_divide('0', '0') }}") is None
    assert expression("{{ safe_divide('1', '2') }}") == 0.5


def test_a_sum_of_nothing_is_zero_and_nulls_add_nothing(expression):
    assert expression("{{ whole_sum('x') }} from (values (1), (null), (2)) as numbers(x)") == 3
    assert expression("{{ whole_sum('x') }} from (values (cast(null as bigint))) as numbers(x)") == 0


def test_the_median_lies_between_the_middle_two(expression):
    assert expression("{{ median_of('x') }} from (values (1.0::double), (2), (9), (4)) as numbers(x)") == 3.0
    assert expression("{{ median_of('x') }} from (values (cast(null as double))) as numbers(x)") is None
