"""Whether the marts agree with each other."""

from collections.abc import Mapping
from typing import Any

import duckdb
import pandas as pd

from pipelines.steps.metrics.scope import Only
from pipelines.steps.metrics.standing import emptied_days
from pipelines.steps.workspace import Workspace
from pipelines.storage.engine import without_data
from pipelines.warehouse.reading import open_read_only

_USAGE_IMPLAUSIBLE = """
        SELECT count(*) FROM {mart}
        WHERE least(page_views, visits, unique_members, unique_visitors, bounces, contributing_people,
                    coalesce(median_visit_seconds, 0)) < 0
           OR (page_views + visits + unique_members + unique_visitors + bounces + contributing_people) IS NULL
           OR unique_members > unique_visitors OR unique_visitors > page_views OR bounces > visits
           OR contributing_people > page_views OR unique_members > contributing_people
           OR bouncing_people > bounces OR bouncing_people > visiting_people OR visiting_people > visits
           OR new_visitors + returning_visitors <> unique_visitors OR (new_visitors IS NULL) <> (returning_visitors IS NULL)
           OR p90_visit_seconds < median_visit_seconds
           OR least(p90_visit_seconds, new_visitors, returning_visitors, visiting_people, bouncing_people) < 0
           OR new_people > new_visitors OR returning_people > returning_visitors OR staying_people > visiting_people
           OR staying_people > visits - bounces OR least(new_people, returning_people, staying_people) < 0
           OR least(client_errors, server_errors) < 0 OR (client_errors IS NULL) <> (server_errors IS NULL)
           OR (visiting_people IS NULL) <> (bouncing_people IS NULL)
           OR (visiting_people IS NULL) <> (largest_page_views IS NULL) OR {largest}
    """
LARGEST_IMPLAUSIBLE = """
    (largest_page_views IS NULL) <> (second_page_views IS NULL) OR second_page_views < 0
    OR second_page_views > largest_page_views OR largest_page_views + second_page_views > page_views
"""
"""Of figures that rows which stand may not have yet, since they were built before there were such figures: all or none."""


def usage_implausible(mart: str) -> str:
    """Return the query that counts the implausible rows of a mart of usage; a further condition may be added to its end."""
    return _USAGE_IMPLAUSIBLE.format(mart=mart, largest=LARGEST_IMPLAUSIBLE)


MART_FAULTS: Mapping[str, str] = {
    "status_days_unequal": """
        SELECT count(*) FROM service_daily_usage AS usage
        FULL JOIN (SELECT day, sum(requests) AS requests FROM service_daily_status GROUP BY day) AS statuses USING (day)
        WHERE coalesce(statuses.requests, 0) > coalesce(usage.requests, 0)
           OR (coalesce(statuses.requests, 0) < usage.requests AND NOT list_contains($emptied::DATE[], day))
    """,
    "bot_days_unequal": """
        SELECT count(*) FROM service_daily_usage AS usage
        FULL JOIN (SELECT day, sum(requests) AS requests FROM service_daily_bots GROUP BY day) AS bots USING (day)
        WHERE coalesce(usage.bot_requests, 0) <> coalesce(bots.requests, 0)
          AND day >= (SELECT min(day) FROM service_daily_bots)
          AND NOT (usage.day IS NULL AND list_contains($emptied::DATE[], day))
    """,
    "service_rows_implausible": """
        SELECT count(*) FROM service_daily_usage
        WHERE least(requests, page_views, bot_requests, visits, unique_members, unique_visitors, client_errors,
                    server_errors, coalesce(bytes_sent, 0)) < 0
           OR (requests + page_views + bot_requests + visits + unique_members + unique_visitors + client_errors
                    + server_errors) IS NULL
           OR page_views + bot_requests > requests OR unique_members > unique_visitors
           OR client_errors + server_errors > requests
           OR contributing_people NOT BETWEEN unique_members AND requests - bot_requests
    """,
    "partner_rows_implausible": usage_implausible("partner_daily_usage"),
    "content_rows_implausible": f"""
        SELECT count(*) FROM partner_content_daily
        WHERE (partner_id || content_id || day) IS NULL OR (page_views + unique_members + contributing_people) IS NULL
           OR least(unique_members, contributing_people) < 0 OR unique_members > contributing_people
           OR contributing_people > page_views OR {LARGEST_IMPLAUSIBLE}
    """,  # noqa: S608 -- own names
    "content_days_unequal": """
        SELECT count(*) FROM partner_daily_usage AS usage
        FULL JOIN (
            SELECT partner_id, day, sum(page_views) AS page_views FROM partner_content_daily GROUP BY ALL
        ) AS contents USING (partner_id, day)
        WHERE coalesce(contents.page_views, 0) > coalesce(usage.page_views, 0)
           OR (coalesce(contents.page_views, 0) < usage.page_views AND NOT list_contains($emptied::DATE[], day))
    """,
}
"""Counts of faults; a figure that is null is one, since a comparison with null would pass over it."""


def marts(workspace: Workspace, _: Only) -> pd.DataFrame:
    """One row: how many days or rows of the marts contradict each other; no row before the first warehouse."""
    return fault_counts(workspace, MART_FAULTS, {"emptied": emptied_days(workspace)})


def fault_counts(workspace: Workspace, faults: Mapping[str, str], parameters: Mapping[str, object]) -> pd.DataFrame:
    """Return one row with the answer of each of `faults`, queries that count, asked in one go; no row without a warehouse."""
    query = f"SELECT {', '.join(f'({sql})' for sql in faults.values())}"
    return pd.DataFrame(warehouse_rows(workspace, query, parameters), columns=list(faults))


def warehouse_rows(
    workspace: Workspace, query: str, parameters: Mapping[str, object] | None = None
) -> list[tuple[Any, ...]]:
    """Return the rows of `query` on the warehouse; none before the first one. Raises DamagedError or UsageError."""
    if not workspace.home.warehouse.exists():
        return []
    connection = open_read_only(workspace.home.warehouse)
    try:
        return connection.execute(query, parameters).fetchall()
    except duckdb.Error as cause:
        raise without_data(cause, f"{workspace.home.warehouse.name} cannot be measured") from None
    finally:
        connection.close()
