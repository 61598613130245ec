{#- What the use of the whole service is made of, by type of member: one long table of the columns dimension and value. -#}

{#- The page views of the period told apart by one dimension (SQL that is never null), and the visits with one of its values. -#}
{%- macro service_page_views_with(dimension, value, period) -%}
    select
        coalesce(member_type, '(none)') as member_type,
        '{{ dimension }}' as dimension,
        {{ value }} as value,
        {{ first_day_of(period, 'event_day') }} as {{ period }},
        visitor_number,
        person_number,
        is_member,
        page_views
    from {{ ref('int_page_views') }}
    where event_day in ({{ days_to_build(period) }})
{%- endmacro -%}

{#- A visit has the type of member that began it, whatever the type was when a page was looked at after midnight. -#}
{%- macro service_visits_with(dimension, value, period) -%}
    select distinct
        visits.member_type,
        '{{ dimension }}' as dimension,
        {{ value }} as value,
        visits.{{ period }},
        requests.visitor_number,
        requests.visit_began_at
    from {{ ref('int_visit_requests') }} as requests
    inner join visits
        on
            requests.visitor_number = visits.visitor_number
            and requests.visit_began_at = visits.visit_began_at
    where requests.is_page_view
{%- endmacro -%}

{#- What tells visits apart, by the name of the dimension: SQL that is never null, and the page views that count with it. -#}
{%- macro dimensions_of_visits() -%}
    {{ return({
        'entry_feature': ('entry_feature', '1'),
        'exit_feature': ('exit_feature', '1'),
        'weekday_hour': ('weekday_hour', 'page_views'),
        'visit_length': (band_of_seconds('visit_seconds'), 'page_views'),
    }) }}
{%- endmacro -%}

{#- The visits of the period told apart by one dimension, each with the page views that count with it. -#}
{%- macro service_visits_apart(source, dimension, value, period, page_views) -%}
    select
        member_type,
        '{{ dimension }}' as dimension,
        {{ value }} as value,
        {{ period }},
        visitor_number,
        person_number,
        is_member,
        {{ page_views }} as page_views
    from {{ source }}
{%- endmacro -%}

{#- The use of the whole service in each period, bots left out, told apart by each of `dimensions` (names of those of page views),
    by those of visits, and by how often each person came. A page view counts in the period of its day, a visit in that of the day
    it began, once for each value in it. What tells visits apart counts those with a page view, and their page views with them. -#}
{%- macro service_breakdown(period, dimensions) -%}
    {%- set values = dimensions_of_page_views() -%}
    {%- set keys = ['member_type', 'dimension', 'value', period] -%}
    {%- set columns = keys | join(', ') -%}
    {%- set visits_with_value = [] -%}
    {%- for dimension in dimensions -%}
        {%- do visits_with_value.append(service_visits_with(dimension, values[dimension], period)) -%}
    {%- endfor -%}
    with visits as (
    select
        coalesce(member_type, '(none)') as member_type,
        {{ first_day_of(period, 'visit_day') }} as {{ period }},
        visitor_number,
        person_number,
        is_member,
        visit_began_at,
        page_views,
        visit_seconds,
        coalesce(entry_feature, '(none)') as entry_feature,
        coalesce(exit_feature, '(none)') as exit_feature,
        {{ weekday_of('visit_day') }} || ' ' || right('0' || {{ seoul_hour('visit_began_at') }}, 2) as weekday_hour
    from {{ ref('int_visits') }}
    where
        page_views > 0
        and visit_day in ({{ days_to_build(period) }})
),

visits_of_people as (
    select
        *,
        count(*) over (partition by member_type, {{ period }}, person_number) as visits_of_person
    from visits
    where person_number is not null
),

visits_apart as (
    {% for dimension, (value, page_views) in dimensions_of_visits().items() %}
    {{ service_visits_apart('visits', dimension, value, period, page_views) }}
    union all
    {% endfor %}
    {{ service_visits_apart('visits_of_people', 'visit_frequency', band_of_visits('visits_of_person'), period, 'page_views') }}
),

page_views as (
    {% for dimension in dimensions %}
    {{ service_page_views_with(dimension, values[dimension], period) }}
    union all
    {% endfor %}
    select * from visits_apart
),

{{ people_of('page_views', keys) }},

visits_with_value as (
    {{ visits_with_value | join('\n    union all\n') }}
),

visits_by_period as (
    select
        {{ columns }},
        count(*) as visits
    from visits_with_value
    group by {{ columns }}
    union all
    select
        {{ columns }},
        count(*) as visits
    from visits_apart
    group by {{ columns }}
)

select
    {{ columns }},
    coalesce(page_views_people.page_views, 0) as page_views,
    coalesce(visits_by_period.visits, 0) as visits,
    coalesce(page_views_people.unique_members, 0) as unique_members,
    coalesce(page_views_people.unique_visitors, 0) as unique_visitors,
    coalesce(page_views_people.contributing_people, 0) as contributing_people
from page_views_people
full outer join visits_by_period using ({{ columns }})
{%- endmacro -%}
