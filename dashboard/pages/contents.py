"""Contents: their ranking, and one content's own page."""

from collections.abc import Mapping
from typing import Any

from starlette.exceptions import HTTPException

from dashboard import words
from dashboard.asking import Asked
from dashboard.figures.breakdowns import breakdown, days_of, is_known
from dashboard.figures.reading import Figure
from dashboard.pages.page import N_, Page, breakdown_table, change
from dashboard.periods import Period
from dashboard.tables import Cell, Column, Table

SORTS = {"views": N_("Page views"), "rise": N_("Rose most"), "fall": N_("Fell most"), "name": N_("Name")}
PER_PAGE = 50
_VIEWS = 1
_LONGEST_SEARCH = 64


def ranking(asked: Asked) -> Mapping[str, Any]:
    """Return the contents of the period, ranked, searched and cut into pages as the link says."""
    table = breakdown_table(asked, "content", path="/contents/")
    query = asked.request.query_params
    sort = query.get("sort", "views") if query.get("sort") in SORTS else "views"
    wanted = query.get("q", "")[:_LONGEST_SEARCH].strip()
    rows = [row for row in _sorted(table, sort) if wanted.casefold() in str(row[0]).casefold()]
    number = _number(query.get("page", ""), pages := max(1, -(-len(rows) // PER_PAGE)))
    found = Table(table.name, table.title, table.columns, rows, notes=table.notes)
    shown = Table(table.name, table.title, table.columns, rows[(number - 1) * PER_PAGE : number * PER_PAGE])
    return {
        "tables": {"content": found},
        "shown": shown,
        "sort": sort,
        "sorts": SORTS,
        "wanted": wanted,
        "number": number,
        "pages": pages,
        "found": len(rows),
        "first_rank": (number - 1) * PER_PAGE + 1,
    }


def one_content(asked: Asked) -> Mapping[str, Any]:
    """Return one content's figures, its rank and its days. Raises HTTPException 404 for one that was never shown."""
    value = str(asked.request.path_params["content_id"])
    ranked = breakdown(asked.figures, "content", asked.period)
    if all(part.value != value for part in ranked) and not is_known(asked.figures, "content", value):
        raise HTTPException(404)
    now, then = _of(ranked, value), None
    if asked.compared is not None:
        then = _of(breakdown(asked.figures, "content", asked.compared), value)
    rank = next((place for place, part in enumerate(ranked, 1) if part.value == value), None)
    return {
        "value": value,
        "now": now,
        "then": then,
        "change": change(now, then),
        "rank": rank if now is not None else None,
        "among": sum(part.page_views is not None for part in ranked),
        "share": now / total if now is not None and (total := asked.usage["page_views"]) else None,
        "tables": {"days": _days(asked, value)},
    }


def _of(parts: list[Any], value: str) -> Figure:
    return next((part.page_views for part in parts if part.value == value), None)


def _days(asked: Asked, value: str) -> Table:
    period: Period = asked.period
    first = asked.figures.closed.around("month", period.first) if period.kind == "day" else None
    begin = first.first if first is not None and first.first <= period.first else period.first
    found = days_of(asked.figures, "content", value, begin, period.last)
    columns = [
        Column("day", words.KINDS["day"], "day"),
        Column("page_views", words.MEASURES["page_views"], drawn=True),
        Column("unique_members", words.MEASURES["unique_members"], drawn=True),
    ]
    rows = [[day.day, day.page_views, day.unique_members] for day in found]
    return Table("days", N_("Day by day"), columns, rows, chart="line")


def _sorted(table: Table, sort: str) -> list[list[Cell]]:
    rows = [list(row) for row in table.rows]
    if sort == "name":
        return sorted(rows, key=lambda row: str(row[0]))
    compared = [place for place, column in enumerate(table.columns) if column.key == "page_views_compared"]
    if sort == "views" or not compared:
        return rows
    sign = -1 if sort == "rise" else 1

    def order(row: list[Cell]) -> tuple[bool, int, str]:
        difference = _difference(row[_VIEWS], row[compared[0]])
        return difference is None, sign * (difference or 0), str(row[0])

    return sorted(rows, key=order)


def _difference(now: Cell, then: Cell) -> int | None:
    return now - then if isinstance(now, int) and isinstance(then, int) else None


def _number(text: str, pages: int) -> int:
    return min(max(1, int(text)), pages) if text.isascii() and text.isdigit() and len(text) < 6 else 1


RANKING = Page("contents", "/contents", N_("Contents"), "pages/contents.html", ranking)
ONE = Page("content", "/contents/{content_id:path}", N_("Content"), "pages/content.html", one_content, is_listed=False)
