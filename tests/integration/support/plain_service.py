"""The use of the whole service by day, week, month and type of member, worked out slowly from plain lines.

Imports nothing of the project, and reads none of its SQL.
"""

import statistics
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from support.plain_lines import Hit
from support.plain_marts import LOOK_BACK, Rows, Visits, distinct, grouped, month_of, ninetieth, visits_of, week_of


def service_daily_usage(hits: list[Hit]) -> Rows:
    """day, requests, page_views, bot_requests, visits, members, visitors, bytes_sent, errors, people; the later ones.

    The errors are the client's and the server's; the later ones the median and the 90th percentile of the seconds of visits,
    bounces, new and returning visitors.
    """
    return _usage(hits, lambda day: day)


def service_weekly_usage(hits: list[Hit]) -> Rows:
    """Return the same by week."""
    return _usage(hits, week_of)


def service_monthly_usage(hits: list[Hit]) -> Rows:
    """Return the same by month."""
    return _usage(hits, month_of)


def service_member_type_daily(hits: list[Hit]) -> Rows:
    """member_type, day, requests, page_views, visits, members, visitors, both errors, people; the same later ones."""
    return _by_member_type(hits, lambda day: day)


def service_member_type_weekly(hits: list[Hit]) -> Rows:
    """Return the same by week."""
    return _by_member_type(hits, week_of)


def service_member_type_monthly(hits: list[Hit]) -> Rows:
    """Return the same by month."""
    return _by_member_type(hits, month_of)


def _usage(hits: list[Hit], period_of: Callable[[date], date]) -> Rows:
    visits = grouped(visits_of(hits), lambda visit: period_of(visit[0]))
    came = _visitors_by_day(hits)
    rows = []
    for period, every in sorted(grouped(hits, lambda hit: period_of(hit.day)).items()):
        people = [hit for hit in every if not hit.is_bot]
        rows.append(
            (
                period,
                len(every),
                sum(hit.is_view for hit in people),
                len(every) - len(people),
                len(visits.get(period, [])),
                distinct(hit.member for hit in people),
                distinct(hit.visitor for hit in people),
                sum(hit.sent or 0 for hit in every),
                sum(hit.status // 100 == 4 for hit in every),
                sum(hit.status // 100 == 5 for hit in every),
                distinct(hit.person for hit in people),
                *_of_visits(visits.get(period, [])),
                *_new_and_returning(people, period, came),
            )
        )
    return rows


def _by_member_type(hits: list[Hit], period_of: Callable[[date], date]) -> Rows:
    cells = grouped(hits, lambda hit: (hit.member_type, period_of(hit.day)))
    visits = grouped(visits_of(hits), lambda visit: (visit[1][0].member_type, period_of(visit[0])))
    came = _visitors_by_day(hits)
    rows = []
    for cell, every in sorted(cells.items()):
        people = [hit for hit in every if not hit.is_bot]
        rows.append(
            (
                *cell,
                len(every),
                sum(hit.is_view for hit in people),
                len(visits.get(cell, [])),
                distinct(hit.member for hit in people),
                distinct(hit.visitor for hit in people),
                sum(hit.status // 100 == 4 for hit in every),
                sum(hit.status // 100 == 5 for hit in every),
                distinct(hit.person for hit in people),
                *_of_visits(visits.get(cell, [])),
                *_new_and_returning(people, cell[1], came),
            )
        )
    return rows


def _of_visits(visits: Visits) -> tuple[float | None, float | None, int]:
    """Return the median and the 90th percentile of the seconds from a visit's first to its last page view, and the bounces."""
    views = [[hit for hit in visit if hit.is_view] for _, visit in visits]
    seconds = [(seen[-1].at - seen[0].at).total_seconds() for seen in views if seen]
    bounces = sum(len(seen) == 1 for seen in views)
    return (statistics.median(seconds), ninetieth(seconds), bounces) if seconds else (None, None, bounces)


def _visitors_by_day(hits: list[Hit]) -> dict[date, set[Any]]:
    """Return who came on each day, bots left out."""
    days = grouped((hit for hit in hits if hit.visitor and not hit.is_bot), lambda hit: hit.day)
    return {day: {hit.visitor for hit in theirs} for day, theirs in days.items()}


def _new_and_returning(people: list[Hit], first: date, came: dict[date, set[Any]]) -> tuple[int, int]:
    """Return how many of a period's visitors did not come to the service on the days before its first one, and how many did."""
    before = [came.get(first - timedelta(days=back), set()) for back in range(1, LOOK_BACK.days + 1)]
    past = set().union(*before)
    visitors = {hit.visitor for hit in people} - {None}
    return len(visitors - past), len(visitors & past)
