"""CSV that spreadsheets and BI tools read alike: UTF-8 with a byte order mark, RFC 4180, and no cell that is taken for a formula.

A text that begins with a character of `FORMULA_STARTS` gets an apostrophe in front, which every spreadsheet takes for "this is
text" (a tab in its place was a hole: CVE-2021-41270). A text that would look like one that got it, gets one more, so that `bared`
always gives back what was there. Numbers, days and truth values are no texts and are never touched.
"""

import re
from collections.abc import Iterable, Sequence

FORMULA_STARTS = "=+-@\t\r\n\0＝＋－＠"
"""The full-width forms are formulas to spreadsheets of East Asia."""
_GUARDED = re.compile(f"'*[{re.escape(FORMULA_STARTS)}]")
_QUOTED = re.compile('[",\r\n]')


def guarded(text: str) -> str:
    """Return `text`, with an apostrophe in front if a spreadsheet would take it for a formula."""
    return f"'{text}" if _GUARDED.match(text) else text


def bared(cell: str) -> str:
    """Return the text that `guarded` was given."""
    return cell[1:] if cell.startswith("'") and _GUARDED.match(cell) else cell


def csv_bytes(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Return a table as CSV: a header, CRLF after each line, nothing between the commas for null, `""` for an empty text.

    Days and instants are ISO 8601, truth values `true` and `false`, numbers as they are.
    """
    lines = [",".join(_field(cell) for cell in row) for row in (columns, *rows)]
    return ("\ufeff" + "".join(f"{line}\r\n" for line in lines)).encode()


def _field(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if not isinstance(cell, str):
        return str(cell)
    text = guarded(cell)
    return '"' + text.replace('"', '""') + '"' if not text or _QUOTED.search(text) else text
