"""Whether days are complete: accepted lines against events against the warehouse."""

from collections import Counter
from collections.abc import Iterable
from datetime import date

import duckdb
import pandas as pd

from pipelines.steps.day_files import DayState
from pipelines.steps.gone import Gone
from pipelines.steps.metrics.marts import warehouse_rows
from pipelines.steps.metrics.scope import Only, by_day
from pipelines.steps.metrics.standing import days_without_their_events
from pipelines.steps.records import import_records
from pipelines.steps.workspace import Workspace
from pipelines.weblogs.records import ImportRecord


def days(workspace: Workspace, _: Only) -> pd.DataFrame:
    """One row a day with accepted lines or events: `events_missing, requests_missing`, both as absolute differences.

    No request is missing on a day whose figures stand although its events are gone or tell others by now, no event on one whose
    lines or events were destroyed.
    """
    gone = Gone.of(workspace.keyring)
    accepted = accepted_by_day(import_records(workspace.ledger))
    events = _events_by_day(workspace)
    requests = _requests_by_day(workspace)
    outdated = days_without_their_events(workspace)
    rows = [
        {
            "events_missing": 0 if _is_gone(gone, day) else abs(accepted[day] - events.get(day, 0)),
            "requests_missing": 0 if day in outdated else abs(events.get(day, 0) - (requests.get(day) or 0)),
        }
        for day in sorted(accepted.keys() | events.keys())
    ]
    return pd.DataFrame(rows, columns=["events_missing", "requests_missing"])


def _is_gone(gone: Gone, day: date) -> bool:
    return gone.has_day("access_logs", day) or gone.has_day("events", day)


def accepted_by_day(records: Iterable[ImportRecord]) -> Counter[date]:
    """Count accepted lines by Asia/Seoul day, without the pieces of lines that were completed later."""
    accepted: Counter[date] = Counter()
    for record in records:
        accepted.update({date.fromisoformat(day): count for day, count in record.accepted_by_day.items()})
        if record.completes and record.completes.state == "accepted":
            accepted[record.completes.day] -= 1
    return accepted


def _events_by_day(workspace: Workspace) -> dict[date, int]:
    """Count the rows that the files really hold."""
    rows = {}

    def of_day(connection: duckdb.DuckDBPyConnection, relation: str, state: DayState) -> dict[str, int]:
        row = connection.execute(f"SELECT count(*) FROM {relation}").fetchone()  # noqa: S608 -- own text
        rows[state.day] = int(row[0]) if row else 0
        return {}

    by_day(workspace, of_day, [], only=None)
    return rows


def _requests_by_day(workspace: Workspace) -> dict[date, int]:
    return dict(warehouse_rows(workspace, "SELECT day, requests FROM service_daily_usage"))
