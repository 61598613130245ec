-- Purpose: what each visit saw of each partner's contents, and whose visit it was.
-- Grain: one row per visit and partner with at least one page view of that partner's contents in the visit.
-- Parameters: days_of_visits, visit_gap_seconds (through int_visit_requests).

select
    partner_id,
    visit_day,
    visitor_number,
    person_number,
    is_member,
    visit_began_at,
    count(*) as page_views,
    {{ seconds_between('min(occurred_at)', 'max(occurred_at)') }} as visit_seconds,
    {{ first_by('content_id', 'occurred_at') }} as entry_content_id,
    {{ last_by('content_id', 'occurred_at') }} as exit_content_id
from {{ ref('int_visit_requests') }}
where is_audience_page_view
group by partner_id, visit_day, visitor_number, person_number, is_member, visit_began_at
