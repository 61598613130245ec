-- Purpose: at which hours of the week a partner's audience comes, bots left out.
-- Grain: one row per partner, calendar month, weekday and hour (Asia/Seoul) in which at least one visit began.
-- Parameters: days_of_months (each month is replaced), visit_gap_seconds.

with visits_of_months as (
    select
        partner_id,
        person_number,
        {{ first_day_of('month', 'visit_day') }} as month,
        {{ weekday_of('visit_day') }} as weekday,
        {{ seoul_hour('visit_began_at') }} as hour
    from {{ ref('int_partner_visits') }}
    where visit_day in ({{ days_to_build('month') }})
),

visits_by_person as (
    -- Visits without a person count as visits and as nobody's.
    select
        partner_id,
        month,
        weekday,
        hour,
        person_number,
        count(*) as visits,
        case when person_number is not null then count(*) end as visits_of_one
    from visits_of_months
    group by partner_id, month, weekday, hour, person_number
)

select
    partner_id,
    month,
    weekday,
    hour,
    {{ whole_sum('visits') }} as visits,
    count(person_number) as contributing_people,
    coalesce(max(visits_of_one), 0) as largest_visits,
    {{ second_largest_of('visits_of_one') }} as second_visits
from visits_by_person
group by partner_id, month, weekday, hour
