-- Purpose: how often people who asked for a partner's contents got an error.
-- Grain: one row per partner and Asia/Seoul day with at least one such request, bots left out. The days whose visits are needed.
-- Parameters: days_of_visits.

select
    partner_id,
    event_day,
    count(*) filter (where status < 500) as client_errors,
    count(*) filter (where status >= 500) as server_errors
from {{ ref('stg_web__events') }}
where
    partner_id is not null
    and not is_bot
    and status between 400 and 599
    and event_day in ({{ days_to_build('visit') }})
group by partner_id, event_day
