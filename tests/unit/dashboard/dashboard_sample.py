"""A shelf of releases for the tests of the dashboard: partners' files as a release writes them, figures made by a formula.

`p-001` has a year of figures in which something is hidden here and there, `p-002` nothing but hidden ones, `p-003` contents that
bear names which programs stumble over. The days end with 2026-10-31; October 2026 is the newest month.
"""

import json
import math
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from dashboard.viewer import Language, Role, Viewer
from pipelines.policy import Policy, load_policy
from pipelines.releases.files import About, News, TableLayout, Writer, layouts

REPOSITORY = Path(__file__).resolve().parents[3]
FIRST, LAST = date(2025, 10, 1), date(2026, 10, 31)
RELEASE, NEXT_RELEASE = "2026-11-03-0001", "2026-11-04-0002"
FILES = {"p-001": "a" * 32, "p-002": "b" * 32, "p-003": "c" * 32}
"""The name of each partner's file."""
HIDDEN_DAYS = (date(2026, 10, 5), date(2026, 10, 6))
HOSTILE = ("=1+1", "<script>alert(1)</script>", "a/b?c#d%", "\u202eabc", "100% {{ 7 }}", "x" * 120)
CONTENTS = tuple(f"song-{number:03d}" for number in range(1, 61))
DAILY = 8
"""How many contents have figures by day."""
DEVICES = {"mobile": 0.62, "desktop": 0.29, "tablet": 0.07, "other": 0.02}
FEATURES = {"content": 0.7, "catalogue": 0.15, "search": 0.1, "statistics": 0.05}
REFERRERS = {"search.example": 0.4, "(none)": 0.3, "music.example": 0.2, "news.example": 0.1}
SYSTEMS = {
    "mobile / Android": 0.32, "mobile / iOS": 0.3, "desktop / Windows": 0.29, "tablet / Android": 0.07, "other / Other": 0.02,
}  # fmt: skip
BANDS = {"1": 0.5, "2-3": 0.25, "4-9": 0.15, "10-29": 0.08, "30+": 0.02}
LENGTHS = {"0-9": 0.3, "60-179": 0.5, "1800+": 0.2}
EVENTS = {"sent": 1.0, "reached": 0.9, "opened": 0.4, "reacted": 0.1}


def reader_of(partner: str | None = "p-001", *, role: Role = Role.PARTNER_READER, language: Language = "ko") -> Viewer:
    """Return who reads the figures of a partner of the sample."""
    return Viewer("reader-1", role, partner, FILES.get(partner or ""), language, "csrf-of-a-test")


@cache
def policy() -> Policy:
    """Return the policy in force, whose tables the files have."""
    return load_policy(REPOSITORY / "policy", LAST)


def write_release(
    home: Path, release: str = RELEASE, first: date = FIRST, partners: Collection[str] = tuple(FILES), times: int = 1
) -> Path:
    """Write a release of `partners` below `home`, of the days from `first`, and make it the current one; return its folder.

    `times`: by how much all figures are multiplied, so that a release can be told from another.
    """
    folder = home / "published" / release
    folder.mkdir(parents=True)
    periods = _periods(first)
    about = About(release, datetime(2026, 11, 3, 2, tzinfo=UTC), policy().version)
    for partner in partners:
        found = (
            {layout.name: _rows(layout, partner, periods, times) for layout in layouts(policy())}
            if partner != "p-002"
            else {}
        )
        shown = {table: pa.Table.from_pylist(rows) for table, rows in found.items() if rows}
        writer = Writer(layouts(policy()), News(periods, shown, {}), about)
        try:
            writer.write(partner, folder / f"{FILES[partner]}.duckdb", None, periods)
        finally:
            writer.close()
    (folder / "manifest.json").write_text(json.dumps({"published_at": "2026-11-03T11:00:00+09:00"}), "utf-8")
    (home / "published" / "current").write_text(f"{release}\n", "utf-8")
    return folder


def visits_on(day: date) -> int:
    """Return the visits of `p-001` on a day: a wave through the week over a slow rise."""
    grown = 1 + (day - FIRST).days / 700
    return round(grown * (180 + 60 * math.sin(2 * math.pi * day.weekday() / 7)) + (day.day * 37) % 23)


def visits_in(first: date, last: date) -> int:
    """Return the visits of the days from `first` to `last`, hidden ones included."""
    return sum(visits_on(first + timedelta(days=past)) for past in range((last - first).days + 1))


def _periods(first: date) -> Mapping[str, list[date]]:
    days = [first + timedelta(days=past) for past in range((LAST - first).days + 1)]
    weeks = [day for day in days if day.weekday() == 0 and day + timedelta(days=6) <= LAST]
    return {"day": days, "week": weeks, "month": [day for day in days if day.day == 1]}


def _last_of(kind: str, first: date) -> date:
    if kind == "month":
        return (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    return first + timedelta(days=6 if kind == "week" else 0)


def _rows(layout: TableLayout, partner: str, periods: Mapping[str, list[date]], times: int) -> list[dict[str, Any]]:
    """Return the shown rows of a table: nothing of hidden days, and of tables it does not know nothing."""
    return [
        {"partner": partner, "period": first, **values, **dict.fromkeys(missing)}
        for first in periods[layout.period]
        if first not in HIDDEN_DAYS or layout.period != "day"
        for values in _values(layout, partner, times * visits_in(first, _last_of(layout.period, first)))
        for missing in [[name for name in (*layout.dimensions, *layout.measures) if name not in values]]
    ]


def _values(layout: TableLayout, partner: str, visits: int) -> Iterator[dict[str, Any]]:
    if layout.name in {"partner_daily_usage", "partner_weekly_usage", "partner_monthly_usage"}:
        yield _usage(visits)
    elif layout.name == "partner_content_daily":
        yield from (
            {"content_id": name, **_seen(views)} for name, views in list(_contents(partner, visits * 3))[:DAILY]
        )
    elif layout.name.startswith("partner_breakdown_"):
        yield from _breakdowns(layout, partner, visits * 3)
    elif layout.name in {"partner_weekday_visits", "partner_hourly_visits"}:
        yield from _rhythm(layout, visits)
    elif layout.name == "partner_visit_frequency_monthly":
        yield from (
            {"band": band, "people": round(visits * 0.4 * share)} for band, share in BANDS.items() if band != "30+"
        )
    elif layout.name == "partner_visit_length_monthly":
        yield from ({"band": band, "people": round(visits * 0.4 * share)} for band, share in LENGTHS.items())
    elif layout.name.startswith("partner_linked_"):
        yield from (
            {
                "service": service,
                "event": event,
                "events": round(visits * share),
                "unique_members": round(visits * share / 2),
            }
            for service in ("melon", "aztalk")
            for event, share in EVENTS.items()
        )
    else:
        yield from _other(layout, visits)


def _other(layout: TableLayout, visits: int) -> Iterator[dict[str, Any]]:
    own = {"partner_feature_daily": FEATURES, "partner_device_daily": DEVICES, "partner_referrer_daily": REFERRERS}
    if layout.name in own:
        (dimension,) = layout.dimensions
        yield from ({dimension: value, **_seen(round(visits * 3 * share))} for value, share in own[layout.name].items())
    elif layout.name == "partner_staff_monthly_usage":
        yield {"active_members": 14, "visits": 160, "page_views": 900}


def _usage(visits: int) -> dict[str, Any]:
    return {
        "visits": visits,
        "page_views": visits * 3,
        "unique_visitors": round(visits * 0.6),
        "unique_members": round(visits * 0.2),
        "contributing_people": round(visits * 0.5),
        "visiting_people": round(visits * 0.5),
        "new_visitors": round(visits * 0.25),
        "returning_visitors": round(visits * 0.6) - round(visits * 0.25),
        "bounces": round(visits * 0.3),
        "median_visit_seconds": 142.0,
        "p90_visit_seconds": 1105.5,
    }


def _seen(views: int) -> dict[str, Any]:
    return {"page_views": views, "unique_members": views // 5, "contributing_people": views // 3}


def _contents(partner: str, views: int) -> Iterator[tuple[str, int]]:
    names = HOSTILE if partner == "p-003" else CONTENTS
    whole = sum(1 / place for place in range(1, len(names) + 1))
    yield from ((name, round(views / place / whole)) for place, name in enumerate(names, 1))


def _breakdowns(layout: TableLayout, partner: str, views: int) -> Iterator[dict[str, Any]]:
    shared = {"device_os": SYSTEMS}
    if layout.period != "day":
        shared |= {"device": DEVICES, "feature": FEATURES, "referrer": REFERRERS}
        yield from (
            {"dimension": "content", "value": name, "page_views": seen} for name, seen in _contents(partner, views)
        )
    for dimension, values in shared.items():
        yield from (
            {"dimension": dimension, "value": value, "page_views": round(views * share)}
            for value, share in values.items()
        )


def _rhythm(layout: TableLayout, visits: int) -> Iterator[dict[str, Any]]:
    """Yield a month's visits by weekday, by hour too where the table has hours; of those before dawn none are shown."""
    for weekday in range(1, 8):
        hours = {hour: round(visits * _of_hour(weekday, hour) / 300) for hour in range(24) if hour not in {3, 4, 5}}
        if "hour" in layout.dimensions:
            yield from ({"weekday": weekday, "hour": hour, "visits": count} for hour, count in hours.items())
        else:
            yield {"weekday": weekday, "visits": sum(hours.values())}


def _of_hour(weekday: int, hour: int) -> float:
    """Return how busy an hour is: evenings are, Fridays at 20 most."""
    return 1.2 + math.cos(2 * math.pi * (hour - 20) / 24) + (0.5 if weekday == 5 and hour == 20 else 0)
