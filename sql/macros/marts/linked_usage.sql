{#- How the linked services were used on behalf of each partner in each period. One text for every length of period. -#}
{%- macro linked_usage(period) -%}
with events_by_member as (
    select
        partner_id,
        service,
        event,
        {{ first_day_of(period, 'event_day') }} as {{ period }},
        linked_member_pseudonym,
        count(*) as events
    from {{ ref('stg_linked__events') }}
    where event_day in ({{ days_to_build(period) }})
    group by partner_id, service, event, {{ first_day_of(period, 'event_day') }}, linked_member_pseudonym
)

select
    partner_id,
    service,
    event,
    {{ period }},
    {{ whole_sum('events') }} as events,
    count(linked_member_pseudonym) as unique_members,
    count(linked_member_pseudonym) as contributing_people,
    max(events) as largest_events,
    {{ second_largest_of('events') }} as second_events
from events_by_member
group by partner_id, service, event, {{ period }}
{%- endmacro -%}
