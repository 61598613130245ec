-- Purpose: the audience of each partner's contents by month: everyone who came, bots left out.
-- Grain: one row per partner and calendar month (Asia/Seoul) with at least one page view of the partner's contents, or one visit
--   that began in it and saw them after its end.
-- Parameters: days_of_months (each month is replaced), visit_gap_seconds.

{{ audience_usage('month') }}
