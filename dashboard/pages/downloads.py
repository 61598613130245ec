"""Downloads: every published table of the partner, whole or between two days, for spreadsheets and programs."""

from collections.abc import Mapping
from typing import Any

from dashboard import words
from dashboard.asking import Asked
from dashboard.exports.published import published_tables
from dashboard.pages.page import N_, Page


def content(asked: Asked) -> Mapping[str, Any]:
    """Return the published tables with their titles and columns."""
    known = list(words.TABLES)
    found = sorted(published_tables(asked.figures), key=lambda name: known.index(name) if name in known else len(known))
    return {"published": [(name, words.TABLES.get(name, name)) for name in found], "tables": {}}


PAGE = Page("downloads", "/downloads", N_("Downloads"), "pages/downloads.html", content)
