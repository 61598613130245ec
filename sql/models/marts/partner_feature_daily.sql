-- Purpose: which features of the service showed a partner's contents to its audience, bots left out.
-- Grain: one row per partner, feature and Asia/Seoul day with at least one page view of the partner's contents, or one visit that
--   began that day and had such a page view after midnight.
-- Parameters: days (each is replaced), visit_gap_seconds.

{{ audience_usage_by('feature', 'feature') }}
