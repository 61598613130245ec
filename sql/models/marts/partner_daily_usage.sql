-- Purpose: the audience of each partner's contents: everyone who came, bots left out.
-- Grain: one row per partner and Asia/Seoul day with at least one page view of the partner's contents, or one visit that began
--   that day and saw them after midnight.
-- Parameters: days (each is replaced), visit_gap_seconds.

with daily_audience as (
    select
        partner_id,
        event_day as day,
        count(*) as page_views,
        count(distinct member_pseudonym) as unique_members,
        count(distinct visitor_pseudonym) as unique_visitors,
        count(distinct person_pseudonym) as contributing_people
    from {{ ref('stg_web__events') }}
    where
        is_audience_page_view
        and event_day in ({{ days_to_build() }})
    group by partner_id, event_day
),

daily_visits as (
    select
        partner_id,
        visit_day as day,
        count(*) as visits,
        {{ median_of('visit_seconds') }} as median_visit_seconds,
        count(*) filter (where page_views = 1) as bounces
    from {{ ref('int_partner_visits') }}
    group by partner_id, visit_day
)

select
    coalesce(daily_audience.partner_id, daily_visits.partner_id) as partner_id,
    coalesce(daily_audience.day, daily_visits.day) as day,
    coalesce(daily_audience.page_views, 0) as page_views,
    coalesce(daily_visits.visits, 0) as visits,
    coalesce(daily_audience.unique_members, 0) as unique_members,
    coalesce(daily_audience.unique_visitors, 0) as unique_visitors,
    daily_visits.median_visit_seconds,
    coalesce(daily_visits.bounces, 0) as bounces,
    coalesce(daily_audience.contributing_people, 0) as contributing_people
from daily_audience
full outer join daily_visits
    on
        daily_audience.partner_id = daily_visits.partner_id
        and daily_audience.day = daily_visits.day
