-- Purpose: at which hours of the week a partner's audience comes, bots left out.
-- Grain: one row per partner, calendar month, weekday and hour (Asia/Seoul) in which at least one visit began.
-- Parameters: days_of_months (each month is replaced), visit_gap_seconds.

with visits_of_months as (
    select
        partner_id,
        visitor_number,
        {{ first_day_of('month', 'visit_day') }} as month,
        {{ weekday_of('visit_day') }} as weekday,
        {{ seoul_hour('visit_began_at') }} as hour
    from {{ ref('int_partner_visits') }}
    where visit_day in ({{ days_to_build('month') }})
)

select
    visits_of_months.partner_id,
    visits_of_months.month,
    visits_of_months.weekday,
    visits_of_months.hour,
    count(*) as visits,
    count(distinct visitors.person_pseudonym) as contributing_people
from visits_of_months
inner join {{ ref('int_visitors') }} as visitors on visits_of_months.visitor_number = visitors.visitor_number
group by visits_of_months.partner_id, visits_of_months.month, visits_of_months.weekday, visits_of_months.hour
