-- Purpose: the pseudonymised events of the linked services, as the statistics read them.
-- Grain: one row per event of a member with a live link.
-- Parameters: none; which days are present is decided by the source.

select
    event_day,
    occurred_at,
    service,
    event,
    partner_id,
    linked_member_pseudonym
from {{ source('pseudonymised', 'linked_events_pseudonymised') }}
