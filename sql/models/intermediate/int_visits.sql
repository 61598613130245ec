-- Purpose: the visits of the whole service that began on the days whose visits are needed, and what was looked at in each.
-- Grain: one row per visit (visitor and the instant it began).
-- Parameters: days_of_visits, visit_gap_seconds (through int_visit_requests).

select
    visit_day,
    visitor_number,
    person_number,
    is_member,
    visit_began_at,
    max(case when is_visit_beginning then member_partner_id end) as member_partner_id,
    max(case when is_visit_beginning then member_type end) as member_type,
    count(*) filter (where is_page_view) as page_views,
    {{ seconds_between('min(occurred_at) filter (where is_page_view)', 'max(occurred_at) filter (where is_page_view)') }}
        as visit_seconds,
    {{ first_by('feature', 'occurred_at') }} filter (where is_page_view) as entry_feature,
    {{ last_by('feature', 'occurred_at') }} filter (where is_page_view) as exit_feature
from {{ ref('int_visit_requests') }}
group by visit_day, visitor_number, person_number, is_member, visit_began_at
