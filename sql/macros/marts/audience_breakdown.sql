{#- What tells page views apart, by the name of the dimension: SQL that is never null. -#}
{%- macro dimensions_of_page_views() -%}
    {{ return({
        'content': "coalesce(content_id, '(none)')",
        'content_type': "coalesce(content_type, '(none)')",
        'device': "coalesce(device_class, '(none)')",
        'browser': "coalesce(browser, '(none)')",
        'os': "coalesce(os, '(none)')",
        'device_os': "coalesce(device_class, '(none)') || ' / ' || coalesce(os, '(none)')",
        'feature': "coalesce(feature, '(none)')",
        'referrer': "coalesce(referrer_host, '(none)')",
        'search': search_engine_of('referrer_host'),
    }) }}
{%- endmacro -%}

{#- The page views of the period told apart by one dimension, and the visits with one of its values. -#}
{%- macro page_views_with(dimension, value, period) -%}
    select
        partner_id,
        '{{ dimension }}' as dimension,
        {{ value }} as value,
        {{ first_day_of(period, 'event_day') }} as {{ period }},
        visitor_number,
        person_number,
        is_member,
        page_views
    from {{ ref('int_audience_page_views') }}
    where event_day in ({{ days_to_build(period) }})
{%- endmacro -%}

{%- macro visits_with(dimension, value, period) -%}
    select distinct
        partner_id,
        '{{ dimension }}' as dimension,
        {{ value }} as value,
        {{ first_day_of(period, 'visit_day') }} as {{ period }},
        visitor_number,
        visit_began_at
    from {{ ref('int_visit_requests') }}
    where
        is_audience_page_view
        and visit_day in ({{ days_to_build(period) }})
{%- endmacro -%}

{#- The same of the one page view at an end of each visit, its `content`, which counts with the visit. -#}
{%- macro page_views_at(dimension, content, period) -%}
    select
        partner_id,
        '{{ dimension }}' as dimension,
        coalesce({{ content }}, '(none)') as value,
        {{ first_day_of(period, 'visit_day') }} as {{ period }},
        visitor_number,
        person_number,
        is_member,
        1 as page_views
    from {{ ref('int_partner_visits') }}
    where visit_day in ({{ days_to_build(period) }})
{%- endmacro -%}

{%- macro visits_at(dimension, content, period) -%}
    select
        partner_id,
        '{{ dimension }}' as dimension,
        coalesce({{ content }}, '(none)') as value,
        {{ first_day_of(period, 'visit_day') }} as {{ period }},
        visitor_number,
        visit_began_at
    from {{ ref('int_partner_visits') }}
    where visit_day in ({{ days_to_build(period) }})
{%- endmacro -%}

{#- The audience of each partner's contents in each period, told apart by each of `dimensions` (names of those above) and, when
    `has_ends`, by the content that a visit entered by and the one it left from: one long table of the columns dimension and value.
    A page view counts in the period of its day, a visit in that of the day it began, once for each value in it. Of entry_page and
    exit_page a page view is the one that a visit began or ended with, and counts with the visit. -#}
{%- macro audience_breakdown(period, dimensions, has_ends=false) -%}
    {%- set values = dimensions_of_page_views() -%}
    {%- set ends = {'entry_page': 'entry_content_id', 'exit_page': 'exit_content_id'} if has_ends else {} -%}
    {%- set page_views, visits = [], [] -%}
    {%- for dimension in dimensions -%}
        {%- do page_views.append(page_views_with(dimension, values[dimension], period)) -%}
        {%- do visits.append(visits_with(dimension, values[dimension], period)) -%}
    {%- endfor -%}
    {%- for dimension, content in ends.items() -%}
        {%- do page_views.append(page_views_at(dimension, content, period)) -%}
        {%- do visits.append(visits_at(dimension, content, period)) -%}
    {%- endfor -%}
    with page_views as (
        {{ page_views | join('\n union all ') }}
    ),

    {{ people_of('page_views', ['partner_id', 'dimension', 'value', period]) }},

    visits_with_value as (
        {{ visits | join('\n union all ') }}
    ),

    visits_by_period as (
        select
            partner_id,
            dimension,
            value,
            {{ period }},
            count(*) as visits
        from visits_with_value
        group by partner_id, dimension, value, {{ period }}
    )

    select
        coalesce(page_views_people.partner_id, visits_by_period.partner_id) as partner_id,
        coalesce(page_views_people.dimension, visits_by_period.dimension) as dimension,
        coalesce(page_views_people.value, visits_by_period.value) as value,
        coalesce(page_views_people.{{ period }}, visits_by_period.{{ period }}) as {{ period }},
        coalesce(page_views_people.page_views, 0) as page_views,
        coalesce(visits_by_period.visits, 0) as visits,
        coalesce(page_views_people.unique_members, 0) as unique_members,
        coalesce(page_views_people.unique_visitors, 0) as unique_visitors,
        coalesce(page_views_people.contributing_people, 0) as contributing_people,
        coalesce(page_views_people.largest_page_views, 0) as largest_page_views,
        coalesce(page_views_people.second_page_views, 0) as second_page_views
    from page_views_people
    full outer join visits_by_period
        on
            page_views_people.partner_id = visits_by_period.partner_id
            and page_views_people.dimension = visits_by_period.dimension
            and page_views_people.value = visits_by_period.value
            and page_views_people.{{ period }} = visits_by_period.{{ period }}
{%- endmacro -%}
