-- Purpose: which of a partner's contents its audience looked at, bots left out.
-- Grain: one row per partner, content and Asia/Seoul day with at least one page view.
-- Parameters: days (each is replaced).

with page_views as (
    select
        partner_id,
        content_id,
        event_day as day,
        visitor_number,
        person_number,
        is_member,
        page_views
    from {{ ref('int_audience_page_views') }}
    where
        content_id is not null
        and event_day in ({{ days_to_build() }})
),

{{ people_of('page_views', ['partner_id', 'content_id', 'day']) }}

select
    partner_id,
    content_id,
    day,
    page_views,
    unique_members,
    contributing_people,
    largest_page_views,
    second_page_views
from page_views_people
