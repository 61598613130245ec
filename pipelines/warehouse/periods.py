"""Periods of days, each named by its first day: weeks begin on Monday, months are the calendar's."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import MappingProxyType

DAY = timedelta(days=1)
LOOK_BACK_DAYS = 28
"""A visitor is new in a period without having come in so many days before it: `look_back_days` of the dbt project."""


def first_day_of_week(day: date) -> date:
    """Return the Monday of the week `day` lies in."""
    return day - timedelta(days=day.weekday())


def first_day_of_month(day: date) -> date:
    """Return the first of the month `day` lies in."""
    return day.replace(day=1)


PERIODS: Mapping[str, Callable[[date], date]] = MappingProxyType(
    {"week": first_day_of_week, "month": first_day_of_month}
)
"""Each period longer than a day, by its name in SQL's `date_trunc` and as a mart's column. A further one goes here."""


@dataclass(frozen=True)
class DaysToBuild:
    """The days a build replaces, and all days of the longer periods it replaces, by the period's name; each in order.

    `without_past` gives, by the name of a period or `day`, the first days of those that look back on days whose events are gone.
    """

    days: tuple[date, ...]
    of_periods: Mapping[str, tuple[date, ...]]
    without_past: Mapping[str, tuple[date, ...]] = field(default_factory=dict)

    @property
    def of_visits(self) -> tuple[date, ...]:
        """All of these days, once each: those whose visits are counted."""
        return tuple(sorted(set(self.days).union(*self.of_periods.values())))

    def of(self, period: str) -> tuple[date, ...]:
        """Return the days of `period`, which may be `day`. Raises KeyError for a period that is none."""
        return self.days if period == "day" else self.of_periods[period]

    def variables(self) -> dict[str, list[str]]:
        """Return the days as the dbt project's variables."""
        named = {f"days_of_{period}s": days for period, days in self.of_periods.items()}
        named |= {"days": self.days, "days_of_visits": self.of_visits}
        named |= {f"{period}s_without_past": self.without_past.get(period, ()) for period in ("day", *PERIODS)}
        return {name: [day.isoformat() for day in days] for name, days in named.items()}


def days_to_build(
    days: Iterable[date], *, standing: Collection[date] = frozenset(), gone: Collection[date] = frozenset()
) -> DaysToBuild:
    """Return what rebuilding `days` rebuilds: these days, and the weeks and months they lie in with all their days.

    A period with a day that is `standing` (what it rests on is not all there any more) is left out: from what is left it would
    count fewer people than there were, or more visits, so it stays as it is. Of the days `gone` the events are destroyed: who is
    new in a period that looks back on one of them is not known any more.
    """
    chosen = tuple(sorted(set(days)))
    periods = {period: _whole_periods(first_day, chosen, standing) for period, first_day in PERIODS.items()}
    firsts = {"day": chosen, **{name: _firsts(PERIODS[name], found) for name, found in periods.items()}}
    past = {name: tuple(first for first in found if _looks_back_on(first, gone)) for name, found in firsts.items()}
    return DaysToBuild(chosen, periods, past)


def _firsts(first_day: Callable[[date], date], days: Iterable[date]) -> tuple[date, ...]:
    return tuple(sorted({first_day(day) for day in days}))


def _looks_back_on(first: date, days: Collection[date]) -> bool:
    """Return whether one of `days` lies in the days that a period beginning on `first` looks back on."""
    return any(first - LOOK_BACK_DAYS * DAY <= day < first for day in days)


def _whole_periods(
    first_day: Callable[[date], date], days: Iterable[date], standing: Collection[date]
) -> tuple[date, ...]:
    closed = {first_day(day) for day in standing}
    firsts = sorted({first_day(day) for day in days} - closed)
    return tuple(day for first in firsts for day in _days_from(first, first_day))


def _days_from(first: date, first_day: Callable[[date], date]) -> Iterable[date]:
    day = first
    while first_day(day) == first:
        yield day
        day += DAY
