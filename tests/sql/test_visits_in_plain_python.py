"""The marts of partners against a slow and plain reading of their definitions, on random events with many gaps at the limit."""

import random
import statistics
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

MONTH_END, YEAR_END = (
    [first + timedelta(days=shift) for shift in range(4)] for first in (date(2015, 5, 30), date(2015, 12, 30))
)
"""Sunday 31 May before Monday 1 June; Thursday 31 December before Friday 1 January, in week 53."""
GAPS = (0, 0, 1, 59, 1799, 1800, 1800, 1801, 3600, 40_000)
PARTNERS = (None, "one", "two", "three")
HOSTS = (None, "search.test", "news.test")


def seoul_day(instant: datetime) -> date:
    return (instant + timedelta(hours=9)).date()


def random_events(event, chance: random.Random, days: list[date]) -> list[dict[str, object]]:
    """Visitors who each begin near a Seoul midnight or anywhere, and go on in steps of `GAPS`; a few never stop."""
    first = datetime.combine(days[0], datetime.min.time()) - timedelta(hours=9)
    made = []
    for number in range(400):
        instant = first + timedelta(
            days=chance.randrange(4), seconds=chance.choice([0, 84_600, chance.randrange(86_400)])
        )
        restless = number % 50 == 0
        for _ in range(150 if restless else chance.randrange(1, 12)):
            if seoul_day(instant) in days:
                made.append(event(instant, **random_values(chance, number, seoul_day(instant))))
            instant += timedelta(seconds=1800 if restless else chance.choice(GAPS))
    chance.shuffle(made)
    return made


def random_values(chance: random.Random, number: int, day: date) -> dict[str, object]:
    partner = chance.choice(PARTNERS)
    member = f"m{number % 70}" if number % 4 == 0 else None
    visitor = member or (None if number % 97 == 5 else f"v{number}")
    return {
        "member_pseudonym": member,
        "member_partner_id": member and partner_of_member(number % 70, day),
        "visitor_pseudonym": visitor,
        "person_pseudonym": visitor and (member or f"prefix{number % 60}"),
        "partner_id": partner,
        "content_id": partner and f"{partner}-{chance.randrange(5)}",
        "feature": chance.choice(["content", "statistics"]),
        "referrer_host": chance.choice(HOSTS),
        "device_class": chance.choice(["desktop", "mobile"]) if member else ("tablet", "other")[number % 2],
        "is_page_view": chance.random() < 0.6,
        "is_bot": number % 31 == 3,
        "status": chance.choice([200, 200, 304, 404, 500, None]),
        "bytes_sent": chance.choice([None, 0, 1, 5000]),
    }


def partner_of_member(number: int, day: date) -> str | None:
    """Every third member moves each day, every fifth belongs to nobody."""
    moved = number % 3 == 0 and day.day % 2 == 0
    return None if number % 5 == 0 else "two" if moved else "one"


def visits_of(events: list[dict]) -> list[tuple[date, list[dict]]]:
    """Each visit with the Seoul day it began, cut at the end of the day after."""
    by_visitor = defaultdict(list)
    for event in events:
        if event["visitor_pseudonym"] and not event["is_bot"]:
            by_visitor[event["visitor_pseudonym"]].append(event)
    visits = []
    for theirs in by_visitor.values():
        theirs.sort(key=lambda event: event["occurred_at"])
        for previous, event in zip([None, *theirs], theirs, strict=False):
            if previous is None or event["occurred_at"] - previous["occurred_at"] > timedelta(minutes=30):
                visits.append((event["event_day"], []))
            if event["event_day"] <= visits[-1][0] + timedelta(days=1):
                visits[-1][1].append(event)
    return visits


def distinct(events: list[dict], name: str) -> int:
    return len({event[name] for event in events} - {None})


def first_day(period: str, day: date) -> date:
    return {"day": day, "week": day - timedelta(days=day.weekday()), "month": day.replace(day=1)}[period]


def largest_two(views: list[dict]) -> list[int]:
    """The page views of the one person with the most of them, and of the next."""
    counted = Counter(view["person_pseudonym"] for view in views if view["person_pseudonym"])
    return [*sorted(counted.values(), reverse=True), 0, 0][:2]


def newcomers(events: list[dict], partner: str, views: list[dict], first: date) -> tuple[int | None, ...]:
    """Visitors who did not come in the 28 days before `first`, the people behind them, and those behind the others."""
    if not views:
        return None, None, None
    past = {
        view["visitor_pseudonym"] for view in views_of(events, partner) if 0 < (first - view["event_day"]).days <= 28
    } | {None}
    new = [view for view in views if view["visitor_pseudonym"] not in past]
    returning = [view for view in views if view["visitor_pseudonym"] in past - {None}]
    return distinct(new, "visitor_pseudonym"), *(distinct(each, "person_pseudonym") for each in (new, returning))


def ninetieth(values: list[float]) -> float:
    """The 90th percentile, between the two values beside it."""
    return values[0] if len(values) == 1 else round(statistics.quantiles(values, n=10, method="inclusive")[-1], 6)


def expected_usage(events: list[dict], visits, period: str) -> list[tuple]:
    rows = []
    for partner in filter(None, PARTNERS):
        for first in sorted({first_day(period, event["event_day"]) for event in events}):
            views = [e for e in views_of(events, partner) if first_day(period, e["event_day"]) == first]
            seen = [
                found
                for began, visit in visits
                if first_day(period, began) == first and (found := views_of(visit, partner))
            ]
            times = [[e["occurred_at"] for e in visit] for visit in seen]
            new, *new_and_returning_people = newcomers(events, partner, views, first)
            seconds = [(max(each) - min(each)).total_seconds() for each in times]
            asked = [e for e in events if e["partner_id"] == partner and first_day(period, e["event_day"]) == first]
            statuses = [e["status"] or 0 for e in asked if not e["is_bot"]]
            rows.append(
                (
                    partner,
                    first,
                    len(views),
                    len(times),
                    distinct(views, "member_pseudonym"),
                    distinct(views, "visitor_pseudonym"),
                    statistics.median(seconds) if seconds else None,
                    sum(len(each) == 1 for each in times),
                    distinct(views, "person_pseudonym"),
                    ninetieth(seconds) if seconds else None,
                    new,
                    None if new is None else distinct(views, "visitor_pseudonym") - new,
                    distinct([visit[0] for visit in seen], "person_pseudonym"),
                    distinct([visit[0] for visit in seen if len(visit) == 1], "person_pseudonym"),
                    *largest_two(views),
                    *new_and_returning_people,
                    distinct([visit[0] for visit in seen if len(visit) > 1], "person_pseudonym"),
                    sum(400 <= status < 500 for status in statuses),
                    sum(500 <= status < 600 for status in statuses),
                    *largest_two([visit[0] for visit in seen]),
                )
            )
    return sorted(row for row in rows if row[2] or row[3])


def expected_by(events: list[dict], visits, value: Callable[[dict], str]) -> list[tuple]:
    views, visited = defaultdict(list), Counter()
    for partner in filter(None, PARTNERS):
        for event in views_of(events, partner):
            views[partner, value(event), event["event_day"]].append(event)
        for began, visit in visits:
            visited.update({(partner, value(event), began) for event in views_of(visit, partner)})
    people = ("member_pseudonym", "visitor_pseudonym", "person_pseudonym")
    return sorted(
        (
            *cell,
            len(views[cell]),
            visited[cell],
            *(distinct(views[cell], name) for name in people),
            *largest_two(views[cell]),
        )
        for cell in views.keys() | visited.keys()
    )


def expected_hours(visits, *, by_hour: bool = True) -> list[tuple]:
    cells = defaultdict(list)
    for partner in filter(None, PARTNERS):
        for began, visit in visits:
            if views_of(visit, partner):
                hour = (visit[0]["occurred_at"] + timedelta(hours=9)).hour
                cells[partner, began.replace(day=1), began.isoweekday(), *([hour] * by_hour)].append(visit[0])
    return sorted((*cell, len(firsts), distinct(firsts, "person_pseudonym")) for cell, firsts in cells.items())


def expected_frequency(visits) -> list[tuple]:
    counted = Counter(
        (partner, began.replace(day=1), visit[0]["person_pseudonym"])
        for partner in filter(None, PARTNERS)
        for began, visit in visits
        if views_of(visit, partner)
    )
    bands = {**dict.fromkeys((2, 3), "2-3"), **dict.fromkeys(range(4, 10), "4-9"), 1: "1"}
    people = Counter(
        (partner, month, bands.get(often, "30+" if often >= 30 else "10-29"))
        for (partner, month, _), often in counted.items()
    )
    return sorted((*cell, count, count) for cell, count in people.items())


def expected_staff(events: list[dict], visits) -> list[tuple]:
    cells, visited = defaultdict(list), Counter()
    for event in events:
        if event["member_partner_id"] and not event["is_bot"]:
            cells[event["member_partner_id"], event["event_day"].replace(day=1)].append(event)
    for began, visit in visits:
        visited[visit[0]["member_partner_id"], began.replace(day=1)] += 1
    return sorted(
        (
            *cell,
            distinct(made, "member_pseudonym"),
            visited[cell],
            sum(event["is_page_view"] for event in made),
            distinct(made, "person_pseudonym"),
            *largest_two([event for event in made if event["is_page_view"]]),
        )
        for cell, made in cells.items()
    )


def expected_contents(events: list[dict]) -> list[tuple]:
    cells = defaultdict(list)
    for partner in filter(None, PARTNERS):
        for event in views_of(events, partner):
            cells[partner, event["content_id"], event["event_day"]].append(event)
    return sorted(
        (
            *cell,
            len(views),
            distinct(views, "member_pseudonym"),
            distinct(views, "person_pseudonym"),
            *largest_two(views),
        )
        for cell, views in cells.items()
    )


def views_of(events: list[dict], partner: str) -> list[dict]:
    return [e for e in events if e["partner_id"] == partner and e["is_page_view"] and not e["is_bot"]]


@pytest.mark.slow
@pytest.mark.parametrize("days", [MONTH_END, YEAR_END], ids=["month_end", "year_end"])
def test_the_marts_agree_with_a_plain_reading_of_their_definitions(workshop, event, days):
    events = random_events(event, random.Random(days[0].toordinal()), days)  # noqa: S311 - test data
    workshop.write(events)
    workshop.build(*days)
    visits = visits_of(events)
    assert len(visits) > 500
    assert any(visit[-1]["event_day"] > began for began, visit in visits)
    assert any(visit[-1]["event_day"].month != began.month for began, visit in visits)
    expected = {
        "partner_daily_usage": expected_usage(events, visits, "day"),
        "partner_weekly_usage": expected_usage(events, visits, "week"),
        "partner_monthly_usage": expected_usage(events, visits, "month"),
        "partner_content_daily": expected_contents(events),
        "partner_feature_daily": expected_by(events, visits, lambda event: event["feature"]),
        "partner_device_daily": expected_by(events, visits, lambda event: event["device_class"]),
        "partner_referrer_daily": expected_by(events, visits, lambda event: event["referrer_host"] or "(none)"),
        "partner_weekday_visits": expected_hours(visits, by_hour=False),
        "partner_hourly_visits": expected_hours(visits),
        "partner_visit_frequency_monthly": expected_frequency(visits),
        "partner_staff_monthly_usage": expected_staff(events, visits),
    }
    for mart, rows in expected.items():
        assert workshop.rows(f"FROM {mart} ORDER BY ALL") == rows, mart


@pytest.mark.slow
def test_days_built_one_by_one_twice_and_in_any_order_are_the_days_built_at_once(workshop, event):
    workshop.write(random_events(event, random.Random(7), MONTH_END))  # noqa: S311 - test data
    workshop.build(*MONTH_END)
    at_once = workshop.everything()
    workshop.warehouse.unlink()
    for shift in (2, 0, 3, 1, 0):
        workshop.build(MONTH_END[shift])
    assert workshop.everything() == at_once
