"""Exact distinct counts over any range of retained days: a query over the pseudonymised events, for analysts.

Distinct people do not add up over days, so a longer range is counted from the events themselves while they are kept; nothing that
could stand in for them outlives them. What comes out is not gated: it is for analysts, never for publication.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from pipelines.errors import UsageError
from pipelines.steps.access import record_access
from pipelines.steps.day_files import DayState, read_day_states
from pipelines.steps.gate import require_private_events
from pipelines.steps.gone import Gone
from pipelines.steps.workspace import Workspace
from pipelines.storage.engine import add_key
from pipelines.storage.parquet import scan

ACTION = "count"


class Of(StrEnum):
    """Whose requests are counted: bots are left out of each."""

    SERVICE = "service"
    """Everyone's."""
    AUDIENCE = "audience"
    """Page views of partners' contents, by whoever came."""
    STAFF = "staff"
    """Those of partners' own members."""


_ROWS: Mapping[Of, str] = {
    Of.SERVICE: "NOT is_bot",
    Of.AUDIENCE: "NOT is_bot AND is_page_view AND partner_id IS NOT NULL",
    Of.STAFF: "NOT is_bot AND member_partner_id IS NOT NULL",
}
_SEOUL = "occurred_at + INTERVAL 9 HOUR"
_GROUPS: Mapping[str, str] = {
    "day": "event_day",
    "week": "CAST(date_trunc('week', event_day) AS DATE)",
    "month": "CAST(date_trunc('month', event_day) AS DATE)",
    "weekday": "isodow(event_day)",
    "hour": f"hour({_SEOUL})",
    "content": "content_id",
    "content_type": "content_type",
    "member_type": "member_type",
    "feature": "feature",
    "device": "device_class",
    "browser": "browser",
    "os": "os",
    "referrer": "referrer_host",
}
PARTNER = "partner"
GROUPS = (PARTNER, *_GROUPS)
"""What counts may be told apart by. Weeks begin on Monday and are named by it; weekdays run from 1, Monday, to 7."""
MEASURES: Mapping[str, str] = {
    "requests": "count(*)",
    "page_views": "count(*) FILTER (WHERE is_page_view)",
    "unique_members": "count(DISTINCT member_pseudonym)",
    "unique_visitors": "count(DISTINCT visitor_pseudonym)",
    "contributing_people": "count(DISTINCT person_pseudonym)",
}
"""What is counted: people are members, and one per address prefix for those who are anonymous."""


@dataclass(frozen=True)
class Question:
    """What is asked: the Asia/Seoul days from `first` to `last`, whose requests, told apart by what, of one partner or of all."""

    first: date
    last: date
    by: tuple[str, ...] = ()
    of: Of = Of.SERVICE
    partner: str | None = None

    def __post_init__(self) -> None:
        """Raise UsageError for a range that runs backwards, or for groups that are unknown, doubled or without meaning."""
        if self.first > self.last:
            raise UsageError(f"the range runs backwards: from {self.first} to {self.last}")
        unknown = [name for name in self.by if name not in GROUPS]
        if unknown:
            raise UsageError(f"cannot count by {', '.join(unknown)}; choose from {', '.join(GROUPS)}")
        if len(set(self.by)) < len(self.by):
            raise UsageError("each --by may be given once")
        if self.of is Of.SERVICE and (self.partner is not None or PARTNER in self.by):
            raise UsageError("a partner has an audience and staff: add --of audience or --of staff")


@dataclass(frozen=True)
class Counts:
    """The answer: a row for each group that has requests, and how many days of the range have no events at all."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    days_without_events: int


def count(workspace: Workspace, question: Question) -> Counts:
    """Answer `question` from the events of retained days, and record the access first.

    Raises UsageError when a day of the range is not among those whose events are kept, CheckFailedError when the gate is shut,
    and KeyMissingError when a day's key is not there.
    """
    require_private_events(workspace.home)
    states = _states_in_range(workspace, question)
    record_access(workspace, ACTION)
    with workspace.connection() as connection:
        for state in states:
            add_key(connection, workspace.keyring.get(state.key))
        text, parameters = _query(workspace, states, question)
        rows = connection.execute(text, parameters).fetchall()
    empty = (question.last - question.first).days + 1 - len(states)
    return Counts((*question.by, *MEASURES), tuple(rows), empty)


def _states_in_range(workspace: Workspace, question: Question) -> list[DayState]:
    states = read_day_states(workspace.home.events)
    if not states:
        raise UsageError("no day has events yet; run `partnerstats nightly` first")
    earliest, latest = min(states), max(states)
    if question.first < earliest or question.last > latest:
        raise UsageError(f"events are kept of the days from {earliest} to {latest}: ask for a range within them")
    days = [question.first + timedelta(days=at) for at in range((question.last - question.first).days + 1)]
    gone = Gone.of(workspace.keyring).days
    lost = [day for day in days if day not in states and ("events", day) in gone]
    if lost:
        raise UsageError(f"the events of {len(lost)} days of the range were destroyed, the first of {lost[0]}")
    return [states[day] for day in days if day in states]


def _query(workspace: Workspace, states: Sequence[DayState], question: Question) -> tuple[str, list[str]]:
    partner = "member_partner_id" if question.of is Of.STAFF else "partner_id"
    groups = [{**_GROUPS, PARTNER: partner}[name] for name in question.by]
    folder = workspace.home.events
    days = " UNION ALL BY NAME ".join(f"SELECT * FROM {scan(folder / state.file_name, state.key)}" for state in states)  # noqa: S608
    named = [
        f"{text} AS {name}" for name, text in zip((*question.by, *MEASURES), (*groups, *MEASURES.values()), strict=True)
    ]
    chosen = _ROWS[question.of] + (f" AND {partner} = ?" if question.partner is not None else "")
    order = ", ".join(str(at + 1) for at in range(len(groups)))
    grouped = f" GROUP BY {order} ORDER BY {order}" if groups else ""
    text = f"SELECT {', '.join(named)} FROM ({days}) WHERE {chosen}{grouped}"  # noqa: S608 -- own names, quoted paths
    return text, [] if question.partner is None else [question.partner]
