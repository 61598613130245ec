"""What became of the events of linked services: delivered, decided, pseudonymised."""

from collections import Counter
from datetime import date

import duckdb
import pandas as pd

from pipelines.records.linked import OTHER
from pipelines.records.lost import lost_of
from pipelines.steps.day_files import DayState
from pipelines.steps.gone import Gone, past_period
from pipelines.steps.linked import DELIVERED, DERIVED, linked_folder
from pipelines.steps.metrics.events import SQL_TYPES
from pipelines.steps.metrics.records import record_file_frame
from pipelines.steps.metrics.scope import Only, by_day
from pipelines.steps.record_imports import record_files
from pipelines.steps.workspace import Workspace

COLUMNS = [
    "fields_wrong",
    "pseudonyms_ill_formed",
    "texts_unreduced",
    "events_of_another_day",
    "events_of_other_words",
    "rows_undecided",
]


def linked_files(workspace: Workspace, only: Only) -> pd.DataFrame:
    """One row an imported file of linked events: the columns of `record_file_frame`, and `rows_lost` with a restored backup."""
    frame = record_file_frame(workspace, DELIVERED, only)
    lost = lost_of(
        workspace.ledger, past_period(workspace.policy, Gone.of(workspace.keyring), DELIVERED, workspace.today)
    )
    last = {file.sha256: number for number, file in enumerate(record_files(workspace, DELIVERED))}
    missing = {last[sha256]: sum(each.rows.values()) for sha256, each in lost.items() if sha256 in last}
    return frame.assign(rows_lost=[missing.get(number, 0) for number in range(len(frame))])


def linked_days(workspace: Workspace, only: Only) -> pd.DataFrame:
    """One row a day of pseudonymised linked events: COLUMNS, each a count of faults.

    `events_of_other_words`: those whose service used a word that the policy does not declare. `rows_undecided`: accepted rows
    without a decision, and events that were not decided to count. Of a day whose file lacks a declared column nothing can be
    said, so that each of its events counts as a fault.
    """
    dataset = workspace.policy.dataset(DERIVED)
    declared = {name: SQL_TYPES[field.type] for name, field in dataset.fields.items()}
    services, words = (list(dataset.fields[name].values) for name in ("service", "event"))
    accepted: Counter[date] = Counter()
    for file in record_files(workspace, DELIVERED):
        for segment in file.segments:
            accepted[date.fromisoformat(segment["day"])] += segment["lines"]

    def of_day(connection: duckdb.DuckDBPyConnection, relation: str, state: DayState) -> dict[str, int]:
        found = {row[0]: row[1] for row in connection.execute(f"DESCRIBE FROM {relation}").fetchall()}
        wrong = len(set(found.items()) ^ set(declared.items()))
        if not declared.items() <= found.items():
            return dict.fromkeys(COLUMNS, max(1, state.rows))
        parameters = {"day": state.day, "services": services, "events": words, "other": OTHER}
        rows, *faults = connection.execute(_SQL.format(relation=relation), parameters).fetchone() or (0,)
        undecided = abs(accepted[state.day] - sum(state.people.values())) + abs(rows - state.people.get("linked", 0))
        return dict(zip(COLUMNS, [wrong, *(int(fault or 0) for fault in faults), undecided], strict=True))

    return by_day(workspace, of_day, COLUMNS, only, folder=linked_folder(workspace))


_SQL = """
    SELECT
        count(*),
        count(*) FILTER (WHERE NOT regexp_full_match(coalesce(linked_member_pseudonym, ''), '[0-9a-f]{{64}}')),
        count(*) FILTER (
            WHERE NOT coalesce(list_contains($events::VARCHAR[], event), false)
                OR NOT coalesce(list_contains($services::VARCHAR[], service), false)
                OR NOT regexp_full_match(coalesce(partner_id, ''), '[A-Za-z0-9_-]{{1,64}}')
        ),
        count(*) FILTER (
            WHERE event_day IS DISTINCT FROM $day OR CAST(occurred_at + INTERVAL 9 HOURS AS DATE) IS DISTINCT FROM $day
        ),
        count(*) FILTER (WHERE event = $other)
    FROM {relation}
"""  # own text; the relation is a file of the home
