"""What the events look like: fields as declared, pseudonyms well formed and unlinked, texts reduced, days right."""

from typing import Any

import duckdb
import pandas as pd

from pipelines.steps.day_files import DayState
from pipelines.steps.metrics.scope import Only, by_day
from pipelines.steps.metrics.texts import unreduced_texts, vocabularies
from pipelines.steps.workspace import Workspace

SQL_TYPES = {
    "text": "VARCHAR",
    "integer": "INTEGER",
    "bigint": "BIGINT",
    "double": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "instant": "TIMESTAMP",
}
PSEUDONYMS = ("member_pseudonym", "visitor_pseudonym", "person_pseudonym", "client_address_pseudonym")


def event_fields(workspace: Workspace, only: Only) -> pd.DataFrame:
    """One row a day: `columns_undeclared, columns_missing` against the policy's dataset `events`."""
    declared = declared_columns(workspace)

    def of_day(connection: duckdb.DuckDBPyConnection, relation: str, _: DayState) -> dict[str, int]:
        found = columns_of(connection, relation)
        right = sum(found.get(name) == kind for name, kind in declared.items())
        return {"columns_undeclared": len(set(found) - set(declared)), "columns_missing": len(declared) - right}

    return by_day(workspace, of_day, ["columns_undeclared", "columns_missing"], only)


def event_days(workspace: Workspace, only: Only) -> pd.DataFrame:
    """One row a day: ill-formed pseudonyms by column, linked ones, unreduced texts, events of another day.

    Of a day whose file lacks a declared column nothing can be said, so that each of its events counts as a fault.
    """
    columns = [f"{name}_ill_formed" for name in PSEUDONYMS] + [
        "pseudonyms_linked",
        "texts_unreduced",
        "events_of_another_day",
    ]
    declared, words = declared_columns(workspace), vocabularies(workspace)

    def of_day(connection: duckdb.DuckDBPyConnection, relation: str, state: DayState) -> dict[str, int]:
        if not declared.items() <= columns_of(connection, relation).items():
            return dict.fromkeys(columns, max(1, state.rows))
        sql, parameters = _event_day_sql(relation, words)
        row = connection.execute(sql, {"day": state.day, **parameters}).fetchone() or ()
        return {name: int(value or 0) for name, value in zip(columns, row, strict=True)}

    return by_day(workspace, of_day, columns, only)


def declared_columns(workspace: Workspace) -> dict[str, str]:
    """Return the columns that the policy declares for events, with their SQL types."""
    return {name: SQL_TYPES[f.type] for name, f in workspace.policy.dataset("events").fields.items()}


def columns_of(connection: duckdb.DuckDBPyConnection, relation: str) -> dict[str, str]:
    """Return the columns that a day's file has, with their SQL types."""
    return {row[0]: row[1] for row in connection.execute(f"DESCRIBE FROM {relation}").fetchall()}


def _event_day_sql(relation: str, words: dict[str, list[str]]) -> tuple[str, dict[str, Any]]:
    ill_formed = [
        f"count(*) FILTER (WHERE {name} IS NOT NULL AND NOT regexp_full_match({name}, '[0-9a-f]{{64}}'))"
        for name in PSEUDONYMS
    ]
    unreduced, parameters = unreduced_texts(relation, words)
    another = "event_day IS DISTINCT FROM $day OR CAST(occurred_at + INTERVAL 9 HOURS AS DATE) IS DISTINCT FROM $day"
    counts = [*ill_formed, _linked(relation), unreduced, f"count(*) FILTER (WHERE {another})"]
    return f"SELECT {', '.join(counts)} FROM {relation}", parameters  # noqa: S608 -- the project's own text


def _linked(relation: str) -> str:
    """Return an expression that counts the pseudonyms that stand in two columns, in one event or in two of the day."""
    each = " UNION ALL ".join(f"SELECT DISTINCT {name} AS value FROM {relation}" for name in PSEUDONYMS)  # noqa: S608
    twice = f"SELECT value FROM ({each}) WHERE value IS NOT NULL GROUP BY value HAVING count(*) > 1"  # noqa: S608
    return f"(SELECT count(*) FROM ({twice}))"  # noqa: S608 -- the project's own text
