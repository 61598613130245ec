-- Purpose: how often a partner's audience comes back: people by the number of their visits in the month, bots left out.
-- Grain: one row per partner, calendar month (Asia/Seoul) and band of visits a person with at least one person in it.
-- Parameters: days_of_months (each month is replaced), visit_gap_seconds.

with visits_by_person as (
    select
        partner_id,
        {{ first_day_of('month', 'visit_day') }} as month,
        person_number,
        count(*) as visits
    from {{ ref('int_partner_visits') }}
    where
        person_number is not null
        and visit_day in ({{ days_to_build('month') }})
    group by partner_id, {{ first_day_of('month', 'visit_day') }}, person_number
),

people_in_bands as (
    select
        partner_id,
        month,
        {{ band_of_visits('visits') }} as band
    from visits_by_person
)

select
    partner_id,
    month,
    band,
    count(*) as people,
    count(*) as contributing_people
from people_in_bands
group by partner_id, month, band
