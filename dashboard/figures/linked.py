"""Events of the linked services: what was sent, opened and answered, by members who had linked them."""

from dataclasses import dataclass

from dashboard.figures.reading import Figure, Figures
from dashboard.periods import Period

TABLES = {"day": "partner_linked_daily", "week": "partner_linked_weekly", "month": "partner_linked_monthly"}


@dataclass(frozen=True)
class Linked:
    """One kind of event of one service; members are None for own ranges, since distinct counts do not add up."""

    service: str
    event: str
    events: Figure
    unique_members: Figure


def linked(figures: Figures, period: Period) -> list[Linked]:
    """Return the events of a period by service and kind; what is not shown is None."""
    if period.is_range:
        rows = figures.rows(
            "SELECT service, event, sum(events) FILTER (NOT is_suppressed)::BIGINT, NULL FROM partner_linked_daily "
            "WHERE day BETWEEN $first AND $last GROUP BY ALL ORDER BY ALL",
            {"first": period.first, "last": period.last},
        )
    else:
        table = TABLES[period.kind]
        rows = figures.rows(
            "SELECT service, event, if(is_suppressed, NULL, events), if(is_suppressed, NULL, unique_members) "  # noqa: S608
            f"FROM {table} WHERE {period.kind} = $first ORDER BY ALL",
            {"first": period.first},
        )
    return [Linked(*row) for row in rows]
