-- Purpose: how much a partner's own members use Partner Center, bots left out.
-- Grain: one row per partner and calendar month (Asia/Seoul) in which one of its own members made a request.
-- Parameters: days_of_months (each month is replaced), visit_gap_seconds.

with requests_by_member as (
    -- A member belongs to the partner of each day: one who moves counts with both.
    select
        member_partner_id as partner_id,
        {{ first_day_of('month', 'event_day') }} as month,
        member_pseudonym,
        person_pseudonym,
        count(*) filter (where is_page_view) as page_views
    from {{ ref('stg_web__events') }}
    where
        member_partner_id is not null
        and not is_bot
        and event_day in ({{ days_to_build('month') }})
    group by member_partner_id, {{ first_day_of('month', 'event_day') }}, member_pseudonym, person_pseudonym
),

requests_by_person as (
    -- A member is one person, so that members of several people add up.
    select
        partner_id,
        month,
        person_pseudonym,
        count(member_pseudonym) as members,
        {{ whole_sum('page_views') }} as page_views
    from requests_by_member
    group by partner_id, month, person_pseudonym
),

requests_by_month as (
    select
        partner_id,
        month,
        {{ whole_sum('members') }} as active_members,
        {{ whole_sum('page_views') }} as page_views,
        count(person_pseudonym) as contributing_people,
        coalesce(max(case when person_pseudonym is not null then page_views end), 0) as largest_page_views,
        {{ second_largest_of('case when person_pseudonym is not null then page_views end') }} as second_page_views
    from requests_by_person
    group by partner_id, month
),

visits_by_month as (
    select
        member_partner_id as partner_id,
        {{ first_day_of('month', 'visit_day') }} as month,
        count(*) as visits
    from {{ ref('int_visits') }}
    where
        member_partner_id is not null
        and visit_day in ({{ days_to_build('month') }})
    group by member_partner_id, {{ first_day_of('month', 'visit_day') }}
)

select
    requests_by_month.partner_id,
    requests_by_month.month,
    requests_by_month.active_members,
    coalesce(visits_by_month.visits, 0) as visits,
    requests_by_month.page_views,
    requests_by_month.contributing_people,
    requests_by_month.largest_page_views,
    requests_by_month.second_page_views
from requests_by_month
left join visits_by_month
    on
        requests_by_month.partner_id = visits_by_month.partner_id
        and requests_by_month.month = visits_by_month.month
