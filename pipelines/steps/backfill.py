"""Deriving days again: which of the days asked for are to be derived, and which cannot be."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from pipelines.errors import UsageError
from pipelines.steps.events import stale_days
from pipelines.steps.records import import_records
from pipelines.steps.workspace import OpenHome, Workspace
from pipelines.storage.atomic import remove

MOST_DAYS = 31
"""Days of one call, unless all are asked for."""


@dataclass(frozen=True)
class Backfill:
    """What is to be done about the days asked for, each of which is in one of these."""

    to_derive: tuple[date, ...]
    up_to_date: tuple[date, ...]
    never_delivered: tuple[date, ...]


@dataclass(frozen=True)
class Lines:
    """Days by what there is of their lines: delivered once, and of these gone since."""

    delivered: frozenset[date]
    gone: frozenset[date]


def plan_backfill(workspace: Workspace, first: date, last: date, *, is_forced: bool, is_all: bool) -> Backfill:
    """Decide about the days from `first` to `last`. Raises UsageError as `days_of` and `decide` do."""
    days = days_of(first, last, workspace.yesterday, is_all=is_all)
    stale = {given.day for given in stale_days(workspace)}
    return decide(days, lines_of(workspace), stale, is_forced=is_forced)


def days_of(first: date, last: date, yesterday: date, *, is_all: bool) -> list[date]:
    """Return the days from `first` to `last`. Raises UsageError when there are none, too many, or one is not over."""
    if last < first:
        raise UsageError(f"there is no day from {first} to {last}")
    if last > yesterday:
        raise UsageError(f"{last} is not over; the last closed day is {yesterday}")
    count = (last - first).days + 1
    if count > MOST_DAYS and not is_all:
        raise UsageError(f"{count} days are more than {MOST_DAYS}; ask for fewer, or give --all")
    return [first + timedelta(days=number) for number in range(count)]


def decide(days: Sequence[date], lines: Lines, stale: Collection[date], *, is_forced: bool) -> Backfill:
    """Say what becomes of each day. Raises UsageError when the lines of one are gone: nothing can be derived from them."""
    gone = [day for day in days if day in lines.gone]
    if gone:
        raise UsageError(f"the lines of {', '.join(map(str, gone))} are gone; what was built from them stays as it is")
    known = [day for day in days if day in lines.delivered]
    due = tuple(day for day in known if is_forced or day in stale)
    return Backfill(
        to_derive=due,
        up_to_date=tuple(day for day in known if day not in due),
        never_delivered=tuple(day for day in days if day not in lines.delivered),
    )


def lines_of(opened: OpenHome) -> Lines:
    """Return what the ledger and the vault say of each day's lines. Raises DamagedError for a damaged ledger."""
    delivered, gone = set[date](), set[date]()
    for record in import_records(opened.ledger):
        for segment in record.segments:
            day = date.fromisoformat(segment["day"])
            delivered.add(day)
            if not (opened.home.vault / segment["path"]).is_file():
                gone.add(day)
    return Lines(frozenset(delivered), frozenset(gone))


def in_runs(days: Sequence[date], most: int) -> Iterator[list[date]]:
    """Yield `days`, in order, as runs of days that follow one another, of at most `most` days each."""
    run: list[date] = []
    for day in days:
        if run and (len(run) == most or day != run[-1] + timedelta(days=1)):
            yield run
            run = []
        run.append(day)
    if run:
        yield run


def forget_events(opened: OpenHome, days: Iterable[date]) -> None:
    """Take away what says that the events of `days` are complete, so that they are derived again.

    Raises UsageError, and forgets nothing, when the lines of one of them are gone.
    """
    for day in decide(list(days), lines_of(opened), (), is_forced=True).to_derive:
        remove(opened.home.events / f"{day.isoformat()}.json")
