-- Purpose: how the linked services were used on behalf of each partner, by members with a live link.
-- Grain: one row per partner, service, event and calendar month (Asia/Seoul) with at least one event.
-- Parameters: days_of_months (each month is replaced).

{{ linked_usage('month') }}
