-- Fails for each partner, dimension and day, week or month rebuilt now whose values do not add up to the page views (of entry and
--   exit pages to the visits), or have fewer visits or people together, or more alone, than the whole.
-- Parameters: days, days_of_weeks, days_of_months.

with parts as (
    select
        'day' as period,
        parts.dimension,
        parts.partner_id,
        parts.day as first_day,
        sum(parts.page_views) as page_views,
        max(parts.visits) as most_visits,
        sum(parts.visits) as sum_of_visits,
        max(parts.contributing_people) as most_people,
        sum(parts.contributing_people) as sum_of_people
    from {{ ref('partner_breakdown_daily') }} as parts
    where parts.day in ({{ days_to_build('day') }})
    group by parts.dimension, parts.partner_id, parts.day
    union all
    select
        'week' as period,
        parts.dimension,
        parts.partner_id,
        parts.week as first_day,
        sum(parts.page_views) as page_views,
        max(parts.visits) as most_visits,
        sum(parts.visits) as sum_of_visits,
        max(parts.contributing_people) as most_people,
        sum(parts.contributing_people) as sum_of_people
    from {{ ref('partner_breakdown_weekly') }} as parts
    where parts.week in ({{ days_to_build('week') }})
    group by parts.dimension, parts.partner_id, parts.week
    union all
    select
        'month' as period,
        parts.dimension,
        parts.partner_id,
        parts.month as first_day,
        sum(parts.page_views) as page_views,
        max(parts.visits) as most_visits,
        sum(parts.visits) as sum_of_visits,
        max(parts.contributing_people) as most_people,
        sum(parts.contributing_people) as sum_of_people
    from {{ ref('partner_breakdown_monthly') }} as parts
    where parts.month in ({{ days_to_build('month') }})
    group by parts.dimension, parts.partner_id, parts.month
),

all_dimensions as (
    select 'content' as dimension
    union all
    select 'content_type' as dimension
    union all
    select 'device' as dimension
    union all
    select 'browser' as dimension
    union all
    select 'os' as dimension
    union all
    select 'device_os' as dimension
    union all
    select 'feature' as dimension
    union all
    select 'referrer' as dimension
    union all
    select 'search' as dimension
    union all
    select 'entry_page' as dimension
    union all
    select 'exit_page' as dimension
),

wholes as (
    select
        'day' as period,
        names.dimension,
        usage.partner_id,
        usage.day as first_day,
        usage.page_views,
        usage.visits,
        usage.contributing_people
    from {{ ref('partner_daily_usage') }} as usage
    cross join all_dimensions as names
    where
        usage.day in ({{ days_to_build('day') }})
        and names.dimension in ('content_type', 'browser', 'os', 'device_os')
    union all
    select
        'week' as period,
        names.dimension,
        usage.partner_id,
        usage.week as first_day,
        usage.page_views,
        usage.visits,
        usage.contributing_people
    from {{ ref('partner_weekly_usage') }} as usage
    cross join all_dimensions as names
    where usage.week in ({{ days_to_build('week') }})
    union all
    select
        'month' as period,
        names.dimension,
        usage.partner_id,
        usage.month as first_day,
        usage.page_views,
        usage.visits,
        usage.contributing_people
    from {{ ref('partner_monthly_usage') }} as usage
    cross join all_dimensions as names
    where usage.month in ({{ days_to_build('month') }})
)

select
    coalesce(wholes.period, parts.period) as period,
    coalesce(wholes.dimension, parts.dimension) as dimension,
    coalesce(wholes.partner_id, parts.partner_id) as partner_id,
    coalesce(wholes.first_day, parts.first_day) as first_day
from wholes
full outer join parts
    on
        wholes.period = parts.period
        and wholes.dimension = parts.dimension
        and wholes.partner_id = parts.partner_id
        and wholes.first_day = parts.first_day
where
    wholes.page_views is null
    or case
        when wholes.dimension in ('entry_page', 'exit_page')
            then
                wholes.visits != coalesce(parts.page_views, 0)
                or wholes.visits != coalesce(parts.sum_of_visits, 0)
        else
            parts.page_views is null
            or wholes.page_views != parts.page_views
            or wholes.visits not between parts.most_visits and parts.sum_of_visits
            or wholes.contributing_people not between parts.most_people and parts.sum_of_people
    end
