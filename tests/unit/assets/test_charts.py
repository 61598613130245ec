"""Charts are whole, in proportion, and short enough that Dagster shows them at once."""

import re
from urllib.parse import unquote
from xml.etree import ElementTree as Tree

import pytest

from assets.charts import HEIGHT, MOST_BARS, MOST_CHARACTERS, Series, bars, chart

SVG = "{http://www.w3.org/2000/svg}"
DAYS = [f"2026-03-{day:02}" for day in range(1, 31)]


def _lines(svg):
    """The bars as (colour, place, foot, head), in units of the picture."""
    return [
        (path.get("stroke"), *map(int, re.fullmatch(r"(\d+),(\d+)V(\d+)", line).groups()))
        for path in Tree.fromstring(svg).iter(f"{SVG}path")  # noqa: S314 -- our own
        for line in path.get("d").split("M")[1:]
    ]


def test_bars_are_as_high_as_their_values():
    (_, _, foot, head), (_, _, lower_foot, lower_head) = _lines(bars([Series("x", "steelblue", [10, 5])]))
    assert (foot, head, lower_foot) == (HEIGHT, 0, HEIGHT)
    assert lower_foot - lower_head == pytest.approx(HEIGHT / 2, abs=1)


def test_series_are_stacked_and_the_highest_total_fills_the_height():
    lower, upper = _lines(bars([Series("x", "steelblue", [3]), Series("y", "orange", [1])]))
    assert lower[2] == HEIGHT
    assert upper[2] == lower[3]
    assert upper[3] == 0


def test_the_latest_bar_stands_at_the_right_end_however_few_there_are():
    assert [line[1] for line in _lines(bars([Series("x", "steelblue", [1, 2])]))] == [MOST_BARS - 2, MOST_BARS - 1]


@pytest.mark.parametrize("values", [[], [0], [0, 0]])
def test_nothing_to_show_is_an_empty_chart(values):
    assert _lines(bars([Series("x", "steelblue", values)])) == []
    assert "↑ 0" in chart("Lines", [str(place) for place in range(len(values))], [Series("x", "steelblue", values)])


def test_a_value_is_missing_nowhere():
    with pytest.raises(ValueError, match="one value"):
        chart("Lines", ["a", "b"], [Series("x", "steelblue", [1])])


def test_of_more_days_than_fit_the_latest_are_shown():
    shown = chart("Lines", ["first", *DAYS], [Series("x", "steelblue", [10**6, *[1] * 30])])
    assert "first" not in shown
    assert "2026-03-01 – 2026-03-30, ↑ 1" in shown


@pytest.mark.parametrize("lower", [1, 50, 99, 10**9])
def test_a_picture_of_thirty_days_is_shown_at_once_and_loads_nothing(lower):
    two = [Series("accepted / 채택", "steelblue", [lower] * 30), Series("quarantined / 격리", "orange", [99] * 30)]
    shown = chart("Lines taken in / 받은 줄", DAYS, two)
    assert len(shown) <= MOST_CHARACTERS
    (address,) = re.findall(r"\]\((\S+)\)", shown)
    kind, _, svg = unquote(address).partition(",")
    assert kind == "data:image/svg+xml"
    assert len(_lines(svg)) >= 30
    assert "http" not in svg.replace("http://www.w3.org/2000/svg", "")
