-- Fails for each partner, month and weekday rebuilt now whose hours do not add up to it or have more people, or fewer together;
--   and for each that has fewer visits than its days, or fewer people than one of them. It may hold more: of days not built yet.
-- Parameters: days_of_months.

with hours as (
    select
        partner_id,
        month,
        weekday,
        sum(visits) as visits,
        max(contributing_people) as most_people,
        sum(contributing_people) as all_people
    from {{ ref('partner_hourly_visits') }}
    where month in ({{ days_to_build('month') }})
    group by partner_id, month, weekday
),

visits_of_days as (
    select
        partner_id,
        {{ first_day_of('month', 'day') }} as month,
        {{ weekday_of('day') }} as weekday,
        visits,
        visiting_people
    from {{ ref('partner_daily_usage') }}
    where
        day in ({{ days_to_build('month') }})
        and visits > 0
),

days as (
    select
        partner_id,
        month,
        weekday,
        sum(visits) as visits,
        max(visiting_people) as most_people
    from visits_of_days
    group by partner_id, month, weekday
),

parts as (
    select
        coalesce(hours.partner_id, days.partner_id) as partner_id,
        coalesce(hours.month, days.month) as month,
        coalesce(hours.weekday, days.weekday) as weekday,
        hours.visits as visits_of_hours,
        hours.most_people as most_people_of_hours,
        hours.all_people as all_people_of_hours,
        days.visits as visits_of_days,
        days.most_people as most_people_of_days
    from hours
    full outer join days
        on
            hours.partner_id = days.partner_id
            and hours.month = days.month
            and hours.weekday = days.weekday
),

weekdays as (
    select
        partner_id,
        month,
        weekday,
        visits,
        contributing_people
    from {{ ref('partner_weekday_visits') }}
    where month in ({{ days_to_build('month') }})
)

select
    coalesce(weekdays.partner_id, parts.partner_id) as partner_id,
    coalesce(weekdays.month, parts.month) as month,
    coalesce(weekdays.weekday, parts.weekday) as weekday
from weekdays
full outer join parts
    on
        weekdays.partner_id = parts.partner_id
        and weekdays.month = parts.month
        and weekdays.weekday = parts.weekday
where
    coalesce(weekdays.visits, 0) != coalesce(parts.visits_of_hours, 0)
    or weekdays.contributing_people < parts.most_people_of_hours
    or weekdays.contributing_people > parts.all_people_of_hours
    or weekdays.visits < parts.visits_of_days
    or weekdays.contributing_people < parts.most_people_of_days
    or (weekdays.visits is null and parts.visits_of_days is not null)
