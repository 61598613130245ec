-- Purpose: the visits that began on the days built.
-- Grain: one row per visit (visitor and the instant it began).
-- Parameters: days, visit_gap_seconds (through int_visit_requests).

{{ config(materialized='view') }}

select
    visit_day,
    visitor_pseudonym,
    visit_began_at
from {{ ref('int_visit_requests') }}
where is_visit_beginning
