"""The marts of the whole service against a slow and plain reading, on random events with many gaps at the limit."""

import random
import sys
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "integration"))

from support import plain_service, plain_service_breakdowns
from support.plain_lines import Hit

MONTH_END = [date(2015, 5, day) for day in (2, 3, 4, 29, 30, 31)] + [date(2015, 6, day) for day in (1, 2)]
"""Sunday 31 May before Monday 1 June, and the days 28 and 29 days before them."""
YEAR_END = [date(2015, 12, day) for day in (2, 3, 30, 31)] + [date(2016, 1, day) for day in (1, 2)]
"""Thursday 31 December before Friday 1 January, in week 53."""
GAPS = (0, 0, 1, 9, 10, 59, 600, 1799, 1800, 1800, 1801, 3600, 40_000)
LONG = ("daily", "weekly", "monthly")
PLAIN = {f"service_{long}_usage": plain_service for long in LONG}
PLAIN |= {f"service_member_type_{long}": plain_service for long in LONG}
PLAIN |= {f"service_breakdown_{long}": plain_service_breakdowns for long in LONG}


def random_events(event, chance: random.Random, days: list[date]) -> list[dict[str, object]]:
    """Visitors who each begin near a Seoul midnight or anywhere, and go on in steps of `GAPS`; a few never stop."""
    made = []
    for number in range(600):
        who = number % 250
        instant = datetime.combine(chance.choice(days), datetime.min.time()) - timedelta(hours=9)
        instant += timedelta(seconds=chance.choice([0, 84_600, 86_399, chance.randrange(86_400)]))
        restless = number % 75 == 0
        for _ in range(150 if restless else chance.randrange(1, 12)):
            day = (instant + timedelta(hours=9)).date()
            if day in days:
                made.append(event(instant, **random_person(who, day), **random_request(chance)))
            instant += timedelta(seconds=1800 if restless else chance.choice(GAPS))
    chance.shuffle(made)
    return made


def random_person(who: int, day: date) -> dict[str, object]:
    """Every fourth is a member, some of whom change their type from day to day; one of many is nobody; others share a prefix."""
    member = f"m{who}" if who % 4 == 0 else None
    visitor = member or (None if who % 97 == 5 else f"v{who}")
    kind = "artist" if who % 12 == 0 and day.day % 2 else ("agency", "distributor", None)[who % 3]
    return {
        "member_pseudonym": member,
        "member_type": member and kind,
        "visitor_pseudonym": visitor,
        "person_pseudonym": visitor and (member or f"prefix{who % 60}"),
        "device_class": ("desktop", "mobile")[who % 2],
        "os": ("Android", "Linux", "Windows")[who % 3],
        "is_bot": who % 31 == 3,
    }


def random_request(chance: random.Random) -> dict[str, object]:
    """Return what is asked for: a page or none, of a content of a partner, of nobody's content or of no content."""
    content = chance.choice([None, *(f"c{number}" for number in range(5))])
    return {
        "content_id": content,
        "content_type": content and chance.choice(["album", "video", None]),
        "partner_id": content and chance.choice(["one", None]),
        "feature": chance.choice(["content", "statistics", "search"]),
        "browser": chance.choice(["Chrome", "Firefox"]),
        "referrer_host": chance.choice([None, "m.search.naver.com", "www.google.com", "news.test"]),
        "is_page_view": chance.random() < 0.5,
        "status": chance.choice([200, 200, 304, 404, 500, None]),
        "bytes_sent": chance.choice([None, 0, 1, 5000]),
    }


def as_hit(event: dict) -> Hit:
    """Return an event as the line it would be of."""
    at = event["occurred_at"] + timedelta(hours=9)
    return Hit(
        at=at,
        source="web",
        path=None,
        status=event["status"] or 0,
        sent=event["bytes_sent"],
        evidence=event["bot_evidence"],
        is_view=event["is_page_view"],
        is_file=False,
        visitor=event["visitor_pseudonym"] and (event["visitor_pseudonym"],),
        person=event["person_pseudonym"] and (event["person_pseudonym"],),
        member=event["member_pseudonym"],
        employer=event["member_partner_id"],
        content=event["content_id"],
        partner=event["partner_id"],
        feature=event["feature"],
        device=event["device_class"],
        kind=event["content_type"] or "(none)",
        browser=event["browser"],
        system=event["os"],
        member_type=event["member_type"] or "(none)",
        referrer=event["referrer_host"] or "(none)",
    )


@pytest.mark.slow
@pytest.mark.parametrize("days", [MONTH_END, YEAR_END], ids=["month_end", "year_end"])
def test_the_service_and_its_parts_agree_with_a_plain_reading_of_their_definitions(workshop, event, days):
    events = random_events(event, random.Random(days[0].toordinal()), days)  # noqa: S311 - test data
    workshop.write(events)
    workshop.build(*days)
    hits = [as_hit(event) for event in events]
    for mart, plain in PLAIN.items():
        expected = getattr(plain, mart)(hits)
        assert workshop.rows(f"FROM {mart} ORDER BY ALL") == expected, mart
