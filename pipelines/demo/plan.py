"""What sample input is asked for, and what was written: the truth that imports and statistics can be compared with."""

from dataclasses import dataclass
from datetime import date, timedelta

from pipelines.errors import UsageError

LIMITS = {
    "days": (1, 366),
    "requests_per_day": (100, 5_000_000),
    "partners": (3, 50_000),
    "members": (10, 1_000_000),
    "seed": (0, 2**63 - 1),
}
"""Lowest and highest value of each number of a plan, both allowed."""

# Requests of each weekday over their average, Monday first; they sum to 7, so that a week has the requests asked for.
WEEKDAY_FACTORS = (1.06, 1.04, 1.03, 1.02, 1.08, 0.91, 0.86)


@dataclass(frozen=True)
class DemoPlan:
    """Sample input for the `days` Asia/Seoul days that end with `to` (included).

    `requests_per_day` is the average over a week. With `flaws`, there is also what the policy forbids and a check flags with a
    warning: cookies besides the member's, two in one request, one used after its end or issued to outlast the session, members
    under age or without consent. A day's files depend on the day and on everything but `days` and `to`; the registry is that of
    the day `to`. Raises UsageError for a number outside LIMITS.
    """

    to: date
    days: int = 14
    requests_per_day: int = 20_000
    partners: int = 12
    members: int = 400
    seed: int = 20140616
    flaws: bool = True

    def __post_init__(self) -> None:
        """Refuse what cannot be made."""
        for name, (lowest, highest) in LIMITS.items():
            if not lowest <= getattr(self, name) <= highest:
                raise UsageError(f"{name.replace('_', ' ')}: expected {lowest} to {highest}")

    @property
    def dates(self) -> list[date]:
        """The days, first to last."""
        return [self.to - timedelta(days=back) for back in range(self.days - 1, -1, -1)]

    def lines_on(self, day: date) -> int:
        """Number of lines in the log file of `day`, broken ones included."""
        return round(self.requests_per_day * WEEKDAY_FACTORS[day.weekday()])


@dataclass(frozen=True)
class DayTruth:
    """What the logs hold of one Asia/Seoul day, counted while they were made.

    `lines` = `readable_lines` + `broken_lines`. A readable line belongs to the day of its time, a broken one to the
    day of the readable line before it in its file, else to its file's day. `monitor_lines` are readable lines that
    the filters of the source take out. `bot_lines` are readable, no monitor's, and of a crawler's user agent.
    """

    lines: int = 0
    readable_lines: int = 0
    broken_lines: int = 0
    monitor_lines: int = 0
    bot_lines: int = 0

    def plus(self, other: "DayTruth") -> "DayTruth":
        """Add count by count."""
        return DayTruth(**{name: count + other.__dict__[name] for name, count in self.__dict__.items()})


@dataclass(frozen=True)
class FileTruth:
    """One log file: its name below the landing folder, lines, broken lines among them, and size on disk in bytes."""

    name: str
    lines: int
    broken_lines: int
    bytes: int


@dataclass(frozen=True)
class DemoReport:
    """What was written: `logs` file by file, `days` by Asia/Seoul day (one more than asked for, see `writing`).

    `files` and `bytes` count registry and record files too; `lines` and `broken_lines` only logs.
    """

    files: int
    lines: int
    bytes: int
    broken_lines: int
    logs: tuple[FileTruth, ...]
    days: dict[date, DayTruth]
