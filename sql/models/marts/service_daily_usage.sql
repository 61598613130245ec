-- Purpose: how much the whole service was used.
-- Grain: one row per Asia/Seoul day with at least one accepted request.
-- Parameters: days (each is replaced), visit_gap_seconds.

{{ service_usage('day') }}
