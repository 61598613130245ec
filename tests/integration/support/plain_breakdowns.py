"""What an audience is made of, worked out slowly from plain lines, dimension by dimension.

Imports nothing of the project, and reads none of its SQL.
"""

import re
from collections import defaultdict
from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any

from support.plain_lines import Hit
from support.plain_marts import Rows, distinct, grouped, largest_two, month_of, visits_of, week_of

NOT_KNOWN = "(none)"
ENGINES = {
    "naver": r"(m\.)?search\.naver\.com",
    "daum": r"search\.daum\.net",
    "google": r"www\.google\.(com|[a-z]{2}|com?\.[a-z]{2})",
    "bing": r"www\.bing\.com",
    "duckduckgo": r"(r\.)?duckduckgo\.com",
    "baidu": r"www\.baidu\.com",
    "yandex": r"yandex\.ru",
}
"""Hosts of search engines as they stand in the logs of tests."""
VALUES: dict[str, Callable[[Hit], str | None]] = {
    "content": lambda hit: hit.content,
    "content_type": lambda hit: hit.kind,
    "device": lambda hit: hit.device,
    "browser": lambda hit: hit.browser,
    "os": lambda hit: hit.system,
    "device_os": lambda hit: f"{hit.device or NOT_KNOWN} / {hit.system or NOT_KNOWN}",
    "feature": lambda hit: hit.feature,
    "referrer": lambda hit: hit.referrer,
    "search": lambda hit: engine_of(hit.referrer),
}
Cells = dict[tuple[Any, ...], list[Hit]]


@cache
def engine_of(host: str) -> str:
    """Return the search engine that a host is."""
    return next((name for name, hosts in ENGINES.items() if re.fullmatch(hosts, host)), NOT_KNOWN)


def partner_breakdown_daily(hits: list[Hit]) -> Rows:
    """partner, dimension, value, day, page_views, visits, members, visitors, contributing_people, the largest two."""
    return _breakdown(hits, lambda day: day, ("content_type", "browser", "os", "device_os"), has_ends=False)


def partner_breakdown_weekly(hits: list[Hit]) -> Rows:
    """Return the same by week, of every dimension."""
    return _breakdown(hits, week_of, tuple(VALUES), has_ends=True)


def partner_breakdown_monthly(hits: list[Hit]) -> Rows:
    """Return the same by month, of every dimension."""
    return _breakdown(hits, month_of, tuple(VALUES), has_ends=True)


def _breakdown(
    hits: list[Hit], period_of: Callable[[date], date], dimensions: tuple[str, ...], *, has_ends: bool
) -> Rows:
    views: Cells = defaultdict(list)
    visited: dict[tuple[Any, ...], int] = defaultdict(int)
    for hit in filter(lambda hit: hit.is_audience, hits):
        for name in dimensions:
            views[hit.partner, name, VALUES[name](hit) or NOT_KNOWN, period_of(hit.day)].append(hit)
    for began, visit in visits_of(hits):
        for partner, seen in grouped(filter(lambda hit: hit.is_audience, visit), lambda hit: hit.partner).items():
            for name in dimensions:
                for value in {VALUES[name](hit) or NOT_KNOWN for hit in seen}:
                    visited[partner, name, value, period_of(began)] += 1
            if has_ends:
                _count_ends(seen, partner, period_of(began), views, visited)
    return sorted(_row(cell, views.get(cell, []), visited.get(cell, 0)) for cell in views.keys() | visited.keys())


def _count_ends(seen: list[Hit], partner: str, period: date, views: Cells, visited: dict[tuple[Any, ...], int]) -> None:
    """Count the page view that a visit entered a partner's contents by, and the one it left from; of equal instants by name."""
    ends = {
        "entry_page": min(seen, key=lambda hit: (hit.at, hit.content or "")),
        "exit_page": max(seen, key=lambda hit: (hit.at, hit.content or "")),
    }
    for name, hit in ends.items():
        cell = (partner, name, hit.content or NOT_KNOWN, period)
        views[cell].append(hit)
        visited[cell] += 1


def _row(cell: tuple[Any, ...], seen: list[Hit], visits: int) -> tuple[Any, ...]:
    people = (
        distinct(hit.member for hit in seen),
        distinct(hit.visitor for hit in seen),
        distinct(h.person for h in seen),
    )
    return (*cell, len(seen), visits, *people, *largest_two(seen))
