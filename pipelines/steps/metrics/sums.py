"""Queries that count what does not add up of weeks and months of the service and the linked services, and of types of members."""

SERVICE_HOLDS_DAYS = """
    SELECT count(*) FROM (
        SELECT
            CAST(date_trunc('{period}', day) AS DATE) AS {period}, sum(requests) AS requests, sum(page_views) AS page_views,
            sum(bot_requests) AS bot_requests, sum(visits) AS visits, sum(bytes_sent) AS bytes_sent,
            sum(client_errors) AS client_errors, sum(server_errors) AS server_errors, sum(bounces) AS bounces,
            max(unique_members) AS most_members, sum(unique_members) AS all_members,
            max(unique_visitors) AS most_visitors, sum(unique_visitors) AS all_visitors
        FROM service_daily_usage
        WHERE list_contains(${period}s::DATE[], CAST(date_trunc('{period}', day) AS DATE)) GROUP BY ALL
    ) AS days
    FULL JOIN (
        FROM service_{period}ly_usage WHERE list_contains(${period}s::DATE[], {period})
    ) AS periods USING ({period})
    WHERE periods.requests IS DISTINCT FROM days.requests OR periods.page_views IS DISTINCT FROM days.page_views
       OR periods.bot_requests IS DISTINCT FROM days.bot_requests OR periods.visits IS DISTINCT FROM days.visits
       OR periods.bytes_sent IS DISTINCT FROM days.bytes_sent
       OR periods.client_errors IS DISTINCT FROM days.client_errors
       OR periods.server_errors IS DISTINCT FROM days.server_errors OR periods.bounces IS DISTINCT FROM days.bounces
       OR (periods.unique_members BETWEEN days.most_members AND days.all_members) IS NOT true
       OR (periods.unique_visitors BETWEEN days.most_visitors AND days.all_visitors) IS NOT true
"""
LINKED_HOLDS_DAYS = """
    SELECT count(*) FROM (
        SELECT
            partner_id, service, event, CAST(date_trunc('{period}', day) AS DATE) AS {period}, sum(events) AS events,
            max(unique_members) AS most_members, sum(unique_members) AS all_members
        FROM partner_linked_daily
        WHERE list_contains(${period}s::DATE[], CAST(date_trunc('{period}', day) AS DATE)) GROUP BY ALL
    ) AS days
    FULL JOIN (
        FROM partner_linked_{period}ly WHERE list_contains(${period}s::DATE[], {period})
    ) AS periods USING (partner_id, service, event, {period})
    WHERE periods.events IS DISTINCT FROM days.events OR periods.contributing_people IS DISTINCT FROM periods.unique_members
       OR (periods.unique_members BETWEEN days.most_members AND days.all_members) IS NOT true
"""
_MEMBER_TYPES = """
    SELECT count(*) FROM (
        SELECT
            {period}, sum(requests) AS requests, sum(page_views) AS page_views, sum(visits) AS visits,
            sum(bounces) AS bounces,
            bool_or((requests + page_views + visits + unique_members + unique_visitors + client_errors + server_errors
                     + contributing_people) IS NULL OR contributing_people > requests
                    OR unique_members > least(unique_visitors, contributing_people)) AS is_implausible
        FROM service_member_type_{long} GROUP BY ALL
    ) AS types
    FULL JOIN service_{long}_usage AS service USING ({period})
    WHERE is_implausible OR coalesce(types.requests, 0) > coalesce(service.requests, 0)
       OR coalesce(types.page_views, 0) > coalesce(service.page_views, 0)
       OR coalesce(types.visits, 0) > coalesce(service.visits, 0)
       OR coalesce(types.bounces, 0) > coalesce(service.bounces, 0)
"""
_LONG = {"day": "daily", "week": "weekly", "month": "monthly"}
MEMBER_TYPES = "SELECT " + " + ".join(f"({_MEMBER_TYPES.format(period=one, long=long)})" for one, long in _LONG.items())
"""Of what stands, a type with few people may be gone: the others still stay within the whole."""
