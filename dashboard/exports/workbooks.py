"""Workbooks (XLSX): a sheet for each table, texts always as texts, and a first sheet that says what the figures are of."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import xlsxwriter

_LONGEST_NAME = 31
_WIDEST, _NARROWEST = 48, 10
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
_FORMATS = {
    "count": "#,##0",
    "decimal": "#,##0.0",
    "seconds": "#,##0",
    "share": "0.0%",
    "change": "+0.0%;-0.0%;0.0%",
    "day": "yyyy-mm-dd",
}


@dataclass(frozen=True)
class Sheet:
    """A table for a workbook: its name, its headings, how each column is written (`tables.Kind`), and its rows."""

    name: str
    headings: Sequence[str]
    kinds: Sequence[str]
    rows: Sequence[Sequence[Any]]


def workbook(about: Sequence[tuple[str, str]], sheets: Sequence[Sheet]) -> bytes:
    """Return a workbook; `about` are the lines of its first sheet. A figure that is not shown is an empty cell."""
    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(target, options) as book:
        formats = {kind: book.add_format({"num_format": text}) for kind, text in _FORMATS.items()}
        heading = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        names = _names(sheets)
        _about(book.add_worksheet("i"), about, heading)
        for sheet, name in zip(sheets, names, strict=True):
            _fill(book.add_worksheet(name), sheet, formats, heading)
    return target.getvalue()


def _about(paper: Any, lines: Sequence[tuple[str, str]], heading: Any) -> None:  # noqa: ANN401 -- xlsxwriter has no types
    paper.set_column(0, 0, 24)
    paper.set_column(1, 1, 64)
    for place, (name, text) in enumerate(lines):
        paper.write_string(place, 0, name, heading)
        paper.write_string(place, 1, text)


def _fill(paper: Any, sheet: Sheet, formats: dict[str, Any], heading: Any) -> None:  # noqa: ANN401
    paper.freeze_panes(1, 0)
    for column, (text, kind) in enumerate(zip(sheet.headings, sheet.kinds, strict=True)):
        longest = max((len(str(row[column])) for row in sheet.rows if row[column] is not None), default=0)
        paper.set_column(column, column, min(_WIDEST, max(_NARROWEST, longest, len(text)) + 2))
        paper.write_string(0, column, text, heading)
        write = _writer(paper, formats.get(kind))
        for place, row in enumerate(sheet.rows, 1):
            write(place, column, row[column])


def _writer(paper: Any, form: Any) -> Callable[[int, int, Any], None]:  # noqa: ANN401
    """Return what writes a cell by the type of its value."""

    def write(row: int, column: int, value: object) -> None:
        if value is None:
            return
        if isinstance(value, bool):
            paper.write_boolean(row, column, value)
        elif isinstance(value, int | float):
            paper.write_number(row, column, value, form)
        elif isinstance(value, date) and not isinstance(value, datetime):
            paper.write_datetime(row, column, datetime(value.year, value.month, value.day), form)  # noqa: DTZ001 -- a cell has no zone
        else:
            paper.write_string(row, column, str(value))

    return write


def _names(sheets: Sequence[Sheet]) -> list[str]:
    """Return names that workbooks allow, each once."""
    found: list[str] = []
    for place, sheet in enumerate(sheets, 1):
        name = sheet.name.translate(_FORBIDDEN).strip()[:_LONGEST_NAME] or str(place)
        taken = {"i", "history", *(one.casefold() for one in found)}
        found.append(name if name.casefold() not in taken else f"{name[: _LONGEST_NAME - 3]} {place}")
    return found
