-- Fails for each type of member, dimension and day, week or month rebuilt now whose values do not add up: of page views to those
--   of the type, with no more of its visits in one value than it has and no more people in one than behind it; of visits to as
--   many as any other such dimension has, and no more than the type's.
-- Parameters: days, days_of_weeks, days_of_months, visit_length_edges.

{%- set periods = {'day': 'daily', 'week': 'weekly', 'month': 'monthly'} -%}
{%- set of_visits = dimensions_of_visits() | list %}

with parts as (
    {% for period, long in periods.items() %}
        select
            '{{ period }}' as period,
            member_type,
            dimension,
            {{ period }} as first_day,
            sum(page_views) as page_views,
            sum(visits) as sum_of_visits,
            max(visits) as most_visits,
            max(contributing_people) as most_people
        from {{ ref('service_breakdown_' ~ long) }}
        where {{ period }} in ({{ days_to_build(period) }})
        group by member_type, dimension, {{ period }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

wholes as (
    {% for period, long in periods.items() %}
        {% set last_period = loop.last %}
        {% for dimension in dimensions_of_page_views() if period != 'day' or dimension != 'content' %}
            select
                '{{ period }}' as period,
                member_type,
                '{{ dimension }}' as dimension,
                {{ period }} as first_day,
                page_views,
                visits,
                contributing_people
            from {{ ref('service_member_type_' ~ long) }}
            where {{ period }} in ({{ days_to_build(period) }})
            {{ 'union all' if not (loop.last and last_period) }}
        {% endfor %}
    {% endfor %}
),

visits_with_page_views as (
    select
        period,
        member_type,
        first_day,
        count(*) as dimensions,
        min(sum_of_visits) as fewest,
        max(sum_of_visits) as most
    from parts
    where dimension in ('{{ of_visits | join("', '") }}')
    group by period, member_type, first_day
)

select
    wholes.period,
    wholes.member_type,
    wholes.dimension,
    wholes.first_day
from wholes
left join parts
    on
        wholes.period = parts.period
        and wholes.member_type = parts.member_type
        and wholes.dimension = parts.dimension
        and wholes.first_day = parts.first_day
left join visits_with_page_views
    on
        wholes.period = visits_with_page_views.period
        and wholes.member_type = visits_with_page_views.member_type
        and wholes.first_day = visits_with_page_views.first_day
where
    wholes.page_views != coalesce(parts.page_views, 0)
    or parts.most_visits > visits_with_page_views.most
    or parts.most_people > wholes.contributing_people
    or parts.sum_of_visits < visits_with_page_views.most
    or visits_with_page_views.most > wholes.visits
    or visits_with_page_views.fewest < visits_with_page_views.most
    or visits_with_page_views.dimensions != {{ of_visits | length }}
    or (parts.sum_of_visits > 0 and visits_with_page_views.most is null)
