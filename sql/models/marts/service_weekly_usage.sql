-- Purpose: how much the whole service was used.
-- Grain: one row per week (Monday to Sunday, Asia/Seoul) with at least one accepted request.
-- Parameters: days_of_weeks (each week is replaced), visit_gap_seconds.

{{ service_usage('week') }}
