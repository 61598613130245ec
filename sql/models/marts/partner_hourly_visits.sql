-- Purpose: at which hours of the week a partner's audience comes, bots left out.
-- Grain: one row per partner, calendar month, weekday and hour (Asia/Seoul) in which at least one visit began.
-- Parameters: days_of_months (each month is replaced), visit_gap_seconds.

with people_of_visitors as (
    -- A visitor is one person: a member, or an address and user agent.
    select
        visitor_pseudonym,
        max(person_pseudonym) as person_pseudonym
    from {{ ref('stg_web__events') }}
    where
        is_audience_page_view
        and (
            event_day in ({{ days_to_build('month') }})
            or event_day in ({{ days_to_build('month', offset=1) }})
        )
    group by visitor_pseudonym
),

visits_of_months as (
    select
        partner_id,
        visitor_pseudonym,
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
    count(distinct people_of_visitors.person_pseudonym) as contributing_people
from visits_of_months
left join people_of_visitors on visits_of_months.visitor_pseudonym = people_of_visitors.visitor_pseudonym
group by visits_of_months.partner_id, visits_of_months.month, visits_of_months.weekday, visits_of_months.hour
