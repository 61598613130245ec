"""Periods: days, weeks and months that closed, and own ranges of closed days; which one a link asks for, and beside which.

What a link asks for is a wish: a period that never closed, or text that is none, becomes the newest one there is, and the page
says so. Counts of distinct people exist for days, weeks and months alone, since they do not add up.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Self

KINDS = ("month", "week", "day")
"""The kinds of period a figure exists for, the one shown first to begin with."""
RANGE = "range"
_DAYS_OF_52_WEEKS = 364
_MONTH_TEXT = len("2026-10")


class Compare(StrEnum):
    """What a period is held against."""

    BEFORE = "before"
    YEAR = "year"
    NONE = "none"


@dataclass(frozen=True)
class Period:
    """A day, week, month or own range, with its first and last day (Asia/Seoul)."""

    kind: str
    first: date
    last: date

    @classmethod
    def of(cls, kind: str, first: date) -> Self:
        """Return the day, week or month that begins with `first`."""
        if kind == "month":
            following = (first.replace(day=1) + timedelta(days=32)).replace(day=1)
            return cls(kind, first, following - timedelta(days=1))
        return cls(kind, first, first + timedelta(days=6 if kind == "week" else 0))

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    @property
    def is_range(self) -> bool:
        """Say whether it is an own range, for which only measures that add up exist."""
        return self.kind == RANGE

    def before(self) -> "Period":
        """Return the period of the same kind that ends where this one begins."""
        if self.kind == "month":
            return Period.of("month", (self.first - timedelta(days=1)).replace(day=1))
        return Period(self.kind, self.first - timedelta(days=self.days), self.first - timedelta(days=1))

    def year_before(self) -> "Period":
        """Return the same month a year before; of days, weeks and ranges the same weekdays 52 weeks before."""
        if self.kind == "month":
            return Period.of("month", self.first.replace(year=self.first.year - 1))
        shift = timedelta(days=_DAYS_OF_52_WEEKS)
        return Period(self.kind, self.first - shift, self.last - shift)

    def parameters(self) -> dict[str, str]:
        """Return what a link says to come back to this period."""
        if self.is_range:
            return {"period": RANGE, "from": self.first.isoformat(), "to": self.last.isoformat()}
        return {"period": self.kind, "at": self.first.isoformat()[: _MONTH_TEXT if self.kind == "month" else None]}


@dataclass(frozen=True)
class Closed:
    """The first days of the periods that closed, by kind, in order."""

    firsts: Mapping[str, Sequence[date]]

    def newest(self) -> Period | None:
        """Return the newest month, else week, else day; None when nothing closed yet."""
        for kind in KINDS:
            if self.firsts.get(kind):
                return Period.of(kind, self.firsts[kind][-1])
        return None

    def newest_of(self, kind: str) -> Period | None:
        """Return the newest period of a kind, None without one."""
        return Period.of(kind, self.firsts[kind][-1]) if self.firsts.get(kind) else None

    def between(self, kind: str, first: date, last: date) -> Sequence[date]:
        """Return the first days of the periods of a kind that begin from `first` to `last`, in order."""
        firsts = self.firsts.get(kind, ())
        return firsts[bisect_left(firsts, first) : bisect_right(firsts, last)]

    def has(self, period: Period) -> bool:
        """Say whether a period closed; a range, if its first and last day did."""
        firsts = self.firsts.get("day" if period.is_range else period.kind, ())
        edges = (period.first, period.last) if period.is_range else (period.first,)
        return all(_is_in(firsts, edge) for edge in edges)

    def is_whole(self, period: Period) -> bool:
        """Say whether a period closed and every day of it did: where figures begin, a month or week may lack its first days."""
        days = self.firsts.get("day", ())
        return self.has(period) and bool(days) and days[0] <= period.first

    def beside(self, period: Period) -> tuple[Period | None, Period | None]:
        """Return the closed period before and the one after, None where there is none; a range has neither."""
        firsts = self.firsts.get(period.kind, ())
        place = bisect_left(firsts, period.first)
        earlier = Period.of(period.kind, firsts[place - 1]) if 0 < place <= len(firsts) else None
        later = Period.of(period.kind, firsts[place + 1]) if place + 1 < len(firsts) else None
        return earlier, later

    def around(self, kind: str, day: date) -> Period | None:
        """Return the period of a kind that holds `day` if it closed, else the newest of the kind."""
        start = {"month": day.replace(day=1), "week": day - timedelta(days=day.weekday())}.get(kind, day)
        wished = Period.of(kind, start)
        return wished if self.has(wished) else self.newest_of(kind)


@dataclass(frozen=True)
class Choice:
    """What a page shows: the period, what it is compared with, and whether the link asked for something that is not there."""

    period: Period
    compare: Compare
    is_other: bool

    def compared(self) -> Period | None:
        """Return the period it is held against, None for nothing."""
        if self.compare is Compare.NONE:
            return None
        return self.period.before() if self.compare is Compare.BEFORE else self.period.year_before()


def choose(parameters: Mapping[str, str], closed: Closed, longest_range_days: int) -> Choice | None:
    """Return what the parameters of a link ask for, or the newest period; None when nothing closed yet."""
    newest = closed.newest()
    if newest is None:
        return None
    texts = [text for text in Compare if text == parameters.get("compare")]
    compare = texts[0] if texts else Compare.BEFORE
    if not any(parameters.get(name) for name in ("period", "at", "from", "to")):
        return Choice(newest, compare, is_other=False)
    wished = _wished(parameters, closed)
    if wished is None or not closed.has(wished) or wished.days > longest_range_days:
        kind = parameters.get("period", "")
        return Choice(closed.newest_of(kind) or newest, compare, is_other=True)
    return Choice(wished, compare, is_other=False)


def _wished(parameters: Mapping[str, str], closed: Closed) -> Period | None:
    kind, at = parameters.get("period", ""), parameters.get("at", "")
    if kind == RANGE:
        first, last = _day(parameters.get("from", "")), _day(parameters.get("to", ""))
        return Period(RANGE, first, last) if first and last and first <= last else None
    if kind not in KINDS:
        return None
    if not at:
        return closed.newest_of(kind)
    day = _day(f"{at}-01" if kind == "month" and len(at) == _MONTH_TEXT else at)
    if day is None:
        return None
    if kind == "week":
        day -= timedelta(days=day.weekday())
    return Period.of(kind, day.replace(day=1) if kind == "month" else day)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == len("2026-10-01") and text.isascii() else None
    except ValueError:
        return None


def _is_in(firsts: Sequence[date], day: date) -> bool:
    place = bisect_left(firsts, day)
    return place < len(firsts) and firsts[place] == day
