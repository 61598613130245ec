-- Purpose: on which days each visitor looked at each partner's contents, and when last before: what tells new visitors apart.
-- Grain: one row per partner, visitor and Asia/Seoul day with at least one page view, of the days whose visits are needed.
-- Parameters: days_of_visits. Every day there are events of is read: those looked back on are among them.

with days_of_visitors as (
    select distinct
        requests.partner_id,
        visitors.visitor_number,
        visitors.person_number,
        requests.event_day
    from {{ ref('stg_web__events') }} as requests
    inner join {{ ref('int_visitors') }} as visitors on requests.visitor_pseudonym = visitors.visitor_pseudonym
    where requests.is_audience_page_view
),

days_with_previous as (
    select
        partner_id,
        visitor_number,
        person_number,
        event_day,
        lag(event_day) over (
            partition by partner_id, visitor_number
            order by event_day
        ) as previous_day
    from days_of_visitors
)

select
    partner_id,
    visitor_number,
    person_number,
    event_day,
    previous_day
from days_with_previous
where event_day in ({{ days_to_build('visit') }})
