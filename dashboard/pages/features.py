"""Features: which parts of Partner Center showed a partner's contents, and which kinds of contents were seen."""

from collections.abc import Mapping
from typing import Any

from dashboard.asking import Asked
from dashboard.figures.breakdowns import dimensions
from dashboard.pages.page import N_, Page, breakdown_table


def content(asked: Asked) -> Mapping[str, Any]:
    """Return the table of features, and of kinds of content where a release tells of them."""
    there = dimensions(asked.figures, asked.period)
    names = ["feature", *(name for name in ("content_type",) if name in there)]
    return {"tables": {name: breakdown_table(asked, name) for name in names}}


PAGE = Page("features", "/features", N_("Features"), "pages/breakdowns.html", content)
