-- Purpose: how much members of each type used the whole service.
-- Grain: one row per type of member and Asia/Seoul day with at least one accepted request; `(none)` for whoever is no member.
-- Parameters: days (each is replaced), visit_gap_seconds.

{{ service_usage_by_member_type('day') }}
