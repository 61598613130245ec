"""Whether what the whole service is made of agrees with its types of members, and their visits are plausible."""

import pandas as pd

from pipelines.steps.metrics.marts import fault_counts
from pipelines.steps.metrics.scope import Only
from pipelines.steps.metrics.standing import whole, whole_days
from pipelines.steps.workspace import Workspace

OF_PAGE_VIEWS = ("content_type", "device", "browser", "os", "device_os", "feature", "referrer", "search")
OF_VISITS = ("entry_feature", "exit_feature", "weekday_hour", "visit_length", "visit_frequency")
"""A visit has one value of each of these, a page view one of each of the others; contents are told apart by week and month."""

_VALUES = """
    SELECT count(*) FROM service_breakdown_{long} AS parts
    LEFT JOIN service_member_type_{long} AS types USING (member_type, {period})
    WHERE (parts.member_type || parts.dimension || parts.value || parts.{period}) IS NULL
       OR (parts.page_views + parts.visits + parts.unique_members + parts.unique_visitors + parts.contributing_people) IS NULL
       OR least(parts.page_views, parts.visits, parts.unique_members, parts.unique_visitors, parts.contributing_people) < 0
       OR parts.page_views + parts.visits = 0
       OR parts.unique_members > least(parts.unique_visitors, parts.contributing_people)
       OR greatest(parts.unique_visitors, parts.contributing_people) > parts.page_views
       OR (parts.dimension IN {of_visits}
           AND (parts.visits > parts.page_views OR greatest(parts.unique_visitors, parts.contributing_people) > parts.visits))
       OR (parts.dimension IN ('entry_feature', 'exit_feature') AND parts.page_views <> parts.visits)
       OR parts.visits > types.visits OR parts.unique_members > types.unique_members
       OR parts.unique_visitors > types.unique_visitors OR parts.contributing_people > types.contributing_people
       OR parts.{period} IS DISTINCT FROM CAST(date_trunc('{period}', parts.{period}) AS DATE)
"""
_PAGE_VIEWS = """
    SELECT count(*) FROM (
        SELECT * FROM service_member_type_{long} CROSS JOIN (SELECT unnest([{of_page_views}]) AS dimension)
    ) AS types
    FULL JOIN (
        SELECT member_type, dimension, {period}, sum(page_views) AS page_views
        FROM service_breakdown_{long} WHERE dimension NOT IN {of_visits} GROUP BY ALL
    ) AS parts USING (member_type, dimension, {period})
    WHERE coalesce(parts.page_views, 0) > coalesce(types.page_views, 0)
       OR (coalesce(parts.page_views, 0) < types.page_views AND list_contains(${period}s::DATE[], {period}))
"""
_VISITS = """
    SELECT count(*) FROM service_member_type_{long} AS types
    FULL JOIN (
        SELECT member_type, {period}, count(*) AS dimensions, min(visits) AS fewest, max(visits) AS most
        FROM (
            SELECT member_type, dimension, {period}, sum(visits) AS visits
            FROM service_breakdown_{long} WHERE dimension IN {of_visits} GROUP BY ALL
        ) GROUP BY ALL
    ) AS parts USING (member_type, {period})
    WHERE coalesce(parts.most, 0) > coalesce(types.visits, 0)
       OR (list_contains(${period}s::DATE[], {period})
           AND (coalesce(parts.most, 0) < types.bounces OR parts.fewest < parts.most OR parts.dimensions < {several}))
"""
_OF_VISITS = """
    SELECT count(*) FROM {mart}
    WHERE bounces > visits OR p90_visit_seconds < median_visit_seconds
       OR least(median_visit_seconds, p90_visit_seconds, bounces, new_visitors, returning_visitors) < 0
       OR (median_visit_seconds IS NULL) <> (p90_visit_seconds IS NULL) OR (bounces > 0 AND median_visit_seconds IS NULL)
       OR new_visitors + returning_visitors <> unique_visitors OR (new_visitors IS NULL) <> (returning_visitors IS NULL)
       OR (bounces IS NULL AND (coalesce(median_visit_seconds, new_visitors) IS NOT NULL
                                OR list_contains(${period}s::DATE[], {period})))
"""
_LONG = {"day": "daily", "week": "weekly", "month": "monthly"}


def _counted(text: str, period: str, mart: str = "") -> str:
    """Return a query as a figure, of one length of period and, where it goes mart by mart, of one."""
    of_page_views = OF_PAGE_VIEWS if period == "day" else ("content", *OF_PAGE_VIEWS)
    listed = ", ".join(f"'{name}'" for name in of_page_views)
    filled = text.format(
        period=period, long=_LONG[period], mart=mart, of_page_views=listed, of_visits=OF_VISITS, several=len(OF_VISITS)
    )
    return f"({filled})"


SERVICE_FAULTS = {
    "service_values_implausible": " + ".join(_counted(_VALUES, period) for period in _LONG),
    "service_dimensions_unequal": " + ".join(
        _counted(text, period) for period in _LONG for text in (_PAGE_VIEWS, _VISITS)
    ),
    "service_visits_implausible": " + ".join(
        _counted(_OF_VISITS, period, mart)
        for period, long in _LONG.items()
        for mart in (f"service_{long}_usage", f"service_member_type_{long}")
    ),
}
"""Counts of faults. Of what stands, a value with few people may be gone, and figures that were added later are all missing."""


def service_breakdowns(workspace: Workspace, _: Only) -> pd.DataFrame:
    """One row: how many values, types of members and visits contradict what they are part of; no row without a warehouse."""
    periods = {f"{period}s": whole(workspace, period) for period in ("week", "month")}
    return fault_counts(workspace, SERVICE_FAULTS, {"days": whole_days(workspace), **periods})
