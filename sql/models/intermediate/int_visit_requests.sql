-- Purpose: tell to which visit a request belongs. A visit is one visitor's requests with no gap longer than `visit_gap_seconds`;
--   it may cross midnight, counts on the Asia/Seoul day it began, and is followed to the end of the day after.
-- Grain: one row per request that begins a visit or is a page view; visits that began on the days whose visits are needed: the
--   days built, and all days of the weeks and months built.
-- Parameters: days_of_visits, visit_gap_seconds.

with people_requests as (
    -- The day before is read only as far as a visit could still reach into the day after.
    select
        visitors.visitor_number,
        visitors.person_number,
        visitors.is_member,
        requests.occurred_at,
        requests.event_day,
        requests.member_partner_id,
        requests.member_type,
        requests.partner_id,
        requests.content_id,
        requests.content_type,
        requests.feature,
        requests.referrer_host,
        requests.device_class,
        requests.browser,
        requests.os,
        requests.is_page_view,
        requests.is_audience_page_view
    from {{ ref('stg_web__events') }} as requests
    inner join {{ ref('int_visitors') }} as visitors on requests.visitor_pseudonym = visitors.visitor_pseudonym
    where
        not requests.is_bot
        and (
            requests.event_day in ({{ days_to_build('visit') }})
            or requests.event_day in ({{ days_to_build('visit', offset=1) }})
            or (
                requests.event_day in ({{ days_to_build('visit', offset=-1) }})
                and {{ seconds_between('requests.occurred_at', seoul_midnight(days_after('requests.event_day', 1))) }}
                <= {{ var('visit_gap_seconds') }}
            )
        )
),

requests_after_gaps as (
    select
        *,
        lag(occurred_at) over (
            partition by visitor_number
            order by occurred_at
        ) as previous_at
    from people_requests
),

requests_with_beginnings as (
    select
        *,
        case
            when previous_at is null
                or {{ seconds_between('previous_at', 'occurred_at') }} > {{ var('visit_gap_seconds') }}
                then occurred_at
        end as begins_at
    from requests_after_gaps
),

requests_of_visits as (
    -- The default frame takes in requests of the same instant, so that they always share one visit.
    select
        *,
        max(begins_at) over (
            partition by visitor_number
            order by occurred_at
        ) as visit_began_at
    from requests_with_beginnings
    where begins_at is not null or is_page_view
),

requests_of_dated_visits as (
    select
        *,
        {{ seoul_day('visit_began_at') }} as visit_day
    from requests_of_visits
)

select
    visit_day,
    visitor_number,
    person_number,
    is_member,
    visit_began_at,
    occurred_at,
    member_partner_id,
    member_type,
    partner_id,
    content_id,
    content_type,
    feature,
    referrer_host,
    device_class,
    browser,
    os,
    is_page_view,
    is_audience_page_view,
    begins_at is not null as is_visit_beginning
from requests_of_dated_visits
where
    visit_day in ({{ days_to_build('visit') }})
    and event_day <= {{ days_after('visit_day', 1) }}
