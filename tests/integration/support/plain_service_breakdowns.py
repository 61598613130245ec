"""What the use of the whole service is made of by type of member, worked out slowly from plain lines, dimension by dimension.

Imports nothing of the project, and reads none of its SQL.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, NamedTuple

from support.plain_breakdowns import NOT_KNOWN, VALUES
from support.plain_lines import Hit
from support.plain_marts import BANDS, LENGTHS, Rows, distinct, grouped, month_of, visits_of, week_of

DAILY = tuple(name for name in VALUES if name != "content")
ENDS = ("entry_feature", "exit_feature")


class Stay(NamedTuple):
    """A visit with a page view: its first request, all of its page views, and the first day of the period it began in."""

    began: Hit
    views: list[Hit]
    period: date

    @property
    def band(self) -> str:
        """The band of the seconds from its first to its last page view."""
        return _band(LENGTHS, (self.views[-1].at - self.views[0].at).total_seconds())


def service_breakdown_daily(hits: list[Hit]) -> Rows:
    """member_type, dimension, value, day, page_views, visits, unique_members, unique_visitors, contributing_people."""
    return _breakdown(hits, lambda day: day, DAILY)


def service_breakdown_weekly(hits: list[Hit]) -> Rows:
    """Return the same by week, and by content too."""
    return _breakdown(hits, week_of, tuple(VALUES))


def service_breakdown_monthly(hits: list[Hit]) -> Rows:
    """Return the same by month, and by content too."""
    return _breakdown(hits, month_of, tuple(VALUES))


def _breakdown(hits: list[Hit], period_of: Callable[[date], date], dimensions: tuple[str, ...]) -> Rows:
    stays = []
    for day, visit in visits_of(hits):
        views = [hit for hit in visit if hit.is_view]
        stays += [Stay(visit[0], views, period_of(day))] if views else []
    return sorted([*_of_page_views(hits, stays, period_of, dimensions), *_of_visits(stays), *_of_people(stays)])


def _of_page_views(
    hits: list[Hit], stays: list[Stay], period_of: Callable[[date], date], dimensions: tuple[str, ...]
) -> Iterator[tuple[Any, ...]]:
    """Yield rows of page views by their own day; a visit counts once for each value that its page views have."""
    views: dict[tuple[Any, ...], list[Hit]] = defaultdict(list)
    visited: Counter[tuple[Any, ...]] = Counter()
    for name in dimensions:
        for hit in hits:
            if hit.is_view and not hit.is_bot:
                views[hit.member_type, name, VALUES[name](hit) or NOT_KNOWN, period_of(hit.day)].append(hit)
        for stay in stays:
            for value in {VALUES[name](hit) or NOT_KNOWN for hit in stay.views}:
                visited[stay.began.member_type, name, value, stay.period] += 1
    for cell in views.keys() | visited.keys():
        seen = views.get(cell, [])
        yield (*cell, len(seen), visited[cell], *_people(seen))


def _of_visits(stays: list[Stay]) -> Iterator[tuple[Any, ...]]:
    """Yield rows of visits by what they are as a whole; one that began or ended with a feature has one such page view."""
    cells = defaultdict(list)
    for stay in stays:
        values = {
            "entry_feature": min(stay.views, key=lambda hit: (hit.at, hit.feature)).feature,
            "exit_feature": max(stay.views, key=lambda hit: (hit.at, hit.feature)).feature,
            "weekday_hour": f"{stay.began.day.isoweekday()} {stay.began.at.hour:02}",
            "visit_length": stay.band,
        }
        for name, value in values.items():
            cells[stay.began.member_type, name, value, stay.period].append(stay)
    for cell, theirs in cells.items():
        page_views = len(theirs) if cell[1] in ENDS else sum(len(stay.views) for stay in theirs)
        yield (*cell, page_views, len(theirs), *_people([stay.began for stay in theirs]))


def _of_people(stays: list[Stay]) -> Iterator[tuple[Any, ...]]:
    """Yield rows of people by how many visits each of them began."""
    visited = grouped(
        (stay for stay in stays if stay.began.person),
        lambda stay: (stay.began.member_type, stay.period, stay.began.person),
    )
    bands = grouped(visited.items(), lambda found: (*found[0][:2], _band(BANDS, len(found[1]))))
    for (kind, period, band), people in bands.items():
        theirs = [stay for _, of_one in people for stay in of_one]
        page_views = sum(len(stay.views) for stay in theirs)
        found = _people([stay.began for stay in theirs])
        yield (kind, "visit_frequency", band, period, page_views, len(theirs), *found)


def _band(bands: tuple[tuple[int, str], ...], number: float) -> str:
    return next(name for least, name in bands if number >= least)


def _people(hits: list[Hit]) -> tuple[int, int, int]:
    """Return the distinct members, visitors and people."""
    return (
        distinct(hit.member for hit in hits),
        distinct(hit.visitor for hit in hits),
        distinct(hit.person for hit in hits),
    )
