-- Fails for each partner and week or month rebuilt now that is missing or holds less than its days: fewer page views, visits or
--   bounces than all together, fewer people, members or visitors than one of them. It may hold more: of days not built yet.
-- Parameters: days_of_weeks, days_of_months.

with days_and_periods as (
    select
        'week' as period,
        {{ first_day_of('week', 'days.day') }} as first_day,
        days.*
    from {{ ref('partner_daily_usage') }} as days
    where days.day in ({{ days_to_build('week') }})
    union all
    select
        'month' as period,
        {{ first_day_of('month', 'days.day') }} as first_day,
        days.*
    from {{ ref('partner_daily_usage') }} as days
    where days.day in ({{ days_to_build('month') }})
),

totals as (
    select
        period,
        partner_id,
        first_day,
        sum(page_views) as page_views,
        sum(visits) as visits,
        sum(bounces) as bounces,
        max(unique_members) as most_members,
        max(unique_visitors) as most_visitors,
        max(contributing_people) as most_people
    from days_and_periods
    group by period, partner_id, first_day
),

periods as (
    select
        'week' as period,
        weeks.week as first_day,
        weeks.*
    from {{ ref('partner_weekly_usage') }} as weeks
    where weeks.week in ({{ days_to_build('week') }})
    union all
    select
        'month' as period,
        months.month as first_day,
        months.*
    from {{ ref('partner_monthly_usage') }} as months
    where months.month in ({{ days_to_build('month') }})
)

select
    totals.period,
    totals.partner_id,
    totals.first_day
from totals
left join periods
    on
        totals.period = periods.period
        and totals.partner_id = periods.partner_id
        and totals.first_day = periods.first_day
where
    periods.page_views is null
    or periods.page_views < totals.page_views
    or periods.visits < totals.visits
    or periods.bounces < totals.bounces
    or periods.unique_members < totals.most_members
    or periods.unique_visitors < totals.most_visitors
    or periods.contributing_people < totals.most_people
