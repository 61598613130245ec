-- Purpose: what each visitor asked of the whole service on each day, counted once for all marts of the service.
-- Grain: one row per Asia/Seoul day and visitor of the days whose visits are needed. Bots of a day share rows without a visitor,
--   and so do requests without an address.
-- Parameters: days_of_visits.

select
    requests.event_day,
    requests.is_bot,
    requests.member_type,
    visitors.visitor_number,
    visitors.person_number,
    visitors.is_member,
    count(*) as requests,
    count(*) filter (where requests.is_page_view) as page_views,
    {{ whole_sum('requests.bytes_sent') }} as bytes_sent,
    count(*) filter (where requests.status between 400 and 499) as client_errors,
    count(*) filter (where requests.status between 500 and 599) as server_errors
from {{ ref('stg_web__events') }} as requests
left join {{ ref('int_visitors') }} as visitors
    on
        requests.visitor_pseudonym = visitors.visitor_pseudonym
        and not requests.is_bot
where requests.event_day in ({{ days_to_build('visit') }})
group by
    requests.event_day,
    requests.is_bot,
    requests.member_type,
    visitors.visitor_number,
    visitors.person_number,
    visitors.is_member
