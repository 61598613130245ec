-- Purpose: how much the whole service was used.
-- Grain: one row per calendar month (Asia/Seoul) with at least one accepted request.
-- Parameters: days_of_months (each month is replaced), visit_gap_seconds.

{{ service_usage('month') }}
