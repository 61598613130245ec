{#- The audience of each partner's contents in each period: everyone who came, bots left out. One text for every length of period.
    A page view counts in the period of its own day, a visit in that of the day it began; people are counted once a period. -#}
{%- macro audience_usage(period) -%}
with page_views_by_period as (
    select
        partner_id,
        {{ first_day_of(period, 'event_day') }} as {{ period }},
        count(*) as page_views,
        count(distinct member_pseudonym) as unique_members,
        count(distinct visitor_pseudonym) as unique_visitors,
        count(distinct person_pseudonym) as contributing_people
    from {{ ref('stg_web__events') }}
    where
        is_audience_page_view
        and event_day in ({{ days_to_build(period) }})
    group by partner_id, {{ first_day_of(period, 'event_day') }}
),

visits_by_period as (
    select
        partner_id,
        {{ first_day_of(period, 'visit_day') }} as {{ period }},
        count(*) as visits,
        {{ median_of('visit_seconds') }} as median_visit_seconds,
        count(*) filter (where page_views = 1) as bounces
    from {{ ref('int_partner_visits') }}
    where visit_day in ({{ days_to_build(period) }})
    group by partner_id, {{ first_day_of(period, 'visit_day') }}
)

select
    coalesce(page_views_by_period.partner_id, visits_by_period.partner_id) as partner_id,
    coalesce(page_views_by_period.{{ period }}, visits_by_period.{{ period }}) as {{ period }},
    coalesce(page_views_by_period.page_views, 0) as page_views,
    coalesce(visits_by_period.visits, 0) as visits,
    coalesce(page_views_by_period.unique_members, 0) as unique_members,
    coalesce(page_views_by_period.unique_visitors, 0) as unique_visitors,
    visits_by_period.median_visit_seconds,
    coalesce(visits_by_period.bounces, 0) as bounces,
    coalesce(page_views_by_period.contributing_people, 0) as contributing_people
from page_views_by_period
full outer join visits_by_period
    on
        page_views_by_period.partner_id = visits_by_period.partner_id
        and page_views_by_period.{{ period }} = visits_by_period.{{ period }}
{%- endmacro -%}

{#- The same by day, told apart by the SQL `value` of each page view, which is never null and becomes the column `name`. A visit
    counts once for each value that its page views of the partner's contents have. -#}
{%- macro audience_usage_by(name, value) -%}
with page_views_by_day as (
    select
        partner_id,
        {{ value }} as {{ name }},
        event_day as day,
        count(*) as page_views,
        count(distinct member_pseudonym) as unique_members,
        count(distinct visitor_pseudonym) as unique_visitors,
        count(distinct person_pseudonym) as contributing_people
    from {{ ref('stg_web__events') }}
    where
        is_audience_page_view
        and event_day in ({{ days_to_build() }})
    group by partner_id, {{ value }}, event_day
),

visits_with_value as (
    select distinct
        partner_id,
        {{ value }} as {{ name }},
        visit_day as day,
        visitor_number,
        visit_began_at
    from {{ ref('int_visit_requests') }}
    where
        is_audience_page_view
        and visit_day in ({{ days_to_build() }})
),

visits_by_day as (
    select
        partner_id,
        {{ name }},
        day,
        count(*) as visits
    from visits_with_value
    group by partner_id, {{ name }}, day
)

select
    coalesce(page_views_by_day.partner_id, visits_by_day.partner_id) as partner_id,
    coalesce(page_views_by_day.{{ name }}, visits_by_day.{{ name }}) as {{ name }},
    coalesce(page_views_by_day.day, visits_by_day.day) as day,
    coalesce(page_views_by_day.page_views, 0) as page_views,
    coalesce(visits_by_day.visits, 0) as visits,
    coalesce(page_views_by_day.unique_members, 0) as unique_members,
    coalesce(page_views_by_day.unique_visitors, 0) as unique_visitors,
    coalesce(page_views_by_day.contributing_people, 0) as contributing_people
from page_views_by_day
full outer join visits_by_day
    on
        page_views_by_day.partner_id = visits_by_day.partner_id
        and page_views_by_day.{{ name }} = visits_by_day.{{ name }}
        and page_views_by_day.day = visits_by_day.day
{%- endmacro -%}
