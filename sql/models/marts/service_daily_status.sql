-- Purpose: how the service answered.
-- Grain: one row per Asia/Seoul day and response status; a status of null stands for requests whose log gave none.
-- Parameters: days (each is replaced).

select
    requests.event_day as day,
    requests.status,
    count(*) as requests,
    {{ whole_sum('requests.bytes_sent') }} as bytes_sent,
    count(distinct visitors.person_number) as contributing_people
from {{ ref('stg_web__events') }} as requests
left join {{ ref('int_visitors') }} as visitors
    on
        requests.visitor_pseudonym = visitors.visitor_pseudonym
        and not requests.is_bot
where requests.event_day in ({{ days_to_build() }})
group by requests.event_day, requests.status
