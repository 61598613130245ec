-- Purpose: on which weekdays a partner's audience comes, bots left out: what the hours of a weekday add up to, and its days.
-- Grain: one row per partner, calendar month and weekday (Asia/Seoul) on which at least one visit began.
-- Parameters: days_of_months (each month is replaced), visit_gap_seconds.

with visits_of_months as (
    select
        partner_id,
        person_number,
        {{ first_day_of('month', 'visit_day') }} as month,
        {{ weekday_of('visit_day') }} as weekday
    from {{ ref('int_partner_visits') }}
    where visit_day in ({{ days_to_build('month') }})
)

select
    partner_id,
    month,
    weekday,
    count(*) as visits,
    count(distinct person_number) as contributing_people
from visits_of_months
group by partner_id, month, weekday
