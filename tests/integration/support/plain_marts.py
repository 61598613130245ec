"""The marts worked out slowly from plain lines, by their definitions and with other code.

Imports nothing of the project, and reads none of its SQL.
"""

import statistics
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from datetime import date, timedelta
from typing import Any, TypeVar

from support.plain_lines import Hit

GAP, LOOK_BACK = timedelta(minutes=30), timedelta(days=28)
BANDS = ((30, "30+"), (10, "10-29"), (4, "4-9"), (2, "2-3"), (1, "1"))
LENGTHS = (
    (1800, "1800+"), (600, "600-1799"), (180, "180-599"), (60, "60-179"), (30, "30-59"), (10, "10-29"), (0, "0-9")
)  # fmt: skip
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


def service_daily_status(hits: list[Hit]) -> Rows:
    """day, status, requests, bytes_sent, contributing_people."""
    cells = grouped(hits, lambda hit: (hit.day, hit.status))
    return sorted(
        (
            *cell,
            len(found),
            sum(hit.sent or 0 for hit in found),
            distinct(hit.person for hit in found if not hit.is_bot),
        )
        for cell, found in cells.items()
    )


def service_daily_bots(hits: list[Hit]) -> Rows:
    """day, evidence, requests, bot_page_views, distinct_robots, bytes_sent."""
    cells = grouped(filter(lambda hit: hit.is_bot, hits), lambda hit: (hit.day, hit.evidence))
    return sorted(
        (
            *cell,
            len(found),
            sum(hit.is_view for hit in found),
            distinct(hit.visitor for hit in found),
            sum(hit.sent or 0 for hit in found),
        )
        for cell, found in cells.items()
    )


def partner_daily_usage(hits: list[Hit]) -> Rows:
    """partner, day, page_views, visits, members, visitors, median_visit_seconds, bounces, contributing_people; the later ones.

    These are p90_visit_seconds, new and returning visitors, visiting and bouncing people, the largest two of the page views; and
    people who are new, who return, and who stayed for several page views; requests answered with a client's or server's error.
    """
    return _usage(hits, lambda day: day)


def partner_weekly_usage(hits: list[Hit]) -> Rows:
    """Return the same by week, named by its Monday."""
    return _usage(hits, week_of)


def partner_monthly_usage(hits: list[Hit]) -> Rows:
    """Return the same by month, named by its first day."""
    return _usage(hits, month_of)


def partner_content_daily(hits: list[Hit]) -> Rows:
    """partner, content, day, page_views, members, contributing_people, and the largest two of the page views of one person."""
    cells = grouped(filter(lambda hit: hit.is_audience, hits), lambda hit: (hit.partner, hit.content, hit.day))
    return sorted(
        (
            *cell,
            len(found),
            distinct(hit.member for hit in found),
            distinct(hit.person for hit in found),
            *largest_two(found),
        )
        for cell, found in cells.items()
    )


def partner_feature_daily(hits: list[Hit]) -> Rows:
    """partner, feature, day, page_views, visits, members, visitors, contributing_people, the largest two."""
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
            cells[partner, month_of(began), began.weekday() + 1, visit[0].at.hour].append(visit[0].person)
    return sorted((*cell, len(people), distinct(people)) for cell, people in cells.items())


def partner_weekday_visits(hits: list[Hit]) -> Rows:
    """partner, month, weekday (Monday is 1), visits, contributing_people; by when the whole visit began."""
    cells = defaultdict(list)
    for began, visit in visits_of(hits):
        for partner in {hit.partner for hit in visit if hit.is_audience}:
            cells[partner, month_of(began), began.weekday() + 1].append(visit[0].person)
    return sorted((*cell, len(people), distinct(people)) for cell, people in cells.items())


def partner_visit_frequency_monthly(hits: list[Hit]) -> Rows:
    """partner, month, band, people, contributing_people; by the visits of each person that saw the partner's contents."""
    visited: dict[tuple[Any, ...], int] = defaultdict(int)
    for began, visit in visits_of(hits):
        for partner in {hit.partner for hit in visit if hit.is_audience}:
            visited[partner, month_of(began), visit[0].person] += 1
    people: dict[tuple[Any, ...], int] = defaultdict(int)
    for (partner, month, _), visits in visited.items():
        people[partner, month, next(name for least, name in BANDS if visits >= least)] += 1
    return sorted((*cell, count, count) for cell, count in people.items())


def partner_visit_length_monthly(hits: list[Hit]) -> Rows:
    """partner, month, band, people, contributing_people; by the longest visit of each person, to the partner's contents."""
    longest: dict[tuple[Any, ...], float] = defaultdict(float)
    for began, visit in visits_of(hits):
        for partner, seen in grouped(filter(lambda hit: hit.is_audience, visit), lambda hit: hit.partner).items():
            cell = (partner, month_of(began), visit[0].person)
            longest[cell] = max(longest[cell], (seen[-1].at - seen[0].at).total_seconds())
    people: dict[tuple[Any, ...], int] = defaultdict(int)
    for (partner, month, _), seconds in longest.items():
        people[partner, month, next(name for least, name in LENGTHS if seconds >= least)] += 1
    return sorted((*cell, count, count) for cell, count in people.items())


def partner_staff_monthly_usage(hits: list[Hit]) -> Rows:
    """partner, month, active_members, visits, page_views, contributing_people, the largest two; of its members on the day."""
    theirs = grouped(
        (hit for hit in hits if hit.employer and not hit.is_bot), lambda hit: (hit.employer, month_of(hit.day))
    )
    visits = grouped(visits_of(hits), lambda visit: (visit[1][0].employer, month_of(visit[0])))
    return sorted(
        (
            *cell,
            distinct(hit.member for hit in found),
            len(visits.get(cell, [])),
            sum(hit.is_view for hit in found),
            distinct(hit.person for hit in found),
            *largest_two([hit for hit in found if hit.is_view]),
        )
        for cell, found in theirs.items()
    )


def _usage(hits: list[Hit], period_of: Callable[[date], date]) -> Rows:
    views = grouped(filter(lambda hit: hit.is_audience, hits), lambda hit: (hit.partner, period_of(hit.day)))
    days = grouped({(hit.partner, hit.visitor, hit.day) for hit in hits if hit.is_audience}, lambda each: each[0])
    visited = defaultdict(list)
    for began, visit in visits_of(hits):
        for partner, found in grouped(filter(lambda hit: hit.is_audience, visit), lambda hit: hit.partner).items():
            visited[partner, period_of(began)].append(found)
    who = {hit.visitor: hit.person for hit in hits if hit.is_audience}
    asked = grouped(
        (hit for hit in hits if hit.partner and not hit.is_bot), lambda hit: (hit.partner, period_of(hit.day))
    )
    rows = []
    for cell in sorted(views.keys() | visited.keys()):
        seen, visits = views.get(cell, []), visited.get(cell, [])
        seconds = [(visit[-1].at - visit[0].at).total_seconds() for visit in visits]
        past = {who for _, who, day in days.get(cell[0], []) if cell[1] - LOOK_BACK <= day < cell[1]}
        visitors = {hit.visitor for hit in seen} - {None}
        rows.append(
            (
                *cell,
                len(seen),
                len(visits),
                distinct(hit.member for hit in seen),
                len(visitors),
                statistics.median(seconds) if seconds else None,
                sum(len(visit) == 1 for visit in visits),
                distinct(hit.person for hit in seen),
                ninetieth(seconds) if seconds else None,
                len(visitors - past) if seen else None,
                len(visitors & past) if seen else None,
                distinct(visit[0].person for visit in visits),
                distinct(visit[0].person for visit in visits if len(visit) == 1),
                *largest_two(seen),
                distinct(who[visitor] for visitor in visitors - past) if seen else None,
                distinct(who[visitor] for visitor in visitors & past) if seen else None,
                distinct(visit[0].person for visit in visits if len(visit) > 1),
                sum(hit.status // 100 == 4 for hit in asked.get(cell, [])),
                sum(hit.status // 100 == 5 for hit in asked.get(cell, [])),
                *largest_two([visit[0] for visit in visits]),
            )
        )
    return rows


def ninetieth(values: list[float]) -> float:
    """Return the 90th percentile, between the two values beside it."""
    return values[0] if len(values) == 1 else round(statistics.quantiles(values, n=10, method="inclusive")[-1], 6)


def largest_two(views: list[Hit]) -> list[int]:
    """Return the page views of the one person with the most of them, and of the next; of nobody's there is none."""
    by_person = grouped(filter(lambda hit: hit.person, views), lambda hit: hit.person)
    return [*sorted(map(len, by_person.values()), reverse=True), 0, 0][:2]


def _usage_by(hits: list[Hit], value_of: Callable[[Hit], str]) -> Rows:
    views = grouped(filter(lambda hit: hit.is_audience, hits), lambda hit: (hit.partner, value_of(hit), hit.day))
    visits: dict[Hashable, int] = defaultdict(int)
    for began, visit in visits_of(hits):
        for partner, value in {(hit.partner, value_of(hit)) for hit in visit if hit.is_audience}:
            visits[partner, value, began] += 1
    rows = []
    for cell in sorted(views.keys() | visits.keys()):
        seen = views.get(cell, [])
        counts = [
            distinct(who) for who in ((h.member for h in seen), (h.visitor for h in seen), (h.person for h in seen))
        ]
        rows.append((*cell, len(seen), visits[cell], *counts, *largest_two(seen)))
    return rows


def grouped(items: Iterable[Item], key_of: Callable[[Item], Any]) -> dict[Any, list[Item]]:
    """Return the items by their key."""
    cells = defaultdict(list)
    for item in items:
        cells[key_of(item)].append(item)
    return dict(cells)


def distinct(values: Iterable[Any]) -> int:
    """Return how many values there are, without none."""
    return len(set(values) - {None})


def week_of(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def month_of(day: date) -> date:
    """Return the first of a day's month."""
    return day.replace(day=1)
