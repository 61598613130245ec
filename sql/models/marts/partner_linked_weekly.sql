-- Purpose: how the linked services were used on behalf of each partner, by members with a live link.
-- Grain: one row per partner, service, event and week (Monday to Sunday, Asia/Seoul) with at least one event.
-- Parameters: days_of_weeks (each week is replaced).

{{ linked_usage('week') }}
