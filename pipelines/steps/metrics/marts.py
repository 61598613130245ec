"""Whether the marts agree with each other."""

from collections.abc import Mapping
from typing import Any

import duckdb
import pandas as pd

from pipelines.steps.metrics.scope import Only
from pipelines.steps.workspace import Workspace
from pipelines.storage.engine import without_data
from pipelines.warehouse.reading import open_read_only

MART_FAULTS: Mapping[str, str] = {
    "status_days_unequal": """
        SELECT count(*) FROM service_daily_usage AS usage
        FULL JOIN (SELECT day, sum(requests) AS requests FROM service_daily_status GROUP BY day) AS statuses USING (day)
        WHERE usage.requests IS DISTINCT FROM statuses.requests
    """,
    "service_rows_implausible": """
        SELECT count(*) FROM service_daily_usage
        WHERE least(requests, page_views, bot_requests, visits, unique_members, unique_visitors, client_errors,
                    server_errors, coalesce(bytes_sent, 0)) < 0
           OR (requests + page_views + bot_requests + visits + unique_members + unique_visitors + client_errors
                    + server_errors) IS NULL
           OR page_views + bot_requests > requests OR unique_members > unique_visitors
           OR client_errors + server_errors > requests
    """,
    "partner_rows_implausible": """
        SELECT count(*) FROM partner_daily_usage
        WHERE least(page_views, visits, unique_members, unique_visitors, bounces, contributing_people,
                    coalesce(median_visit_seconds, 0)) < 0
           OR (page_views + visits + unique_members + unique_visitors + bounces + contributing_people) IS NULL
           OR unique_members > unique_visitors OR unique_visitors > page_views OR bounces > visits
           OR contributing_people > page_views OR unique_members > contributing_people
    """,
    "content_days_unequal": """
        SELECT count(*) FROM partner_daily_usage AS usage
        FULL JOIN (
            SELECT partner_id, day, sum(page_views) AS page_views FROM partner_content_daily GROUP BY ALL
        ) AS contents USING (partner_id, day)
        WHERE coalesce(usage.page_views, 0) <> coalesce(contents.page_views, 0)
    """,
}
"""Counts of faults; a figure that is null is one, since a comparison with null would pass over it."""


def marts(workspace: Workspace, _: Only) -> pd.DataFrame:
    """One row: how many days or rows of the marts contradict each other; no row before the first warehouse."""
    columns = list(MART_FAULTS)
    found = warehouse_rows(workspace, f"SELECT {', '.join(f'({sql})' for sql in MART_FAULTS.values())}")
    return pd.DataFrame(found, columns=columns)


def warehouse_rows(workspace: Workspace, query: str) -> list[tuple[Any, ...]]:
    """Return the rows of `query` on the warehouse; none before the first one. Raises DamagedError or UsageError."""
    if not workspace.home.warehouse.exists():
        return []
    connection = open_read_only(workspace.home.warehouse)
    try:
        return connection.execute(query).fetchall()
    except duckdb.Error as cause:
        raise without_data(cause, f"{workspace.home.warehouse.name} cannot be measured") from None
    finally:
        connection.close()
