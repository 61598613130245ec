-- Purpose: on which days each visitor came to the service, and when last before: what tells new visitors apart.
-- Grain: one row per visitor and Asia/Seoul day with at least one request, bots left out, of the days whose visits are needed.
-- Parameters: days_of_visits. Every day there are events of is read: those looked back on are among them.

with days_of_visitors as (
    select distinct
        visitors.visitor_number,
        requests.event_day
    from {{ ref('stg_web__events') }} as requests
    inner join {{ ref('int_visitors') }} as visitors on requests.visitor_pseudonym = visitors.visitor_pseudonym
    where not requests.is_bot
),

days_with_previous as (
    select
        visitor_number,
        event_day,
        lag(event_day) over (
            partition by visitor_number
            order by event_day
        ) as previous_day
    from days_of_visitors
)

select
    visitor_number,
    event_day,
    previous_day
from days_with_previous
where event_day in ({{ days_to_build('visit') }})
