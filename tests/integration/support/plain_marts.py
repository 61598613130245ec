"""The marts worked out slowly from plain lines, by their definitions and with other code.

Imports nothing of the project, and reads none of its SQL.
"""

import statistics
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from support.plain_lines import Hit

GAP = timedelta(minutes=30)
Item = TypeVar("Item")
Rows = list[tuple[Any, ...]]
Visits = list[tuple[date, list[Hit]]]


def visits_of(hits: Iterable[Hit]) -> Visits:
    """Return each visit with the day it began, followed to the end of the day after."""
    by_visitor = defaultdict(list)
    for hit in hits:
        if not hit.is_bot and hit.visitor:
            by_visitor[hit.visitor].append(hit)
    visits: Visits = []
    for theirs in by_visitor.values():
        last = None
        for hit in sorted(theirs, key=lambda hit: hit.at):
            if last is None or hit.at - last > GAP:
                visits.append((hit.day, []))
            if hit.day <= visits[-1][0] + timedelta(days=1):
                visits[-1][1].append(hit)
            last = hit.at
    return visits


def service_daily_usage(hits: list[Hit]) -> Rows:
    """day, requests, page_views, bot_requests, visits, unique_members, unique_visitors, bytes_sent, client and server errors."""
    visits, by_day = _grouped(visits_of(hits), lambda visit: visit[0]), _grouped(hits, lambda hit: hit.day)
    rows = []
    for day, every in sorted(by_day.items()):
        people = [hit for hit in every if not hit.is_bot]
        rows.append(
            (
                day,
                len(every),
                sum(hit.is_view for hit in people),
                len(every) - len(people),
                len(visits.get(day, [])),
                _distinct(hit.member for hit in people),
                _distinct(hit.visitor for hit in people),
                sum(hit.sent or 0 for hit in every),
                sum(hit.status // 100 == 4 for hit in every),
                sum(hit.status // 100 == 5 for hit in every),
            )
        )
    return rows


def service_daily_status(hits: list[Hit]) -> Rows:
    """day, status, requests, bytes_sent."""
    cells = _grouped(hits, lambda hit: (hit.day, hit.status))
    return sorted((*cell, len(found), sum(hit.sent or 0 for hit in found)) for cell, found in cells.items())


def partner_daily_usage(hits: list[Hit]) -> Rows:
    """partner, day, page_views, visits, members, visitors, median_visit_seconds, bounces, contributing_people."""
    return _usage(hits, lambda day: day)


def partner_weekly_usage(hits: list[Hit]) -> Rows:
    """Return the same by week, named by its Monday."""
    return _usage(hits, lambda day: day - timedelta(days=day.weekday()))


def partner_monthly_usage(hits: list[Hit]) -> Rows:
    """Return the same by month, named by its first day."""
    return _usage(hits, _month)


def partner_content_daily(hits: list[Hit]) -> Rows:
    """partner, content, day, page_views, members, contributing_people."""
    cells = _grouped(filter(lambda hit: hit.is_audience, hits), lambda hit: (hit.partner, hit.content, hit.day))
    return sorted(
        (*cell, len(found), _distinct(hit.member for hit in found), _distinct(hit.person for hit in found))
        for cell, found in cells.items()
    )


def partner_feature_daily(hits: list[Hit]) -> Rows:
    """partner, feature, day, page_views, visits, members, visitors, contributing_people."""
    return _usage_by(hits, lambda hit: hit.feature)


def partner_device_daily(hits: list[Hit]) -> Rows:
    """Return the same by device."""
    return _usage_by(hits, lambda hit: hit.device)


def partner_referrer_daily(hits: list[Hit]) -> Rows:
    """Return the same by the host of the referrer."""
    return _usage_by(hits, lambda hit: hit.referrer)


def partner_hourly_visits(hits: list[Hit]) -> Rows:
    """partner, month, weekday (Monday is 1), hour, visits, contributing_people; by when the whole visit began."""
    cells = defaultdict(list)
    for began, visit in visits_of(hits):
        for partner in {hit.partner for hit in visit if hit.is_audience}:
            cells[partner, _month(began), began.weekday() + 1, visit[0].at.hour].append(visit[0].person)
    return sorted((*cell, len(people), _distinct(people)) for cell, people in cells.items())


def partner_staff_monthly_usage(hits: list[Hit]) -> Rows:
    """partner, month, active_members, visits, page_views, contributing_people; of who acts for the partner on the day."""
    theirs = _grouped(
        (hit for hit in hits if hit.employer and not hit.is_bot), lambda hit: (hit.employer, _month(hit.day))
    )
    visits = _grouped(visits_of(hits), lambda visit: (visit[1][0].employer, _month(visit[0])))
    return sorted(
        (
            *cell,
            _distinct(hit.member for hit in found),
            len(visits.get(cell, [])),
            sum(hit.is_view for hit in found),
            _distinct(hit.person for hit in found),
        )
        for cell, found in theirs.items()
    )


def _usage(hits: list[Hit], period_of: Callable[[date], date]) -> Rows:
    views = _grouped(filter(lambda hit: hit.is_audience, hits), lambda hit: (hit.partner, period_of(hit.day)))
    times = defaultdict(list)
    for began, visit in visits_of(hits):
        for partner, instants in _instants(visit).items():
            times[partner, period_of(began)].append(instants)
    rows = []
    for cell in sorted(views.keys() | times.keys()):
        seen, visits = views.get(cell, []), times.get(cell, [])
        seconds = [(max(each) - min(each)).total_seconds() for each in visits]
        rows.append(
            (
                *cell,
                len(seen),
                len(visits),
                _distinct(hit.member for hit in seen),
                _distinct(hit.visitor for hit in seen),
                statistics.median(seconds) if seconds else None,
                sum(len(each) == 1 for each in visits),
                _distinct(hit.person for hit in seen),
            )
        )
    return rows


def _instants(visit: list[Hit]) -> dict[str | None, list[datetime]]:
    """Return when a visit looked at each partner's contents."""
    return {
        partner: [hit.at for hit in found]
        for partner, found in _grouped(filter(lambda hit: hit.is_audience, visit), lambda hit: hit.partner).items()
    }


def _usage_by(hits: list[Hit], value_of: Callable[[Hit], str]) -> Rows:
    views = _grouped(filter(lambda hit: hit.is_audience, hits), lambda hit: (hit.partner, value_of(hit), hit.day))
    visits: dict[Hashable, int] = defaultdict(int)
    for began, visit in visits_of(hits):
        for partner, value in {(hit.partner, value_of(hit)) for hit in visit if hit.is_audience}:
            visits[partner, value, began] += 1
    rows = []
    for cell in sorted(views.keys() | visits.keys()):
        seen = views.get(cell, [])
        counts = [
            _distinct(who) for who in ((h.member for h in seen), (h.visitor for h in seen), (h.person for h in seen))
        ]
        rows.append((*cell, len(seen), visits[cell], *counts))
    return rows


def _grouped(items: Iterable[Item], key_of: Callable[[Item], Any]) -> dict[Any, list[Item]]:
    cells = defaultdict(list)
    for item in items:
        cells[key_of(item)].append(item)
    return dict(cells)


def _distinct(values: Iterable[Any]) -> int:
    return len(set(values) - {None})


def _month(day: date) -> date:
    return day.replace(day=1)
