"""Whether days are complete: accepted lines against events against the warehouse."""

from collections import Counter
from collections.abc import Iterable
from datetime import date

import pandas as pd

from pipelines.steps.day_files import read_day_states
from pipelines.steps.metrics.scope import Only
from pipelines.steps.records import import_records
from pipelines.steps.workspace import Workspace
from pipelines.storage.engine import add_key
from pipelines.storage.parquet import scan
from pipelines.warehouse.reading import open_read_only
from pipelines.weblogs.records import ImportRecord


def days(workspace: Workspace, _: Only) -> pd.DataFrame:
    """One row a day with accepted lines or events: `events_missing, requests_missing`, both as absolute differences."""
    accepted = accepted_by_day(import_records(workspace.ledger))
    events = _events_by_day(workspace)
    requests = _requests_by_day(workspace)
    rows = [
        {
            "events_missing": abs(accepted[day] - events.get(day, 0)),
            "requests_missing": abs(events.get(day, 0) - requests.get(day, 0)),
        }
        for day in sorted(accepted.keys() | events.keys())
    ]
    return pd.DataFrame(rows, columns=["events_missing", "requests_missing"])


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
    with workspace.connection() as connection:
        for state in read_day_states(workspace.home.events).values():
            add_key(connection, workspace.keyring.get(state.key))
            relation = scan(workspace.home.events / state.file_name, state.key)
            rows[state.day] = (connection.execute(f"SELECT count(*) FROM {relation}").fetchone() or (0,))[0]  # noqa: S608 -- own text
    return rows


def _requests_by_day(workspace: Workspace) -> dict[date, int]:
    if not workspace.home.warehouse.exists():
        return {}
    connection = open_read_only(workspace.home.warehouse)
    try:
        return dict(connection.execute("SELECT day, requests FROM service_daily_usage").fetchall())
    finally:
        connection.close()
