-- Purpose: the pseudonymised requests of the web sources, as the statistics read them.
-- Grain: one row per accepted request.
-- Parameters: none; which days are present is decided by the source.

select
    event_day,
    occurred_at,
    source,
    member_pseudonym,
    member_partner_id,
    member_type,
    visitor_pseudonym,
    person_pseudonym,
    method,
    route,
    feature,
    content_id,
    content_type,
    partner_id,
    is_page_view,
    status,
    bytes_sent,
    referrer_host,
    browser,
    os,
    device_class,
    is_bot,
    bot_evidence,
    partner_id is not null and is_page_view and not is_bot as is_audience_page_view
from {{ source('pseudonymised', 'events') }}
