"""How much a partner's contents are used: a period's figures, and the course of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from dashboard.figures.reading import Figure, Figures
from dashboard.periods import Period

TABLES = {"day": "partner_daily_usage", "week": "partner_weekly_usage", "month": "partner_monthly_usage"}
SUMMED = ("page_views", "visits", "bounces")
"""Measures that add up over days, and so exist for own ranges."""
MEASURES = (
    "unique_visitors", "visits", "page_views", "unique_members", "visiting_people", "new_visitors", "returning_visitors",
    "bounces", "median_visit_seconds", "p90_visit_seconds",
)  # fmt: skip


@dataclass(frozen=True)
class Usage:
    """Figures of one period. `days_left_out`: of a range, how many days' figures are not shown and so not in the sums."""

    values: dict[str, Figure]
    days_left_out: int = 0

    def __getitem__(self, measure: str) -> Figure:
        """Return a measure, None where it is not shown."""
        return self.values.get(measure)

    @property
    def is_shown(self) -> bool:
        """Say whether any figure is shown."""
        return any(value is not None for value in self.values.values())

    def ratio(self, dividend: str, divisor: str) -> float | None:
        """Return a quotient of two measures, None unless both are shown and the divisor is not zero."""
        above, below = self[dividend], self[divisor]
        return above / below if above is not None and below else None


@dataclass(frozen=True)
class Point:
    """Figures of one day, week or month in a course."""

    first: date
    values: dict[str, Figure]


def usage_of(figures: Figures, period: Period) -> Usage:
    """Return the figures of a period; where none is shown, all are None."""
    if period.is_range:
        return _sum_of_days(figures, period)
    return Usage(_shown(figures, period.kind)[1].get(period.first, {}))


def course(figures: Figures, kind: str, first: date, last: date) -> list[Point]:
    """Return the closed days, weeks or months that begin from `first` to `last`, in order; hidden figures are None."""
    measures, shown = _shown(figures, kind)
    nothing: dict[str, Figure] = dict.fromkeys(measures)
    return [Point(day, shown.get(day, nothing)) for day in figures.closed.between(kind, first, last)]


def _shown(figures: Figures, kind: str) -> tuple[Sequence[str], Mapping[date, dict[str, Figure]]]:
    """Return the measures, and what is shown of each period of a kind: all at once, since pages ask for many of them."""
    table = TABLES[kind]
    measures = [name for name in MEASURES if figures.has(table, name)]
    rows = figures.rows(f"SELECT {', '.join([kind, *measures])} FROM {table} WHERE NOT is_suppressed")  # noqa: S608 -- own names
    return measures, {first: dict(zip(measures, values, strict=True)) for first, *values in rows}


def _sum_of_days(figures: Figures, period: Period) -> Usage:
    """Return the sums over the days of a range whose figures are shown."""
    sums = ", ".join(f"sum({name})::BIGINT" for name in SUMMED)
    ((*values, shown),) = figures.rows(
        f"SELECT {sums}, count(page_views) FROM partner_daily_usage "  # noqa: S608
        "WHERE day BETWEEN $first AND $last AND NOT is_suppressed",
        {"first": period.first, "last": period.last},
    )
    return Usage(dict(zip(SUMMED, values, strict=True)), period.days - shown)
