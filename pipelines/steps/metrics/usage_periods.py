"""Whether weeks, months and hours agree with the days, and a partner's own use with the service's."""

import pandas as pd

from pipelines.steps.metrics.marts import fault_counts, usage_implausible
from pipelines.steps.metrics.scope import Only
from pipelines.steps.metrics.standing import whole
from pipelines.steps.metrics.sums import LINKED_HOLDS_DAYS, MEMBER_TYPES, SERVICE_HOLDS_DAYS
from pipelines.steps.workspace import Workspace

_HOLDS_DAYS = """
    SELECT count(*) FROM (
        SELECT
            partner_id, CAST(date_trunc('{period}', day) AS DATE) AS {period}, sum(page_views) AS page_views,
            sum(visits) AS visits, sum(bounces) AS bounces,
            max(unique_members) AS most_members, sum(unique_members) AS all_members,
            max(unique_visitors) AS most_visitors, sum(unique_visitors) AS all_visitors,
            max(contributing_people) AS most_people, sum(contributing_people) AS all_people
        FROM partner_daily_usage
        WHERE list_contains(${period}s::DATE[], CAST(date_trunc('{period}', day) AS DATE)) GROUP BY ALL
    ) AS days
    FULL JOIN (
        FROM partner_{period}ly_usage WHERE list_contains(${period}s::DATE[], {period})
    ) AS periods USING (partner_id, {period})
    WHERE periods.page_views IS DISTINCT FROM days.page_views OR periods.visits IS DISTINCT FROM days.visits
       OR periods.bounces IS DISTINCT FROM days.bounces
       OR (periods.unique_members BETWEEN days.most_members AND days.all_members) IS NOT true
       OR (periods.unique_visitors BETWEEN days.most_visitors AND days.all_visitors) IS NOT true
       OR (periods.contributing_people BETWEEN days.most_people AND days.all_people) IS NOT true
"""


def _begun(period: str) -> str:
    """Return the query that counts the implausible rows of the usage by `period`; those that do not begin with it are."""
    usage = usage_implausible(f"partner_{period}ly_usage")
    return f"{usage} OR {period} IS DISTINCT FROM CAST(date_trunc('{period}', {period}) AS DATE)"


def _bands(of: str, bands: tuple[str, ...]) -> dict[str, str]:
    """Return the queries that count the implausible rows of people by bands, and the months whose bands do not add up."""
    mart, listed = f"partner_visit_{of}_monthly", ", ".join(f"'{band}'" for band in bands)
    rows = f"""
        SELECT count(*) FROM {mart}
        WHERE (partner_id || band || month) IS NULL OR (people + contributing_people) IS NULL OR people < 1
           OR people <> contributing_people OR band NOT IN ({listed})
           OR month IS DISTINCT FROM CAST(date_trunc('month', month) AS DATE)
    """  # noqa: S608 -- own names
    months = f"""
        SELECT count(*) FROM partner_monthly_usage AS usage
        FULL JOIN (
            SELECT partner_id, month, sum(people) AS people FROM {mart} GROUP BY ALL
        ) AS bands USING (partner_id, month)
        WHERE coalesce(bands.people, 0) > coalesce(usage.visiting_people, 0)
           OR (list_contains($months::DATE[], month) AND coalesce(bands.people, 0) < coalesce(usage.visiting_people, 0))
    """  # noqa: S608 -- own names
    return {f"{of}_rows_implausible": rows, f"{of}_months_unequal": months}


PERIOD_FAULTS = {
    "hour_rows_implausible": """
        SELECT count(*) FROM partner_hourly_visits
        WHERE (visits + contributing_people) IS NULL OR contributing_people < 1 OR contributing_people > visits
           OR (weekday BETWEEN 1 AND 7 AND hour BETWEEN 0 AND 23) IS NOT true
           OR month IS DISTINCT FROM CAST(date_trunc('month', month) AS DATE)
    """,
    "hour_months_unequal": """
        SELECT count(*) FROM partner_monthly_usage AS usage
        FULL JOIN (
            SELECT partner_id, month, sum(visits) AS visits FROM partner_hourly_visits GROUP BY ALL
        ) AS hours USING (partner_id, month)
        WHERE coalesce(hours.visits, 0) > coalesce(usage.visits, 0)
           OR (list_contains($months::DATE[], month) AND coalesce(hours.visits, 0) < coalesce(usage.visits, 0))
    """,
    "weekday_rows_implausible": """
        SELECT count(*) FROM partner_weekday_visits
        WHERE (visits + contributing_people) IS NULL OR contributing_people < 1 OR contributing_people > visits
           OR weekday BETWEEN 1 AND 7 IS NOT true OR month IS DISTINCT FROM CAST(date_trunc('month', month) AS DATE)
    """,
    "weekday_months_unequal": """
        SELECT count(*) FROM partner_monthly_usage AS usage
        FULL JOIN (
            SELECT partner_id, month, sum(visits) AS visits FROM partner_weekday_visits GROUP BY ALL
        ) AS weekdays USING (partner_id, month)
        WHERE coalesce(weekdays.visits, 0) > coalesce(usage.visits, 0)
           OR (list_contains($months::DATE[], month) AND coalesce(weekdays.visits, 0) < coalesce(usage.visits, 0))
    """,
    **_bands("frequency", ("1", "2-3", "4-9", "10-29", "30+")),
    **_bands("length", ("0-9", "10-29", "30-59", "60-179", "180-599", "600-1799", "1800+")),
    "week_rows_implausible": _begun("week"),
    "weeks_unequal": _HOLDS_DAYS.format(period="week"),
    "month_rows_implausible": _begun("month"),
    "months_unequal": _HOLDS_DAYS.format(period="month"),
    "service_weeks_unequal": SERVICE_HOLDS_DAYS.format(period="week"),
    "service_months_unequal": SERVICE_HOLDS_DAYS.format(period="month"),
    "linked_weeks_unequal": LINKED_HOLDS_DAYS.format(period="week"),
    "linked_months_unequal": LINKED_HOLDS_DAYS.format(period="month"),
    "member_types_unequal": MEMBER_TYPES,
    "staff_rows_implausible": """
        SELECT count(*) FROM partner_staff_monthly_usage
        WHERE (active_members + visits + page_views + contributing_people) IS NULL
           OR least(visits, page_views) < 0 OR active_members < 1 OR contributing_people < active_members
           OR month IS DISTINCT FROM CAST(date_trunc('month', month) AS DATE)
    """,
    "staff_months_too_large": """
        SELECT count(*) FROM (
            SELECT
                month, sum(page_views) AS page_views, sum(visits) AS visits, max(active_members) AS members
            FROM partner_staff_monthly_usage WHERE list_contains($months::DATE[], month) GROUP BY ALL
        ) AS staff
        LEFT JOIN (
            SELECT
                CAST(date_trunc('month', day) AS DATE) AS month, sum(page_views) AS page_views, sum(visits) AS visits,
                sum(unique_members) AS members
            FROM service_daily_usage GROUP BY ALL
        ) AS service USING (month)
        WHERE staff.page_views > coalesce(service.page_views, 0) OR staff.visits > coalesce(service.visits, 0)
           OR staff.members > coalesce(service.members, 0)
    """,
}
"""Counts of faults. Weeks and months that were not rebuilt with all their days are held against them no more."""


def usage_periods(workspace: Workspace, _: Only) -> pd.DataFrame:
    """One row: how many rows, weeks and months contradict the days they hold; no row before the first warehouse."""
    periods = {f"{period}s": whole(workspace, period) for period in ("week", "month")}
    return fault_counts(workspace, PERIOD_FAULTS, periods)
