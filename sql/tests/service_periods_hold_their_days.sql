-- Fails for each week or month of the service rebuilt now that is missing or holds less than its days: fewer requests, page
--   views, visits or bytes than all together, fewer visitors than one of them. It may hold more: of days not built yet.
-- Parameters: days_of_weeks, days_of_months.

with totals as (
    select
        'week' as period,
        {{ first_day_of('week', 'day') }} as first_day,
        sum(requests) as requests,
        sum(page_views) as page_views,
        sum(bot_requests) as bot_requests,
        sum(visits) as visits,
        sum(bytes_sent) as bytes_sent,
        max(unique_visitors) as most_visitors
    from {{ ref('service_daily_usage') }}
    where day in ({{ days_to_build('week') }})
    group by {{ first_day_of('week', 'day') }}
    union all
    select
        'month' as period,
        {{ first_day_of('month', 'day') }} as first_day,
        sum(requests) as requests,
        sum(page_views) as page_views,
        sum(bot_requests) as bot_requests,
        sum(visits) as visits,
        sum(bytes_sent) as bytes_sent,
        max(unique_visitors) as most_visitors
    from {{ ref('service_daily_usage') }}
    where day in ({{ days_to_build('month') }})
    group by {{ first_day_of('month', 'day') }}
),

periods as (
    select
        'week' as period,
        weeks.week as first_day,
        weeks.*
    from {{ ref('service_weekly_usage') }} as weeks
    union all
    select
        'month' as period,
        months.month as first_day,
        months.*
    from {{ ref('service_monthly_usage') }} as months
)

select
    totals.period,
    totals.first_day
from totals
left join periods
    on
        totals.period = periods.period
        and totals.first_day = periods.first_day
where
    periods.requests is null
    or periods.requests < totals.requests
    or periods.page_views < totals.page_views
    or periods.bot_requests < totals.bot_requests
    or periods.visits < totals.visits
    or periods.bytes_sent < totals.bytes_sent
    or periods.unique_visitors < totals.most_visitors
