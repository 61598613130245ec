{#- Use of the whole service in each period, and by the member's type at the end of each day, `(none)` for whoever is no member.
    One text for every length of period. A request counts in the period of its own day, a visit in that of the day it began;
    members, visitors and people are counted once a period. A member whose type changes counts with each, a visit with that of the
    day it began. -#}
{%- macro service_usage(period) -%}
    {{ _service_usage(period, [period], with_machines=true) }}
{%- endmacro -%}

{%- macro service_usage_by_member_type(period) -%}
    {{ _service_usage(period, ['member_type', period], with_machines=false) }}
{%- endmacro -%}

{#- `keys` are the columns that tell rows apart; bots and bytes are counted when `with_machines`. -#}
{%- macro _service_usage(period, keys, with_machines) -%}
    {%- set columns = keys | join(', ') -%}
    with days as (
    select
        coalesce(member_type, '(none)') as member_type,
        {{ first_day_of(period, 'event_day') }} as {{ period }},
        is_bot,
        visitor_number,
        person_number,
        is_member,
        requests,
        page_views,
        bytes_sent,
        client_errors,
        server_errors
    from {{ ref('int_visitor_days') }}
    where event_day in ({{ days_to_build(period) }})
),

requests_by_period as (
    select
        {{ columns }},
        {{ whole_sum('requests') }} as requests,
        {{ whole_sum('case when not is_bot then page_views end') }} as page_views,
        {{ whole_sum('case when is_bot then requests end') }} as bot_requests,
        count(distinct case when is_member then visitor_number end) as unique_members,
        count(distinct visitor_number) as unique_visitors,
        {{ whole_sum('bytes_sent') }} as bytes_sent,
        {{ whole_sum('client_errors') }} as client_errors,
        {{ whole_sum('server_errors') }} as server_errors,
        count(distinct person_number) as contributing_people
    from days
    group by {{ columns }}
),

visits as (
    select
        coalesce(member_type, '(none)') as member_type,
        {{ first_day_of(period, 'visit_day') }} as {{ period }},
        page_views,
        visit_seconds
    from {{ ref('int_visits') }}
    where visit_day in ({{ days_to_build(period) }})
),

visits_by_period as (
    select
        {{ columns }},
        count(*) as visits,
        {{ median_of('visit_seconds') }} as median_visit_seconds,
        round({{ quantile_of('visit_seconds', 0.9) }}, 6) as p90_visit_seconds,
        count(*) filter (where page_views = 1) as bounces
    from visits
    group by {{ columns }}
),

newcomers as (
    -- Of a visitor's days in a period, the first is the only one that may look further back than the period.
    select
        {{ first_day_of(period, 'event_day') }} as {{ period }},
        visitor_number
    from {{ ref('int_service_days') }}
    where
        event_day in ({{ days_to_build(period) }})
        and (
            previous_day is null
            or previous_day < {{ days_after(first_day_of(period, 'event_day'), -(var('look_back_days') | int)) }}
        )
    group by {{ first_day_of(period, 'event_day') }}, visitor_number
),

newcomers_by_period as (
    select
        {% for key in keys %}days.{{ key }}, {% endfor %}
        count(distinct days.visitor_number) as new_visitors
    from days
    inner join newcomers
        on
            days.visitor_number = newcomers.visitor_number
            and days.{{ period }} = newcomers.{{ period }}
    group by {% for key in keys %}days.{{ key }}{{ ', ' if not loop.last }}{% endfor %}
),

counted as (
    select
        requests_by_period.*,
        coalesce(visits_by_period.visits, 0) as visits,
        visits_by_period.median_visit_seconds,
        visits_by_period.p90_visit_seconds,
        coalesce(visits_by_period.bounces, 0) as bounces,
        case
            when requests_by_period.{{ period }} in ({{ firsts_without_past(period) }}) then null
            else coalesce(newcomers_by_period.new_visitors, 0)
        end as new_visitors
    from requests_by_period
    left join visits_by_period using ({{ columns }})
    left join newcomers_by_period using ({{ columns }})
)

select
    {% for key in keys %}{{ key }}, {% endfor %}
    requests,
    page_views,
    {{ 'bot_requests,' if with_machines }}
    visits,
    unique_members,
    unique_visitors,
    {{ 'bytes_sent,' if with_machines }}
    client_errors,
    server_errors,
    contributing_people,
    median_visit_seconds,
    p90_visit_seconds,
    bounces,
    new_visitors,
    unique_visitors - new_visitors as returning_visitors
from counted
{%- endmacro -%}
