"""Who comes how often and when: visits a person makes in a month, and a month's visits by weekday and hour."""

from dataclasses import dataclass
from datetime import date

from dashboard.figures.reading import Figure, Figures

HOURS, WEEKDAYS = range(24), range(1, 8)
"""Weekdays as ISO 8601 numbers them: Monday is 1."""


@dataclass(frozen=True)
class Band:
    """How many people are in a band: of visits they made in the month, or of seconds their longest one took."""

    band: str
    people: Figure


@dataclass(frozen=True)
class Rhythm:
    """Visits of a month by (weekday, hour); what is not shown is not in it."""

    visits: dict[tuple[int, int], int]

    def busiest(self) -> tuple[int, int] | None:
        """Return the weekday and hour with the most visits, None when none is shown; of equals the earliest."""
        return max(sorted(self.visits), key=lambda at: self.visits[at], default=None)


def frequency(figures: Figures, month: date) -> list[Band]:
    """Return the bands of visits per person in a month, from few to many."""
    return _bands(figures, "partner_visit_frequency_monthly", month)


def lengths(figures: Figures, month: date) -> list[Band]:
    """Return the bands of seconds of each person's longest visit in a month, from short to long."""
    return _bands(figures, "partner_visit_length_monthly", month)


def _bands(figures: Figures, table: str, month: date) -> list[Band]:
    if not figures.has(table):
        return []
    rows = figures.rows(
        f"SELECT band, if(is_suppressed, NULL, people) FROM {table} WHERE month = $month",  # noqa: S608 -- own names
        {"month": month},
    )
    return sorted((Band(*row) for row in rows), key=lambda found: _least(found.band))


def _least(band: str) -> int:
    """Return what a band begins with: `2-3` is 2, `30+` is 30."""
    digits = band.split("-", maxsplit=1)[0].rstrip("+")
    return int(digits) if digits.isdecimal() else 0


def rhythm(figures: Figures, month: date) -> Rhythm:
    """Return a month's visits by weekday and hour, as far as they are shown."""
    rows = figures.rows(
        "SELECT weekday, hour, visits FROM partner_hourly_visits "
        "WHERE month = $month AND NOT is_suppressed AND visits IS NOT NULL",
        {"month": month},
    )
    return Rhythm({(int(weekday), int(hour)): visits for weekday, hour, visits in rows})


def staff(figures: Figures, month: date) -> dict[str, Figure]:
    """Return how the partner's own members used Partner Center in a month; empty when nothing is shown."""
    names = ("active_members", "visits", "page_views")
    rows = figures.rows(
        f"SELECT {', '.join(names)} FROM partner_staff_monthly_usage WHERE month = $month AND NOT is_suppressed",  # noqa: S608
        {"month": month},
    )
    return dict(zip(names, rows[0], strict=True)) if rows else {}
