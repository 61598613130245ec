-- Purpose: what each visitor looked at, counted once for all marts.
-- Grain: one row per partner (null of pages that are no partner's content), Asia/Seoul day, visitor, type of member and all that
--   tells page views apart: content, feature, referrer, device, browser, operating system. Page views without an address share
--   rows without a visitor; bots are left out. The days whose visits are needed.
-- Parameters: days_of_visits.

select
    requests.partner_id,
    requests.event_day,
    visitors.visitor_number,
    visitors.person_number,
    visitors.is_member,
    requests.member_type,
    requests.content_id,
    requests.content_type,
    requests.feature,
    requests.referrer_host,
    requests.device_class,
    requests.browser,
    requests.os,
    count(*) as page_views
from {{ ref('stg_web__events') }} as requests
left join {{ ref('int_visitors') }} as visitors on requests.visitor_pseudonym = visitors.visitor_pseudonym
where
    requests.is_page_view
    and not requests.is_bot
    and requests.event_day in ({{ days_to_build('visit') }})
group by
    requests.partner_id,
    requests.event_day,
    visitors.visitor_number,
    visitors.person_number,
    visitors.is_member,
    requests.member_type,
    requests.content_id,
    requests.content_type,
    requests.feature,
    requests.referrer_host,
    requests.device_class,
    requests.browser,
    requests.os
