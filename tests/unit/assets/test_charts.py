"""Charts are small, whole and speak: bars in proportion, names escaped, never too large for a log."""

import base64
import re
from xml.etree import ElementTree as Tree

import pytest

from assets.charts import MOST_BYTES, Series, bars, picture

SVG = "{http://www.w3.org/2000/svg}"


def _rects(svg):
    return [rect for rect in Tree.fromstring(svg).iter(f"{SVG}rect") if rect.find(f"{SVG}title") is not None]  # noqa: S314


def test_bars_are_as_high_as_their_values():
    heights = [float(rect.get("height")) for rect in _rects(bars("Lines", ["a", "b"], [Series("x", "#000", [10, 5])]))]
    assert heights[0] == pytest.approx(2 * heights[1])


def test_series_are_stacked_and_the_highest_total_fills_the_height():
    rects = _rects(bars("Lines", ["a"], [Series("x", "#000", [3]), Series("y", "#111", [1])]))
    lower, upper = ((float(rect.get("y")), float(rect.get("height"))) for rect in rects)
    assert upper[0] + upper[1] == pytest.approx(lower[0], abs=0.2)
    assert lower[1] + upper[1] == pytest.approx(120, abs=0.2)


@pytest.mark.parametrize("values", [[], [0], [0, 0]])
def test_nothing_to_show_is_an_empty_chart(values):
    assert _rects(bars("Lines", [str(place) for place in range(len(values))], [Series("x", "#000", values)])) == []


def test_what_it_says_is_escaped():
    assert "<b>" not in bars("<b>", ["<b>"], [Series("<b>", "#000", [1])])


def test_a_value_is_missing_nowhere():
    with pytest.raises(ValueError, match="one value"):
        bars("Lines", ["a", "b"], [Series("x", "#000", [1])])


def test_a_picture_of_thirty_days_is_small_and_loads_nothing():
    labels = [f"2026-03-{day:02}" for day in range(1, 31)]
    shown = picture("x", bars("Lines", labels, [Series("a", "#000", [10**9] * 30), Series("b", "#111", [10**9] * 30)]))
    assert len(shown) < MOST_BYTES / 2
    svg = base64.b64decode(re.fullmatch(r"!\[x\]\(data:image/svg\+xml;base64,(.+)\)", shown).group(1)).decode()
    assert "http" not in svg.replace("http://www.w3.org/2000/svg", "")


def test_a_picture_too_large_for_a_log_is_refused():
    with pytest.raises(ValueError, match="too large"):
        picture("x", " " * MOST_BYTES)
