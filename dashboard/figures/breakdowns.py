"""What page views are made of: contents, features, devices, referrers and whatever else a release tells of.

Weeks and months have rows of their own, a day those of the dimension's table; an own range is the sum of its days.
"""

from dataclasses import dataclass
from datetime import date

from dashboard.answers import Rows
from dashboard.figures.reading import Figure, Figures
from dashboard.periods import Period

OWN_TABLES = {
    "content": ("partner_content_daily", "content_id"),
    "feature": ("partner_feature_daily", "feature"),
    "device": ("partner_device_daily", "device"),
    "referrer": ("partner_referrer_daily", "referrer"),
}
"""Dimensions whose days have a table and a column of their own; the days of the others are in `DAYS`."""
DAYS, WEEKS, MONTHS = "partner_breakdown_daily", "partner_breakdown_weekly", "partner_breakdown_monthly"
LONGER = {"week": WEEKS, "month": MONTHS}
NOTHING = "(none)"


@dataclass(frozen=True)
class Part:
    """One value of a dimension in a period. `days_left_out`: of a range, on how many days its figure is not shown."""

    value: str
    page_views: Figure
    days_left_out: int = 0


@dataclass(frozen=True)
class Day:
    """One value's figures on a day."""

    day: date
    page_views: Figure
    unique_members: Figure


def dimensions(figures: Figures, period: Period) -> list[str]:
    """Return every dimension that is told of for such a period, in order of name: of all of which a value was ever shown."""
    if period.kind in LONGER:
        found = {dimension for dimension, _value, _views in _rows_of(figures, period)}
    else:
        rows = figures.rows(f"SELECT DISTINCT dimension FROM {DAYS}") if figures.has(DAYS) else []  # noqa: S608 -- own name
        found = {name for (name,) in rows}
    own = {name for name, (table, _column) in OWN_TABLES.items() if figures.has(table)}
    return sorted(found | own)


def breakdown(figures: Figures, dimension: str, period: Period) -> list[Part]:
    """Return the values of a dimension in a period: shown ones by page views, then those not shown, by name."""
    read = _of_longer if period.kind in LONGER else _of_days
    rows = read(figures, dimension, period)
    parts = [Part(value, views, left_out if views is not None else 0) for value, views, left_out in rows]
    return sorted(parts, key=lambda part: (part.page_views is None, -(part.page_views or 0), part.value))


def days_of(figures: Figures, dimension: str, value: str, first: date, last: date) -> list[Day]:
    """Return the closed days of one value from `first` to `last`; hidden figures are None. Empty for a value never shown."""
    table, column, only = _days_of(dimension)
    if not figures.has(table):
        return []
    rows = figures.rows(
        f"SELECT day, if(is_suppressed, NULL, page_views), if(is_suppressed, NULL, unique_members) FROM {table} "  # noqa: S608
        f"WHERE {only} AND {column} = $value AND day BETWEEN $first AND $last ORDER BY day",
        {"dimension": dimension, "value": value, "first": first, "last": last},
    )
    return [Day(*row) for row in rows]


def is_known(figures: Figures, dimension: str, value: str) -> bool:
    """Say whether a value of a dimension was ever shown to the partner."""
    table, column, only = _days_of(dimension)
    given = {"dimension": dimension, "value": value}
    tables = [(table, column, only)] if figures.has(table) else []
    tables += [(other, "value", "dimension = $dimension") for other in (WEEKS, MONTHS) if figures.has(other)]
    return any(
        figures.rows(f"SELECT 1 FROM {name} WHERE {where} AND {of} = $value LIMIT 1", given)  # noqa: S608
        for name, of, where in tables
    )


def _of_longer(figures: Figures, dimension: str, period: Period) -> list[tuple[str, int | None, int]]:
    return [(value, views, 0) for found, value, views in _rows_of(figures, period) if found == dimension]


def _rows_of(figures: Figures, period: Period) -> Rows:
    """Return dimension, value and page views of a week or month, of all dimensions: a statement costs more than its rows."""
    table = LONGER[period.kind]
    if not figures.has(table):
        return []
    return figures.rows(
        f"SELECT dimension, value, if(is_suppressed, NULL, page_views) FROM {table} WHERE {period.kind} = $first",  # noqa: S608
        {"first": period.first},
    )


def _of_days(figures: Figures, dimension: str, period: Period) -> list[tuple[str, int | None, int]]:
    table, column, only = _days_of(dimension)
    if not figures.has(table):
        return []
    return [
        (str(value), views, left_out)
        for value, views, left_out in figures.rows(
            f"SELECT {column}, sum(page_views) FILTER (NOT is_suppressed)::BIGINT, "  # noqa: S608
            "count(*) - count(page_views) FILTER (NOT is_suppressed) "
            f"FROM {table} WHERE {only} AND day BETWEEN $first AND $last GROUP BY ALL",
            {"dimension": dimension, "first": period.first, "last": period.last},
        )
    ]


def _days_of(dimension: str) -> tuple[str, str, str]:
    """Return the table of a dimension's days, its column of values, and the condition for its rows."""
    if dimension in OWN_TABLES:
        table, column = OWN_TABLES[dimension]
        return table, column, "$dimension IS NOT NULL"
    return DAYS, "value", "dimension = $dimension"
