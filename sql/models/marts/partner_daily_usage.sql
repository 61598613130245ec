-- Purpose: the audience of each partner's contents by day: everyone who came, bots left out.
-- Grain: one row per partner and Asia/Seoul day with at least one page view of the partner's contents, or one visit that began
--   that day and saw them after midnight.
-- Parameters: days (each is replaced), visit_gap_seconds.

{{ audience_usage('day') }}
