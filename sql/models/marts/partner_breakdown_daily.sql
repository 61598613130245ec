-- Purpose: what a partner's audience of a day is made of, one dimension after the other, bots left out.
-- Grain: one row per partner, dimension, value and Asia/Seoul day with at least one page view of the partner's
--   contents, or one visit that began in it and had such a page view later.
-- Parameters: days (each is replaced), visit_gap_seconds.

{{ audience_breakdown('day', ['content_type', 'browser', 'os', 'device_os']) }}
