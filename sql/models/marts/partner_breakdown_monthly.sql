-- Purpose: what a partner's audience of a month is made of, one dimension after the other, bots left out.
-- Grain: one row per partner, dimension, value and calendar month (Asia/Seoul) with at least one page view of the partner's
--   contents, or one visit that began in it and had such a page view later.
-- Parameters: days_of_months (each month is replaced), visit_gap_seconds.

{{ audience_breakdown('month', dimensions_of_page_views() | list, has_ends=true) }}
