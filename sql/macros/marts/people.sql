{#- Counting people: CTEs that follow a CTE `source`, which has the columns `keys`, visitor_number, person_number, is_member and
    page_views. The last one, `<source>_people`, has a row per `keys` with page_views, unique_members, unique_visitors,
    contributing_people, and the page views of the one person and of the next with the most of them (0 when there is none).
    A visitor is one person, so that visitors of several people add up, which spares counting distinct ones. Page views without a
    person count as page views and as nobody's. -#}
{%- macro people_of(source, keys) -%}
    {%- set columns = keys | join(', ') -%}
    {%- set page_views_of_one = 'case when person_number is not null then page_views end' -%}
    {{ source }}_by_visitor as (
    select
        {{ columns }},
        visitor_number,
        person_number,
        is_member,
        sum(page_views) as page_views
    from {{ source }}
    group by {{ columns }}, visitor_number, person_number, is_member
),

{{ source }}_by_person as (
    select
        {{ columns }},
        person_number,
        {{ whole_sum('page_views') }} as page_views,
        count(visitor_number) as visitors,
        count(visitor_number) filter (where is_member) as members
    from {{ source }}_by_visitor
    group by {{ columns }}, person_number
),

{{ source }}_people as (
    select
        {{ columns }},
        {{ whole_sum('page_views') }} as page_views,
        {{ whole_sum('members') }} as unique_members,
        {{ whole_sum('visitors') }} as unique_visitors,
        count(person_number) as contributing_people,
        coalesce(max({{ page_views_of_one }}), 0) as largest_page_views,
        {{ second_largest_of(page_views_of_one) }} as second_page_views
    from {{ source }}_by_person
    group by {{ columns }}
)
{%- endmacro -%}
