{#- The audience of each partner's contents in each period: everyone who came, bots left out. One text for every length of period.
    A page view counts in the period of its own day, a visit in that of the day it began; people are counted once a period. -#}
{%- macro audience_usage(period) -%}
with page_views as (
    select
        partner_id,
        {{ first_day_of(period, 'event_day') }} as {{ period }},
        visitor_number,
        person_number,
        is_member,
        page_views
    from {{ ref('int_audience_page_views') }}
    where event_day in ({{ days_to_build(period) }})
),

{{ people_of('page_views', ['partner_id', period]) }},

visitors_of_periods as (
    -- Of a visitor's days in a period, the first is the only one that may look further back than the period.
    select
        partner_id,
        {{ first_day_of(period, 'event_day') }} as {{ period }},
        visitor_number,
        max(person_number) as person_number,
        count(*) filter (
            where previous_day is null
            or previous_day < {{ days_after(first_day_of(period, 'event_day'), -(var('look_back_days') | int)) }}
        ) > 0 as is_new
    from {{ ref('int_audience_days') }}
    where event_day in ({{ days_to_build(period) }})
    group by partner_id, {{ first_day_of(period, 'event_day') }}, visitor_number
),

newcomers as (
    -- A person may be several visitors, new and returning ones.
    select
        partner_id,
        {{ period }},
        count(*) filter (where is_new) as new_visitors,
        count(distinct case when is_new then person_number end) as new_people,
        count(distinct case when not is_new then person_number end) as returning_people
    from visitors_of_periods
    group by partner_id, {{ period }}
),

page_views_by_period as (
    select
        page_views_people.*,
        case
            when page_views_people.{{ period }} in ({{ firsts_without_past(period) }}) then null
            else coalesce(newcomers.new_visitors, 0)
        end as new_visitors,
        case
            when page_views_people.{{ period }} in ({{ firsts_without_past(period) }}) then null
            else coalesce(newcomers.new_people, 0)
        end as new_people,
        case
            when page_views_people.{{ period }} in ({{ firsts_without_past(period) }}) then null
            else coalesce(newcomers.returning_people, 0)
        end as returning_people
    from page_views_people
    left join newcomers
        on
            page_views_people.partner_id = newcomers.partner_id
            and page_views_people.{{ period }} = newcomers.{{ period }}
),

visits_by_period as (
    select
        partner_id,
        {{ first_day_of(period, 'visit_day') }} as {{ period }},
        count(*) as visits,
        {{ median_of('visit_seconds') }} as median_visit_seconds,
        round({{ quantile_of('visit_seconds', 0.9) }}, 6) as p90_visit_seconds,
        count(*) filter (where page_views = 1) as bounces,
        count(distinct person_number) as visiting_people,
        count(distinct case when page_views = 1 then person_number end) as bouncing_people,
        count(distinct case when page_views > 1 then person_number end) as staying_people
    from {{ ref('int_partner_visits') }}
    where visit_day in ({{ days_to_build(period) }})
    group by partner_id, {{ first_day_of(period, 'visit_day') }}
),

visits_of_people as (
    select
        partner_id,
        {{ first_day_of(period, 'visit_day') }} as {{ period }},
        count(*) as visits
    from {{ ref('int_partner_visits') }}
    where
        person_number is not null
        and visit_day in ({{ days_to_build(period) }})
    group by partner_id, {{ first_day_of(period, 'visit_day') }}, person_number
),

largest_by_period as (
    select
        partner_id,
        {{ period }},
        max(visits) as largest_visits,
        {{ second_largest_of('visits') }} as second_visits
    from visits_of_people
    group by partner_id, {{ period }}
),

errors_by_period as (
    select
        partner_id,
        {{ first_day_of(period, 'event_day') }} as {{ period }},
        {{ whole_sum('client_errors') }} as client_errors,
        {{ whole_sum('server_errors') }} as server_errors
    from {{ ref('int_partner_errors') }}
    where event_day in ({{ days_to_build(period) }})
    group by partner_id, {{ first_day_of(period, 'event_day') }}
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
    coalesce(page_views_by_period.contributing_people, 0) as contributing_people,
    visits_by_period.p90_visit_seconds,
    page_views_by_period.new_visitors,
    page_views_by_period.unique_visitors - page_views_by_period.new_visitors as returning_visitors,
    coalesce(visits_by_period.visiting_people, 0) as visiting_people,
    coalesce(visits_by_period.bouncing_people, 0) as bouncing_people,
    coalesce(page_views_by_period.largest_page_views, 0) as largest_page_views,
    coalesce(page_views_by_period.second_page_views, 0) as second_page_views,
    page_views_by_period.new_people,
    page_views_by_period.returning_people,
    coalesce(visits_by_period.staying_people, 0) as staying_people,
    coalesce(errors_by_period.client_errors, 0) as client_errors,
    coalesce(errors_by_period.server_errors, 0) as server_errors,
    coalesce(largest_by_period.largest_visits, 0) as largest_visits,
    coalesce(largest_by_period.second_visits, 0) as second_visits
from page_views_by_period
full outer join visits_by_period
    on
        page_views_by_period.partner_id = visits_by_period.partner_id
        and page_views_by_period.{{ period }} = visits_by_period.{{ period }}
left join largest_by_period
    on
        visits_by_period.partner_id = largest_by_period.partner_id
        and visits_by_period.{{ period }} = largest_by_period.{{ period }}
left join errors_by_period
    on
        coalesce(page_views_by_period.partner_id, visits_by_period.partner_id) = errors_by_period.partner_id
        and coalesce(page_views_by_period.{{ period }}, visits_by_period.{{ period }}) = errors_by_period.{{ period }}
{%- endmacro -%}

{#- The same by day, told apart by the SQL `value` of each page view, which is never null and becomes the column `name`. A visit
    counts once for each value that its page views of the partner's contents have. -#}
{%- macro audience_usage_by(name, value) -%}
with page_views as (
    select
        partner_id,
        {{ value }} as {{ name }},
        event_day as day,
        visitor_number,
        person_number,
        is_member,
        page_views
    from {{ ref('int_audience_page_views') }}
    where event_day in ({{ days_to_build() }})
),

{{ people_of('page_views', ['partner_id', name, 'day']) }},

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
    coalesce(page_views_people.partner_id, visits_by_day.partner_id) as partner_id,
    coalesce(page_views_people.{{ name }}, visits_by_day.{{ name }}) as {{ name }},
    coalesce(page_views_people.day, visits_by_day.day) as day,
    coalesce(page_views_people.page_views, 0) as page_views,
    coalesce(visits_by_day.visits, 0) as visits,
    coalesce(page_views_people.unique_members, 0) as unique_members,
    coalesce(page_views_people.unique_visitors, 0) as unique_visitors,
    coalesce(page_views_people.contributing_people, 0) as contributing_people,
    coalesce(page_views_people.largest_page_views, 0) as largest_page_views,
    coalesce(page_views_people.second_page_views, 0) as second_page_views
from page_views_people
full outer join visits_by_day
    on
        page_views_people.partner_id = visits_by_day.partner_id
        and page_views_people.{{ name }} = visits_by_day.{{ name }}
        and page_views_people.day = visits_by_day.day
{%- endmacro -%}
