{#- Use of the whole service in each period. One text for every length of period. A request counts in the period of its own day, a
    visit in that of the day it began; members, visitors and people are counted once a period. -#}
{%- macro service_usage(period) -%}
with requests_by_period as (
    select
        {{ first_day_of(period, 'event_day') }} as {{ period }},
        {{ whole_sum('requests') }} as requests,
        {{ whole_sum('case when not is_bot then page_views end') }} as page_views,
        {{ whole_sum('case when is_bot then requests end') }} as bot_requests,
        count(distinct case when is_member then visitor_number end) as unique_members,
        count(distinct visitor_number) as unique_visitors,
        {{ whole_sum('bytes_sent') }} as bytes_sent,
        {{ whole_sum('client_errors') }} as client_errors,
        {{ whole_sum('server_errors') }} as server_errors,
        count(distinct person_number) as contributing_people
    from {{ ref('int_visitor_days') }}
    where event_day in ({{ days_to_build(period) }})
    group by {{ first_day_of(period, 'event_day') }}
),

visits_by_period as (
    select
        {{ first_day_of(period, 'visit_day') }} as {{ period }},
        count(*) as visits
    from {{ ref('int_visits') }}
    where visit_day in ({{ days_to_build(period) }})
    group by {{ first_day_of(period, 'visit_day') }}
)

select
    requests_by_period.{{ period }},
    requests_by_period.requests,
    requests_by_period.page_views,
    requests_by_period.bot_requests,
    coalesce(visits_by_period.visits, 0) as visits,
    requests_by_period.unique_members,
    requests_by_period.unique_visitors,
    requests_by_period.bytes_sent,
    requests_by_period.client_errors,
    requests_by_period.server_errors,
    requests_by_period.contributing_people
from requests_by_period
left join visits_by_period on requests_by_period.{{ period }} = visits_by_period.{{ period }}
{%- endmacro -%}

{#- The same by the member's type at the end of each day, `(none)` for whoever is no member; a member whose type changes counts
    with each, a visit with that of the day it began. -#}
{%- macro service_usage_by_member_type(period) -%}
with requests_by_period as (
    select
        coalesce(member_type, '(none)') as member_type,
        {{ first_day_of(period, 'event_day') }} as {{ period }},
        {{ whole_sum('requests') }} as requests,
        {{ whole_sum('case when not is_bot then page_views end') }} as page_views,
        count(distinct case when is_member then visitor_number end) as unique_members,
        count(distinct visitor_number) as unique_visitors,
        {{ whole_sum('client_errors') }} as client_errors,
        {{ whole_sum('server_errors') }} as server_errors,
        count(distinct person_number) as contributing_people
    from {{ ref('int_visitor_days') }}
    where event_day in ({{ days_to_build(period) }})
    group by coalesce(member_type, '(none)'), {{ first_day_of(period, 'event_day') }}
),

visits_by_period as (
    select
        coalesce(member_type, '(none)') as member_type,
        {{ first_day_of(period, 'visit_day') }} as {{ period }},
        count(*) as visits
    from {{ ref('int_visits') }}
    where visit_day in ({{ days_to_build(period) }})
    group by coalesce(member_type, '(none)'), {{ first_day_of(period, 'visit_day') }}
)

select
    requests_by_period.member_type,
    requests_by_period.{{ period }},
    requests_by_period.requests,
    requests_by_period.page_views,
    coalesce(visits_by_period.visits, 0) as visits,
    requests_by_period.unique_members,
    requests_by_period.unique_visitors,
    requests_by_period.client_errors,
    requests_by_period.server_errors,
    requests_by_period.contributing_people
from requests_by_period
left join visits_by_period
    on
        requests_by_period.member_type = visits_by_period.member_type
        and requests_by_period.{{ period }} = visits_by_period.{{ period }}
{%- endmacro -%}
