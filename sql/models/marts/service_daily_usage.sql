-- Purpose: how much the whole service was used.
-- Grain: one row per Asia/Seoul day with at least one accepted request.
-- Parameters: days (each is replaced), visit_gap_seconds.

with daily_requests as (
    select
        event_day as day,
        count(*) as requests,
        count(*) filter (where is_page_view and not is_bot) as page_views,
        count(*) filter (where is_bot) as bot_requests,
        count(distinct member_pseudonym) filter (where not is_bot) as unique_members,
        count(distinct visitor_pseudonym) filter (where not is_bot) as unique_visitors,
        {{ whole_sum('bytes_sent') }} as bytes_sent,
        count(*) filter (where status between 400 and 499) as client_errors,
        count(*) filter (where status between 500 and 599) as server_errors
    from {{ ref('stg_web__events') }}
    where event_day in ({{ days_to_build() }})
    group by event_day
),

daily_visits as (
    select
        visit_day as day,
        count(*) as visits
    from {{ ref('int_visits') }}
    where visit_day in ({{ days_to_build() }})
    group by visit_day
)

select
    daily_requests.day,
    daily_requests.requests,
    daily_requests.page_views,
    daily_requests.bot_requests,
    coalesce(daily_visits.visits, 0) as visits,
    daily_requests.unique_members,
    daily_requests.unique_visitors,
    daily_requests.bytes_sent,
    daily_requests.client_errors,
    daily_requests.server_errors
from daily_requests
left join daily_visits on daily_requests.day = daily_visits.day
