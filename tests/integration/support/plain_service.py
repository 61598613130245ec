"""The use of the whole service by week, month and type of member, worked out slowly from plain lines.

Imports nothing of the project, and reads none of its SQL.
"""

from collections.abc import Callable
from datetime import date

from support.plain_lines import Hit
from support.plain_marts import Rows, distinct, grouped, month_of, service_usage, visits_of, week_of


def service_weekly_usage(hits: list[Hit]) -> Rows:
    """week, requests, page_views, bot_requests, visits, members, visitors, bytes_sent, client and server errors, people."""
    return service_usage(hits, week_of)


def service_monthly_usage(hits: list[Hit]) -> Rows:
    """Return the same by month."""
    return service_usage(hits, month_of)


def service_member_type_daily(hits: list[Hit]) -> Rows:
    """member_type, day, requests, page_views, visits, members, visitors, client and server errors, contributing_people."""
    return _by_member_type(hits, lambda day: day)


def service_member_type_weekly(hits: list[Hit]) -> Rows:
    """Return the same by week."""
    return _by_member_type(hits, week_of)


def service_member_type_monthly(hits: list[Hit]) -> Rows:
    """Return the same by month."""
    return _by_member_type(hits, month_of)


def _by_member_type(hits: list[Hit], period_of: Callable[[date], date]) -> Rows:
    cells = grouped(hits, lambda hit: (hit.member_type, period_of(hit.day)))
    visits = grouped(visits_of(hits), lambda visit: (visit[1][0].member_type, period_of(visit[0])))
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
            )
        )
    return rows
