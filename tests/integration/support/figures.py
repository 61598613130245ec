"""Every figure of every mart beside what a plain recomputation of the delivered files gives."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from support import plain_breakdowns, plain_linked, plain_marts, plain_service, plain_service_breakdowns
from support.plain_lines import PlainHouse
from support.plain_marts import Rows
from support.plain_people import PlainPeople
from support.quick import warehouse_rows

from pipelines.steps.workspace import Workspace

LARGEST = "largest_page_views, second_page_views"
USAGE = (
    "page_views, visits, unique_members, unique_visitors, median_visit_seconds, bounces, contributing_people, "
    f"p90_visit_seconds, new_visitors, returning_visitors, visiting_people, bouncing_people, {LARGEST}, "
    "new_people, returning_people, staying_people, client_errors, server_errors, largest_visits, second_visits"
)
PARTS = "page_views, visits, unique_members, unique_visitors, contributing_people"
BREAKDOWN = f"{PARTS}, {LARGEST}"
PERIODS = {"daily": "day", "weekly": "week", "monthly": "month"}
BREAKDOWNS = {f"partner_breakdown_{long}": one for long, one in PERIODS.items()}
OF_VISITS = "median_visit_seconds, p90_visit_seconds, bounces, new_visitors, returning_visitors"
SERVICE = (
    "requests, page_views, bot_requests, visits, unique_members, unique_visitors, bytes_sent, client_errors, server_errors, "
    f"contributing_people, {OF_VISITS}"
)
BY_TYPE = (
    "requests, page_views, visits, unique_members, unique_visitors, client_errors, server_errors, contributing_people, "
    f"{OF_VISITS}"
)
PEOPLE = "unique_members, contributing_people"


class Mart(NamedTuple):
    """A mart's key and its figures, as columns; and what recomputes both from a plain reading."""

    key: str
    figures: str
    plain: Callable[["Deliveries"], Rows]


class Deliveries(NamedTuple):
    """What was delivered to a home so far, plainly read: logs and records."""

    house: PlainHouse
    linked: list[Path]


def _of_hits(name: str) -> Callable[[Deliveries], Rows]:
    return lambda delivered: getattr(plain_marts, name)(delivered.house.hits)


def _mart(name: str, key: str, figures: str) -> tuple[str, Mart]:
    return name, Mart(key, figures, _of_hits(name))


def _breakdowns() -> list[tuple[str, Mart]]:
    made = {name: getattr(plain_breakdowns, name) for name in BREAKDOWNS}
    return [
        (
            name,
            Mart(f"partner_id, dimension, value, {period}", BREAKDOWN, lambda d, plain=made[name]: plain(d.house.hits)),
        )
        for name, period in BREAKDOWNS.items()
    ]


def _service() -> list[tuple[str, Mart]]:
    keys = {f"service_{long}_usage": (one, SERVICE) for long, one in PERIODS.items()}
    keys |= {f"service_member_type_{long}": (f"member_type, {one}", BY_TYPE) for long, one in PERIODS.items()}
    plain = {name: getattr(plain_service, name) for name in keys}
    parts = {
        f"service_breakdown_{long}": (f"member_type, dimension, value, {one}", PARTS) for long, one in PERIODS.items()
    }
    plain |= {name: getattr(plain_service_breakdowns, name) for name in parts}
    return [
        (name, Mart(*columns, lambda d, plain=plain[name]: plain(d.house.hits)))
        for name, columns in (keys | parts).items()
    ]


def _linked() -> list[tuple[str, Mart]]:
    names = {f"partner_linked_{long}": f"partner_id, service, event, {one}" for long, one in PERIODS.items()}
    plain = {name: getattr(plain_linked, name) for name in names}
    return [
        (
            name,
            Mart(
                key,
                f"events, {PEOPLE}, largest_events, second_events",
                lambda d, plain=plain[name]: plain(d.house.people, d.linked),
            ),
        )
        for name, key in names.items()
    ]


MARTS = dict(
    [
        *_service(),
        *_linked(),
        _mart("service_daily_status", "day, status", "requests, bytes_sent, contributing_people"),
        _mart("service_daily_bots", "day, evidence", "requests, bot_page_views, distinct_robots, bytes_sent"),
        _mart("partner_daily_usage", "partner_id, day", USAGE),
        _mart("partner_weekly_usage", "partner_id, week", USAGE),
        _mart("partner_monthly_usage", "partner_id, month", USAGE),
        _mart("partner_hourly_visits", "partner_id, month, weekday, hour", "visits, contributing_people"),
        _mart("partner_weekday_visits", "partner_id, month, weekday", "visits, contributing_people"),
        *_breakdowns(),
        _mart("partner_visit_frequency_monthly", "partner_id, month, band", "people, contributing_people"),
        _mart("partner_visit_length_monthly", "partner_id, month, band", "people, contributing_people"),
        _mart("partner_content_daily", "partner_id, content_id, day", f"page_views, {PEOPLE}, {LARGEST}"),
        _mart("partner_feature_daily", "partner_id, feature, day", BREAKDOWN),
        _mart("partner_device_daily", "partner_id, device, day", BREAKDOWN),
        _mart("partner_referrer_daily", "partner_id, referrer, day", BREAKDOWN),
        _mart(
            "partner_staff_monthly_usage",
            "partner_id, month",
            f"active_members, visits, page_views, contributing_people, {LARGEST}",
        ),
    ],
)


def plainly_read(landing: Path, people: PlainPeople, policy: Path) -> Deliveries:
    """Read what lies in a landing folder."""
    house = PlainHouse(people, policy)
    for log in sorted((landing / "access" / "demo-web").iterdir()):
        house.read(log)
    return Deliveries(house, sorted((landing / "linked").iterdir()))


def published(workspace: Workspace, mart: str) -> Rows:
    """Return the rows of a mart by its key."""
    columns = f"{MARTS[mart].key}, {MARTS[mart].figures}"
    return warehouse_rows(workspace, f"SELECT {columns} FROM {mart} ORDER BY ALL")  # noqa: S608


def marts_of(workspace: Workspace) -> set[str]:
    """Return the marts that are in the warehouse."""
    names = "SELECT table_name FROM information_schema.tables WHERE regexp_matches(table_name, '^(service|partner)_')"
    return {name for (name,) in warehouse_rows(workspace, names)}


def figures_in(mart: str, rows: Rows) -> int:
    """Return how many figures the rows of a mart hold, their keys apart."""
    return len(rows) * len(MARTS[mart].figures.split(", "))
