-- Purpose: what each visit saw of each partner's contents.
-- Grain: one row per visit and partner with at least one page view of that partner's contents in the visit.
-- Parameters: days_of_visits, visit_gap_seconds (through int_visit_requests).

select
    partner_id,
    visit_day,
    visitor_number,
    visit_began_at,
    count(*) as page_views,
    {{ seconds_between('min(occurred_at)', 'max(occurred_at)') }} as visit_seconds
from {{ ref('int_visit_requests') }}
where is_audience_page_view
group by partner_id, visit_day, visitor_number, visit_began_at
