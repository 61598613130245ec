"""Which days, weeks and months are closed at an instant and were not published yet. Pure: days in, periods out."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from pipelines.clock import SEOUL, seoul_day
from pipelines.policy.publication import Publication
from pipelines.warehouse.periods import DAY, PERIODS

KINDS = ("day", *PERIODS)
"""Every kind of period, its parts before it."""


@dataclass(frozen=True)
class Closed:
    """Periods by kind, each named by its first day, in order; `waiting` are closed days without any statistics yet."""

    periods: Mapping[str, tuple[date, ...]] = field(default_factory=dict)
    waiting: tuple[date, ...] = ()

    def of(self, kind: str) -> tuple[date, ...]:
        """Return the periods of one kind."""
        return self.periods.get(kind, ())

    def __bool__(self) -> bool:
        """Whether there is any period."""
        return any(self.periods.values())


def days_of(kind: str, first: date) -> list[date]:
    """Return the days of the period of a kind that begins with `first`."""
    if kind == "day":
        return [first]
    days = [first]
    while PERIODS[kind](days[-1] + DAY) == first:
        days.append(days[-1] + DAY)
    return days


def first_of(kind: str, day: date) -> date:
    """Return the first day of the period of a kind that `day` lies in."""
    return day if kind == "day" else PERIODS[kind](day)


def closes_at(kind: str, first: date, publication: Publication) -> datetime:
    """Return the instant from which a period is closed: an Asia/Seoul midnight, the policy's days after the period's end."""
    after = getattr(publication.closes_after_days, kind)
    return datetime.combine(days_of(kind, first)[-1] + DAY * (1 + after), time(), SEOUL)


def newly_closed(
    built: Collection[date], published: Mapping[str, Collection[date]], publication: Publication, now: datetime
) -> Closed:
    """Return what is to be published at `now`: closed, and not `published` yet.

    `built` are the days that have statistics. A day without any is waited for, and closes as an empty one after the policy's
    `waits_days`; meanwhile the week and the month it lies in wait too. What lies before the first day ever is none of them.
    """
    known = {*built, *published.get("day", ())}
    if not known:
        return Closed()
    first, last = min(known), seoul_day(now)
    days, waiting = _days(set(built), set(published.get("day", ())), publication, (first, last, now))
    settled = {*published.get("day", ()), *days}
    periods = {"day": tuple(days)}
    for kind in PERIODS:
        done = set(published.get(kind, ()))
        periods[kind] = tuple(
            start
            for start in _starts(kind, first, last)
            if start not in done and closes_at(kind, start, publication) <= now and _whole(kind, start, first, settled)
        )
    return Closed(periods, tuple(waiting))


def _days(
    built: set[date], published: set[date], publication: Publication, span: tuple[date, date, datetime]
) -> tuple[list[date], list[date]]:
    first, last, now = span
    taken: list[date] = []
    waiting: list[date] = []
    for day in _starts("day", first, last):
        closes = closes_at("day", day, publication)
        if day in published or closes > now:
            continue
        is_given_up = closes + timedelta(days=publication.waits_days) <= now
        (taken if day in built or is_given_up else waiting).append(day)
    return taken, waiting


def _whole(kind: str, start: date, first: date, settled: set[date]) -> bool:
    return all(day in settled for day in days_of(kind, start) if day >= first)


def _starts(kind: str, first: date, last: date) -> Iterator[date]:
    start = first_of(kind, first)
    while start <= last:
        yield start
        start = days_of(kind, start)[-1] + DAY
