"""What the events look like: fields as declared, pseudonyms well formed and unlinked, texts reduced, days right."""

import duckdb
import pandas as pd

from pipelines.steps.day_files import DayState
from pipelines.steps.metrics.scope import Only, by_day
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
REDUCED = r"[A-Za-z0-9_.:+/ ()&!'-]{1,253}"
"""What a route, a host or a family may look like."""
REDUCED_COLUMNS = ("route", "feature", "referrer_host", "browser", "os", "device_class", "method")


def event_fields(workspace: Workspace, only: Only) -> pd.DataFrame:
    """One row a day: `columns_undeclared, columns_missing` against the policy's dataset `events`."""
    declared = {name: SQL_TYPES[f.type] for name, f in workspace.policy.dataset("events").fields.items()}

    def of_day(connection: duckdb.DuckDBPyConnection, relation: str, _: DayState) -> dict[str, int]:
        found = {row[0]: row[1] for row in connection.execute(f"DESCRIBE FROM {relation}").fetchall()}
        right = sum(found.get(name) == kind for name, kind in declared.items())
        return {"columns_undeclared": len(set(found) - set(declared)), "columns_missing": len(declared) - right}

    return by_day(workspace, of_day, ["columns_undeclared", "columns_missing"], only)


def event_days(workspace: Workspace, only: Only) -> pd.DataFrame:
    """One row a day: ill-formed pseudonyms by column, linked ones, unreduced texts, events of another day."""
    columns = [f"{name}_ill_formed" for name in PSEUDONYMS] + [
        "pseudonyms_linked",
        "texts_unreduced",
        "events_of_another_day",
    ]

    def of_day(connection: duckdb.DuckDBPyConnection, relation: str, state: DayState) -> dict[str, int]:
        row = connection.execute(_event_day_sql(relation), {"day": state.day}).fetchone() or ()
        return {name: int(value or 0) for name, value in zip(columns, row, strict=True)}

    return by_day(workspace, of_day, columns, only)


def _event_day_sql(relation: str) -> str:
    ill_formed = [
        f"count(*) FILTER (WHERE {name} IS NOT NULL AND NOT regexp_full_match({name}, '[0-9a-f]{{64}}'))"
        for name in PSEUDONYMS
    ]
    pairs = [(a, b) for i, a in enumerate(PSEUDONYMS) for b in PSEUDONYMS[i + 1 :]]
    linked = " OR ".join(f"{a} = {b}" for a, b in pairs)
    reduced = REDUCED.replace("'", "''")
    unreduced = " OR ".join(
        f"({name} IS NOT NULL AND NOT regexp_full_match({name}, '{reduced}'))" for name in REDUCED_COLUMNS
    )
    another = "event_day IS DISTINCT FROM $day OR CAST(occurred_at + INTERVAL 9 HOURS AS DATE) IS DISTINCT FROM $day"
    counts = [*ill_formed, *(f"count(*) FILTER (WHERE {fault})" for fault in (linked, unreduced, another))]
    return f"SELECT {', '.join(counts)} FROM {relation}"  # noqa: S608 -- the project's own text
