-- Purpose: how the linked services were used on behalf of each partner, by members with a live link.
-- Grain: one row per partner, service, event and Asia/Seoul day with at least one event.
-- Parameters: days (each is replaced).

select
    partner_id,
    service,
    event,
    event_day as day,
    count(*) as events,
    count(distinct linked_member_pseudonym) as unique_members,
    count(distinct linked_member_pseudonym) as contributing_people
from {{ ref('stg_linked__events') }}
where event_day in ({{ days_to_build() }})
group by partner_id, service, event, event_day
