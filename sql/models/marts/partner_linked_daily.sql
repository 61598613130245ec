-- Purpose: how the linked services were used on behalf of each partner, by members with a live link.
-- Grain: one row per partner, service, event and Asia/Seoul day with at least one event.
-- Parameters: days (each is replaced).

{{ linked_usage('day') }}
