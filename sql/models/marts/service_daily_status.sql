-- Purpose: how the service answered.
-- Grain: one row per Asia/Seoul day and response status; a status of null stands for requests whose log gave none.
-- Parameters: days (each is replaced).

select
    event_day as day,
    status,
    count(*) as requests,
    {{ whole_sum('bytes_sent') }} as bytes_sent
from {{ ref('stg_web__events') }}
where event_day in ({{ days_to_build() }})
group by event_day, status
