"""Downloads: a page's tables as CSV or workbook in the reader's language, and the published tables as they are."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, cast

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from dashboard import words
from dashboard.asking import Asked, ReleaseGoneError, asked
from dashboard.exports.parameters import day_of
from dashboard.exports.published import read
from dashboard.exports.workbooks import Sheet, workbook
from dashboard.pages.registry import BY_NAME
from dashboard.rendering import texts_of
from dashboard.tables import Cell, Column, Table
from dashboard.texts import Texts
from dashboard.viewer import for_partner
from pipelines.releases.spreadsheets import csv_bytes
from pipelines.warehouse.semantics import Semantics, told

N_ = words.marked
CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Make = Callable[[Asked], tuple[str, bytes]]


@for_partner
async def page_csv(request: Request) -> Response:
    """Answer with one table of a page as CSV."""
    return await _answer(request, _page_csv, CSV)


@for_partner
async def page_workbook(request: Request) -> Response:
    """Answer with all tables of a page as a workbook."""
    return await _answer(request, _page_workbook, XLSX)


@for_partner
async def table_csv(request: Request) -> Response:
    """Answer with a published table as CSV, its columns and values as programs read them."""
    return await _answer(request, _table_csv, CSV)


@for_partner
async def table_workbook(request: Request) -> Response:
    """Answer with a published table as a workbook."""
    return await _answer(request, _table_workbook, XLSX)


async def _answer(request: Request, make: Make, media_type: str) -> Response:
    def made() -> Response:
        with asked(request, texts_of(request)) as found:
            if found is None:
                raise HTTPException(404)
            name, content = make(found)
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
        return Response(content, media_type=media_type, headers=headers)

    try:
        return await run_in_threadpool(made)
    except ReleaseGoneError:
        raise HTTPException(409) from None


def _page_csv(asked: Asked) -> tuple[str, bytes]:
    page, tables = _tables(asked)
    table = tables.get(asked.request.path_params["table"])
    if table is None:
        raise HTTPException(404)
    headings, rows = _written(table, asked.texts)
    return f"{page}-{table.name}-{_suffix(asked)}.csv", csv_bytes(headings, rows)


def _page_workbook(asked: Asked) -> tuple[str, bytes]:
    page, tables = _tables(asked)
    texts = asked.texts
    sheets = [
        Sheet(texts.gettext(table.title), *_headings(table, texts), _rows(table, texts)) for table in tables.values()
    ]
    about = [
        (texts.gettext(N_("Page")), texts.gettext(BY_NAME[page].title)),
        (texts.gettext(N_("Period")), texts.period(asked.period)),
        *_about(asked),
        *_meanings(asked, _texts_in(tables.values())),
    ]
    return f"{page}-{_suffix(asked)}.xlsx", workbook(about, sheets)


def _table_csv(asked: Asked) -> tuple[str, bytes]:
    name, columns, rows = _published(asked)
    return f"{name}.csv", csv_bytes(columns, rows)


def _table_workbook(asked: Asked) -> tuple[str, bytes]:
    name, columns, rows = _published(asked)
    kinds = ["day" if column in {"day", "week", "month"} else "count" for column in columns]
    sheet = Sheet(name, list(columns), kinds, rows)
    title = asked.texts.gettext(words.TABLES.get(name, name))
    about = [(asked.texts.gettext(N_("Table")), title), *_about(asked), *_meanings(asked, set(columns))]
    return f"{name}.xlsx", workbook(about, [sheet])


def _about(asked: Asked) -> list[tuple[str, str]]:
    gettext = asked.texts.gettext
    return [
        (gettext(N_("Release")), asked.release),
        (gettext(N_("An empty cell")), gettext(words.NOT_SHOWN)),
    ]


def _texts_in(tables: Iterable[Table]) -> set[str]:
    """Return the headings of tables and what stands in their first column: the words of figures are among them."""
    return {
        str(text) for table in tables for text in [*(c.heading for c in table.columns), *(r[0] for r in table.rows)]
    }


def _meanings(asked: Asked, said: set[str]) -> list[tuple[str, str]]:
    """Return what each measure is whose column or word is `said`, in the reader's language: definition, and what to mind."""
    semantics, is_korean = cast("Semantics", asked.request.app.state.semantics), asked.texts.language == "ko"
    found = []
    for name, word in words.MEASURES.items():
        one = semantics.measures.get(name) or semantics.derived.get(name)
        if one is not None and {name, word} & said:
            found.append((asked.texts.gettext(word), " ".join(filter(None, told(one, is_korean=is_korean)))))
    return found


def _tables(asked: Asked) -> tuple[str, Mapping[str, Table]]:
    """Return the page that is asked for and its tables. Raises HTTPException 404 for a page without any."""
    name = asked.request.path_params["page"]
    page = BY_NAME.get(name)
    tables = page.content(asked).get("tables") if page is not None and "{" not in page.path else None
    if not tables:
        raise HTTPException(404)
    return name, tables


def _published(asked: Asked) -> tuple[str, Sequence[str], Sequence[tuple[Any, ...]]]:
    name = asked.request.path_params["table"]
    first, last = (day_of(asked.request, bound) for bound in ("first", "last"))
    try:
        found = read(asked.figures, name, first, last)
    except KeyError:
        raise HTTPException(404) from None
    return name, found.columns, found.rows


def _written(table: Table, texts: Texts) -> tuple[list[str], list[list[Cell]]]:
    return _headings(table, texts)[0], _rows(table, texts)


def _headings(table: Table, texts: Texts) -> tuple[list[str], list[str]]:
    return [heading(column, texts) for column in table.columns], [column.kind for column in table.columns]


def heading(column: Column, texts: Texts) -> str:
    """Return a column's heading in the reader's language; one that is only compared with says so."""
    said = texts.gettext(column.heading)
    return texts.gettext(N_("%(figure)s (compared period)")) % {"figure": said} if column.is_dashed else said


def _rows(table: Table, texts: Texts) -> list[list[Cell]]:
    kinds = [column.kind for column in table.columns]
    return [[_cell(cell, kind, texts) for cell, kind in zip(row, kinds, strict=True)] for row in table.rows]


def _cell(cell: Cell, kind: str, texts: Texts) -> Cell:
    if isinstance(cell, str) and kind == "word":
        return texts.word(cell)
    return round(cell, 4) if isinstance(cell, float) else cell


def _suffix(asked: Asked) -> str:
    """Return what the name of a file says of the period."""
    period = asked.period
    if period.is_range:
        return f"{period.first:%Y-%m-%d}-{period.last:%Y-%m-%d}"
    return _day_text(period.first, period.kind)


def _day_text(day: date, kind: str) -> str:
    return f"{day:%Y-%m}" if kind == "month" else f"{day:%Y-%m-%d}"
