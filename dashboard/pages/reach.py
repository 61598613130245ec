"""How people come: the pages that led to a partner's contents, the devices, and whatever else a release tells of."""

from collections.abc import Mapping
from typing import Any

from dashboard.asking import Asked
from dashboard.figures.breakdowns import dimensions
from dashboard.pages.page import N_, Page, breakdown_table

FIRST = ("referrer", "device", "device_os", "search_engine", "browser", "engine", "os", "entry_page", "exit_page")
"""Dimensions in the order of the page; others come after them, by name."""
ELSEWHERE = {"content", "content_type", "feature"}


def content(asked: Asked) -> Mapping[str, Any]:
    """Return a table for each dimension that the release tells of."""
    there = [name for name in dimensions(asked.figures, asked.period) if name not in ELSEWHERE]
    ordered = sorted(there, key=lambda name: (FIRST.index(name) if name in FIRST else len(FIRST), name))
    return {"tables": {name: breakdown_table(asked, name) for name in ordered}}


PAGE = Page("reach", "/reach", N_("How they come"), "pages/breakdowns.html", content)
