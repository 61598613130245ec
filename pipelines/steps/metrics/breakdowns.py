"""Whether the parts of a partner's day, week and month agree with the whole."""

import pandas as pd

from pipelines.steps.metrics.marts import fault_counts
from pipelines.steps.metrics.scope import Only
from pipelines.steps.metrics.standing import emptied_days, whole, whole_days
from pipelines.steps.workspace import Workspace

BREAKDOWNS = ("feature", "device", "referrer")

_ROWS = """
    SELECT count(*) FROM partner_{name}_daily AS parts
    LEFT JOIN partner_daily_usage AS usage USING (partner_id, day)
    WHERE (parts.{name} || parts.partner_id || parts.day) IS NULL
       OR (parts.page_views + parts.visits + parts.unique_members + parts.unique_visitors + parts.contributing_people) IS NULL
       OR least(parts.page_views, parts.visits, parts.unique_members, parts.unique_visitors, parts.contributing_people) < 0
       OR parts.page_views + parts.visits = 0
       OR parts.unique_members > parts.unique_visitors OR parts.unique_visitors > parts.page_views
       OR parts.unique_members > parts.contributing_people OR parts.contributing_people > parts.page_views
       OR parts.visits > usage.visits OR parts.unique_members > usage.unique_members
       OR parts.unique_visitors > usage.unique_visitors OR parts.contributing_people > usage.contributing_people
       OR parts.largest_page_views > usage.largest_page_views OR {largest}
"""
_LARGEST = """
    (parts.largest_page_views IS NULL) <> (parts.second_page_views IS NULL) OR parts.second_page_views < 0
    OR parts.second_page_views > parts.largest_page_views
    OR parts.largest_page_views + parts.second_page_views > parts.page_views
"""
_DAYS = """
    SELECT count(*) FROM partner_daily_usage AS usage
    FULL JOIN (
        SELECT partner_id, day, sum(page_views) AS page_views, sum(visits) AS visits, sum(contributing_people) AS people
        FROM partner_{name}_daily GROUP BY ALL
    ) AS parts USING (partner_id, day)
    WHERE coalesce(parts.page_views, 0) > coalesce(usage.page_views, 0)
       OR (NOT list_contains($emptied::DATE[], day) AND (
            coalesce(parts.page_views, 0) < coalesce(usage.page_views, 0)
            OR coalesce(parts.visits, 0) < usage.visits OR coalesce(parts.people, 0) < usage.contributing_people))
"""
BREAKDOWN_FAULTS = {
    f"{name}_{what}": text.format(name=name, largest=_LARGEST)
    for name in BREAKDOWNS
    for what, text in (("rows_implausible", _ROWS), ("days_unequal", _DAYS))
}
_LONG = {"day": "daily", "week": "weekly", "month": "monthly"}
_VALUES = """
    SELECT count(*) FROM partner_breakdown_{long} AS parts
    WHERE (parts.partner_id || parts.dimension || parts.value || parts.{period}) IS NULL
       OR (parts.page_views + parts.visits + parts.unique_members + parts.unique_visitors + parts.contributing_people
           + parts.largest_page_views + parts.second_page_views) IS NULL
       OR least(parts.page_views, parts.visits, parts.unique_members, parts.unique_visitors, parts.contributing_people) < 0
       OR parts.page_views + parts.visits = 0
       OR parts.unique_members > parts.unique_visitors OR parts.unique_visitors > parts.page_views
       OR parts.unique_members > parts.contributing_people OR parts.contributing_people > parts.page_views
       OR {period} IS DISTINCT FROM CAST(date_trunc('{period}', {period}) AS DATE) OR {largest}
"""
_DIMENSIONS = """
    SELECT count(*) FROM partner_{long}_usage AS usage
    CROSS JOIN (SELECT DISTINCT dimension FROM partner_breakdown_{long}) AS names
    FULL JOIN (
        SELECT partner_id, dimension, {period}, sum(page_views) AS page_views, sum(visits) AS visits
        FROM partner_breakdown_{long} GROUP BY ALL
    ) AS parts USING (partner_id, dimension, {period})
    WHERE coalesce(parts.page_views, 0)
            > coalesce(if(dimension IN ('entry_page', 'exit_page'), usage.visits, usage.page_views), 0)
       OR ({complete} AND (
            coalesce(parts.page_views, 0) < if(dimension IN ('entry_page', 'exit_page'), usage.visits, usage.page_views)
            OR coalesce(parts.visits, 0) < usage.visits))
"""
_COMPLETE = {
    "day": "list_contains($days::DATE[], day)",
    "week": "list_contains($weeks::DATE[], week)",
    "month": "list_contains($months::DATE[], month)",
}
BREAKDOWN_FAULTS |= {
    f"{period}_{what}": text.format(period=period, long=long, largest=_LARGEST, complete=_COMPLETE[period])
    for period, long in _LONG.items()
    for what, text in (("values_implausible", _VALUES), ("dimensions_unequal", _DIMENSIONS))
}
"""Counts of faults. Of a day whose events are destroyed, small parts may be gone too: the others still stay within the whole."""


def breakdowns(workspace: Workspace, _: Only) -> pd.DataFrame:
    """One row: how many rows and days of the breakdowns contradict the partner's day; no row before the first warehouse."""
    periods = {f"{period}s": whole(workspace, period) for period in ("week", "month")}
    days = {"emptied": emptied_days(workspace), "days": whole_days(workspace)}
    return fault_counts(workspace, BREAKDOWN_FAULTS, days | periods)
