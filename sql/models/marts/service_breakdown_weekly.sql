-- Purpose: what the use of the whole service is made of, by type of member, one dimension after the other, bots left out.
-- Grain: one row per type of member, dimension, value and week (Monday to Sunday, Asia/Seoul) with at least one page view, or one
--   visit that began in it and had such a page view later; `(none)` for whoever is no member.
-- Parameters: days_of_weeks (each week is replaced), visit_length_edges, visit_gap_seconds.

{{ service_breakdown('week', dimensions_of_page_views() | list) }}
