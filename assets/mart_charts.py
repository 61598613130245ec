"""Small pictures of a mart for its page: its rows, and what it is about, over the latest days, weeks or months."""

from collections.abc import Collection, Mapping
from datetime import date

import dagster as dg

from assets.charts import MOST_BARS, Series, chart
from pipelines.steps.latest_figures import LatestFigures, latest_figures
from pipelines.steps.workspace import OpenHome

TITLES = {"day": "Days / 날짜", "week": "Weeks / 주", "month": "Months / 월"}
FIGURES = {
    "page_views": "page views / 조회",
    "requests": "requests / 요청",
    "visits": "visits / 방문",
    "events": "events / 이벤트",
    "people": "people / 사람",
}


def mart_charts(opened: OpenHome, marts: Collection[str]) -> dict[str, dict[str, dg.MetadataValue]]:  # type: ignore[type-arg]
    """Return the pictures of each of `marts` as metadata by its name; none of one that is not in the warehouse."""
    return {
        mart: {name: dg.MetadataValue.md(text) for name, text in pictures(figures).items()}
        for mart, figures in latest_figures(opened, marts, MOST_BARS).items()
    }


def pictures(figures: LatestFigures) -> dict[str, str]:
    """Return `rows_chart` and, of a mart with a figure that may be summed, `<figure>_chart`, as Markdown."""
    drawn = {"rows_chart": _picture(figures.period, "rows / 행", figures.rows)}
    if figures.figure is not None:
        drawn[f"{figures.figure}_chart"] = _picture(figures.period, FIGURES[figures.figure], figures.totals)
    return drawn


def _picture(period: str, name: str, counts: Mapping[date, int]) -> str:
    series = Series(name, "steelblue", list(counts.values()))
    return chart(TITLES[period], [when.isoformat() for when in counts], [series])
