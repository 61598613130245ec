"""The marts against a slow and plain reading of their definitions, on random events with many gaps at the limit."""

import random
import statistics
from collections import defaultdict
from datetime import date, datetime, timedelta

import pytest

DAYS = [date(2015, 5, 30) + timedelta(days=shift) for shift in range(4)]
GAPS = (0, 0, 1, 59, 1799, 1800, 1800, 1801, 3600, 40_000)
PARTNERS = (None, "one", "two", "three")


def seoul_day(instant: datetime) -> date:
    return (instant + timedelta(hours=9)).date()


def random_events(event, chance: random.Random) -> list[dict[str, object]]:
    """Visitors who each begin near a Seoul midnight or anywhere, and go on in steps of `GAPS`; a few never stop."""
    first = datetime.combine(DAYS[0], datetime.min.time()) - timedelta(hours=9)
    made = []
    for number in range(400):
        instant = first + timedelta(
            days=chance.randrange(4), seconds=chance.choice([0, 84_600, chance.randrange(86_400)])
        )
        restless = number % 50 == 0
        for _ in range(150 if restless else chance.randrange(1, 12)):
            if seoul_day(instant) in DAYS:
                made.append(event(instant, **random_values(chance, number)))
            instant += timedelta(seconds=1800 if restless else chance.choice(GAPS))
    chance.shuffle(made)
    return made


def random_values(chance: random.Random, number: int) -> dict[str, object]:
    partner = chance.choice(PARTNERS)
    member = f"m{number % 70}" if number % 4 == 0 else None
    visitor = None if number % 97 == 5 else member or f"v{number}"
    return {
        "member_pseudonym": member,
        "visitor_pseudonym": visitor,
        "person_pseudonym": visitor and (member or f"prefix{number % 60}"),
        "partner_id": partner,
        "content_id": partner and f"{partner}-{chance.randrange(5)}",
        "is_page_view": chance.random() < 0.6,
        "is_bot": number % 31 == 3,
        "status": chance.choice([200, 200, 304, 404, 500, None]),
        "bytes_sent": chance.choice([None, 0, 1, 5000]),
    }


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


def expected_service(events: list[dict], visits) -> list[tuple]:
    rows = []
    for day in DAYS:
        of_day = [event for event in events if event["event_day"] == day]
        people = [event for event in of_day if not event["is_bot"]]
        rows.append(
            (
                day,
                len(of_day),
                sum(event["is_page_view"] for event in people),
                len(of_day) - len(people),
                sum(began == day for began, _ in visits),
                distinct(people, "member_pseudonym"),
                distinct(people, "visitor_pseudonym"),
                sum(event["bytes_sent"] or 0 for event in of_day),
                sum(400 <= (event["status"] or 0) < 500 for event in of_day),
                sum(500 <= (event["status"] or 0) < 600 for event in of_day),
            )
        )
    return rows


def expected_partners(events: list[dict], visits) -> list[tuple]:
    rows = []
    for partner in sorted(filter(None, PARTNERS)):
        for day in DAYS:
            views = [e for e in views_of(events, partner) if e["event_day"] == day]
            seen = [views_of(visit, partner) for began, visit in visits if began == day]
            times = [[e["occurred_at"] for e in visit] for visit in seen if visit]
            seconds = [(max(each) - min(each)).total_seconds() for each in times]
            rows.append(
                (
                    partner,
                    day,
                    len(views),
                    len(times),
                    distinct(views, "member_pseudonym"),
                    distinct(views, "visitor_pseudonym"),
                    statistics.median(seconds) if seconds else None,
                    sum(len(each) == 1 for each in times),
                    distinct(views, "person_pseudonym"),
                )
            )
    return rows


def expected_contents(events: list[dict]) -> list[tuple]:
    cells = defaultdict(list)
    for partner in filter(None, PARTNERS):
        for event in views_of(events, partner):
            cells[partner, event["content_id"], event["event_day"]].append(event)
    return sorted(
        (*cell, len(views), distinct(views, "member_pseudonym"), distinct(views, "person_pseudonym"))
        for cell, views in cells.items()
    )


def views_of(events: list[dict], partner: str) -> list[dict]:
    return [e for e in events if e["partner_id"] == partner and e["is_page_view"] and not e["is_bot"]]


@pytest.mark.parametrize("seed", [20150530, 20150531])
def test_the_marts_agree_with_a_plain_reading_of_their_definitions(workshop, event, seed):
    events = random_events(event, random.Random(seed))  # noqa: S311 - test data
    workshop.write(events)
    workshop.build(*DAYS)
    visits = visits_of(events)
    assert len(visits) > 500
    assert any(visit[-1]["event_day"] > began for began, visit in visits)
    assert workshop.rows("FROM service_daily_usage ORDER BY day") == expected_service(events, visits)
    assert workshop.rows("FROM partner_daily_usage ORDER BY ALL") == expected_partners(events, visits)
    assert workshop.rows("FROM partner_content_daily ORDER BY ALL") == expected_contents(events)


@pytest.mark.slow
def test_days_built_one_by_one_twice_and_in_any_order_are_the_days_built_at_once(workshop, event):
    workshop.write(random_events(event, random.Random(7)))  # noqa: S311 - test data
    workshop.build(*DAYS)
    at_once = workshop.everything()
    workshop.warehouse.unlink()
    for day in (DAYS[2], DAYS[0], DAYS[3], DAYS[1], DAYS[0]):
        workshop.build(day)
    assert workshop.everything() == at_once
