"""Time is passed in: the clocks, the Asia/Seoul day, and how an instant is read from text."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from pipelines.errors import UsageError

SEOUL = ZoneInfo("Asia/Seoul")


class Clock(Protocol):
    """Says what time it is."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        ...


@dataclass(frozen=True)
class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the machine's instant in UTC."""
        return datetime.now(UTC)


@dataclass(frozen=True)
class FixedClock:
    """A clock that stands still, for rehearsals, archives and tests."""

    instant: datetime

    def now(self) -> datetime:
        """Return the fixed instant in UTC."""
        return self.instant.astimezone(UTC)


def seoul_day(instant: datetime) -> date:
    """Return the Asia/Seoul calendar day of an aware `instant`."""
    return instant.astimezone(SEOUL).date()


def parse_instant(text: str) -> datetime:
    """Read an ISO 8601 instant with its offset, as UTC. Raises UsageError for anything else, a missing offset included."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as cause:
        raise UsageError(f"not an instant: {text!r}; expected ISO 8601 with an offset") from cause
    if instant.tzinfo is None:
        raise UsageError(f"no offset in {text!r}; expected for example 2015-05-21T12:00:00+09:00")
    return instant.astimezone(UTC)


def parse_day(text: str) -> date:
    """Read a calendar day, `YYYY-MM-DD`. Raises UsageError for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError as cause:
        raise UsageError(f"not a day: {text!r}; expected YYYY-MM-DD") from cause
