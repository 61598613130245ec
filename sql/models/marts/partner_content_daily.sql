-- Purpose: which of a partner's contents its audience looked at, bots left out.
-- Grain: one row per partner, content and Asia/Seoul day with at least one page view.
-- Parameters: days (each is replaced).

select
    partner_id,
    content_id,
    event_day as day,
    count(*) as page_views,
    count(distinct member_pseudonym) as unique_members,
    count(distinct person_pseudonym) as contributing_people
from {{ ref('stg_web__events') }}
where
    is_audience_page_view
    and content_id is not null
    and event_day in ({{ days_to_build() }})
group by partner_id, content_id, event_day
