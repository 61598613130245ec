-- Purpose: the visits of the whole service that began on the days whose visits are needed.
-- Grain: one row per visit (visitor and the instant it began).
-- Parameters: days_of_visits, visit_gap_seconds (through int_visit_requests).

{{ config(materialized='view') }}

select
    visit_day,
    visitor_number,
    visit_began_at,
    member_partner_id,
    member_type
from {{ ref('int_visit_requests') }}
where is_visit_beginning
