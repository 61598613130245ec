-- Purpose: how long a partner's audience stays: people by their longest visit of the month, bots left out.
-- Grain: one row per partner, calendar month (Asia/Seoul) and band of seconds with at least one person in it.
-- Parameters: days_of_months (each month is replaced), visit_length_edges, visit_gap_seconds.

with longest_visits as (
    select
        partner_id,
        {{ first_day_of('month', 'visit_day') }} as month,
        person_number,
        max(visit_seconds) as longest_seconds
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
        {{ band_of_seconds('longest_seconds') }} as band
    from longest_visits
)

select
    partner_id,
    month,
    band,
    count(*) as people,
    count(*) as contributing_people
from people_in_bands
group by partner_id, month, band
