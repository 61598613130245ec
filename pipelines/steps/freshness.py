"""How fresh a home is: whether the day that is due has events, and whether the warehouse was built from them."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from pipelines.clock import SEOUL
from pipelines.steps.status import status_of
from pipelines.steps.workspace import OpenHome

DUE_BY = time(6)
"""Asia/Seoul: by then yesterday is there."""


@dataclass(frozen=True)
class Freshness:
    """What there is of the day that is due: its events, and whether the marts rest on them as they are."""

    day: date
    events: int
    is_built: bool

    @property
    def has_events(self) -> bool:
        """Whether anything was delivered and derived for the day; a night without deliveries leaves an empty partition."""
        return self.events > 0


def due_day(now: datetime) -> date:
    """Return the latest day that has to be there at `now`: yesterday from DUE_BY on, before that the day before it."""
    local = now.astimezone(SEOUL)
    return local.date() - timedelta(days=1 if local.time() >= DUE_BY else 2)


def freshness_of(opened: OpenHome) -> Freshness:
    """Look at the day that is due by the home's clock. Raises DamagedError for a warehouse that cannot be read."""
    day = due_day(opened.clock.now())
    known = next((known for known in status_of(opened)["days"] if known["day"] == day), None)
    return Freshness(day, known["events"] if known else 0, known is not None and known["is_in_warehouse"])
