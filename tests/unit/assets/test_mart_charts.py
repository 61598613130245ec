"""Each mart's page shows its rows and what it is about over the latest periods, short enough to be seen at once."""

from datetime import date, timedelta
from types import SimpleNamespace

import duckdb
import pytest
import yaml

from assets.charts import MOST_BARS, MOST_CHARACTERS
from assets.mart_charts import FIGURES, TITLES, mart_charts, pictures
from pipelines.errors import DamagedError
from pipelines.steps import latest_figures as module
from pipelines.steps.latest_figures import LatestFigures, latest_figures
from pipelines.warehouse.semantics import load_semantics

DAYS = [date(2015, 1, 1) + timedelta(days=number) for number in range(MOST_BARS + 5)]


def home_with(warehouse):
    """As much of an open home as is asked for."""
    return SimpleNamespace(home=SimpleNamespace(warehouse=warehouse))


@pytest.fixture
def opened(tmp_path):
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
        connection.execute("CREATE TABLE daily (partner_id VARCHAR, day DATE, page_views BIGINT, visits BIGINT)")
        for number, day in enumerate(DAYS):
            connection.execute("INSERT INTO daily VALUES ('p1', ?, ?, 1), ('p2', ?, 1, 1)", [day, number, day])
        connection.execute(
            "CREATE TABLE hourly AS SELECT month, 2 AS visits FROM (VALUES (DATE '2015-01-01')) AS t (month)"
        )
        connection.execute("CREATE TABLE parts AS SELECT day, 'feature' AS dimension, page_views FROM daily")
        connection.execute("CREATE TABLE timeless AS SELECT 1 AS page_views")
        connection.execute("CREATE TABLE empty AS FROM daily LIMIT 0")
    return home_with(tmp_path / "warehouse.duckdb")


def test_rows_and_the_figure_of_the_latest_periods_are_summed_oldest_first(opened):
    found = latest_figures(opened, ["daily"], 3)["daily"]
    assert (found.period, found.figure) == ("day", "page_views")
    assert list(found.rows.items()) == [(day, 2) for day in DAYS[-3:]]
    assert list(found.totals.items()) == [(day, DAYS.index(day) + 1) for day in DAYS[-3:]]


def test_a_mart_shows_the_first_figure_it_has_by_its_own_period(opened):
    assert latest_figures(opened, ["hourly"], 3)["hourly"] == LatestFigures(
        "month", "visits", {date(2015, 1, 1): 1}, {date(2015, 1, 1): 2}
    )


def test_what_a_mart_has_several_times_over_is_not_summed(opened):
    found = latest_figures(opened, ["parts"], 1)["parts"]
    assert (found.figure, found.rows, found.totals) == (None, {DAYS[-1]: 2}, {})
    assert list(pictures(found)) == ["rows_chart"]


def test_a_table_without_a_period_or_that_is_not_there_has_no_picture_and_an_empty_one_has(opened):
    assert list(mart_charts(opened, ["timeless", "unheard_of", "empty"])) == ["empty"]


def test_without_a_warehouse_there_is_nothing_to_show_and_a_damaged_one_is_an_error(tmp_path):
    assert mart_charts(home_with(tmp_path / "none"), ["daily"]) == {}
    (tmp_path / "damaged").write_bytes(b"x" * 5000)
    with pytest.raises(DamagedError):
        mart_charts(home_with(tmp_path / "damaged"), ["daily"])


def test_a_picture_of_many_large_figures_is_seen_at_once():
    counts = {day: 10**9 + number**7 for number, day in enumerate(DAYS[:MOST_BARS])}
    for period in TITLES:
        for figure in FIGURES:
            drawn = pictures(LatestFigures(period, figure, counts, counts))
            assert list(drawn) == ["rows_chart", f"{figure}_chart"]
            assert max(map(len, drawn.values())) <= MOST_CHARACTERS


def test_a_figure_is_called_what_it_is_counted_in(repository):
    measures = load_semantics(repository / "sql").measures
    assert {name: title.split(" / ")[0] for name, title in FIGURES.items()} == {
        name: measures[name].unit for name in FIGURES
    }


def test_every_mart_of_the_house_has_a_period_and_every_figure_a_name(repository):
    assert set(FIGURES) == set(module.FIGURES)
    assert set(TITLES) == set(module.PERIODS)
    for file in (repository / "sql" / "models" / "marts").glob("*.yml"):
        (model,) = yaml.safe_load(file.read_text(encoding="utf-8"))["models"]
        columns = {column["name"] for column in model["columns"]}
        assert len(columns & set(module.PERIODS)) == 1, file.name
        assert columns & set(module.FIGURES), file.name
