-- Fails for each day, week or month rebuilt now whose types of members do not add up to the whole service, or have fewer visitors
--   or members together, or more alone, than it.
-- Parameters: days, days_of_weeks, days_of_months.

with types as (
    select
        'day' as period,
        day as first_day,
        sum(requests) as requests,
        sum(page_views) as page_views,
        sum(visits) as visits,
        sum(client_errors) as client_errors,
        sum(server_errors) as server_errors,
        max(unique_visitors) as most_visitors,
        sum(unique_visitors) as sum_of_visitors,
        max(unique_members) as most_members,
        sum(unique_members) as sum_of_members
    from {{ ref('service_member_type_daily') }}
    where day in ({{ days_to_build('day') }})
    group by day
    union all
    select
        'week' as period,
        week as first_day,
        sum(requests) as requests,
        sum(page_views) as page_views,
        sum(visits) as visits,
        sum(client_errors) as client_errors,
        sum(server_errors) as server_errors,
        max(unique_visitors) as most_visitors,
        sum(unique_visitors) as sum_of_visitors,
        max(unique_members) as most_members,
        sum(unique_members) as sum_of_members
    from {{ ref('service_member_type_weekly') }}
    where week in ({{ days_to_build('week') }})
    group by week
    union all
    select
        'month' as period,
        month as first_day,
        sum(requests) as requests,
        sum(page_views) as page_views,
        sum(visits) as visits,
        sum(client_errors) as client_errors,
        sum(server_errors) as server_errors,
        max(unique_visitors) as most_visitors,
        sum(unique_visitors) as sum_of_visitors,
        max(unique_members) as most_members,
        sum(unique_members) as sum_of_members
    from {{ ref('service_member_type_monthly') }}
    where month in ({{ days_to_build('month') }})
    group by month
),

service as (
    select
        'day' as period,
        day as first_day,
        requests,
        page_views,
        visits,
        client_errors,
        server_errors,
        unique_visitors,
        unique_members
    from {{ ref('service_daily_usage') }}
    where day in ({{ days_to_build('day') }})
    union all
    select
        'week' as period,
        week as first_day,
        requests,
        page_views,
        visits,
        client_errors,
        server_errors,
        unique_visitors,
        unique_members
    from {{ ref('service_weekly_usage') }}
    where week in ({{ days_to_build('week') }})
    union all
    select
        'month' as period,
        month as first_day,
        requests,
        page_views,
        visits,
        client_errors,
        server_errors,
        unique_visitors,
        unique_members
    from {{ ref('service_monthly_usage') }}
    where month in ({{ days_to_build('month') }})
)

select
    service.period,
    service.first_day,
    types.first_day as first_day_of_types
from service
full outer join types
    on
        service.period = types.period
        and service.first_day = types.first_day
where
    service.requests is null
    or types.requests is null
    or service.requests != types.requests
    or service.page_views != types.page_views
    or service.visits != types.visits
    or service.client_errors != types.client_errors
    or service.server_errors != types.server_errors
    or service.unique_visitors not between types.most_visitors and types.sum_of_visitors
    or service.unique_members not between types.most_members and types.sum_of_members
