{#- How the linked services were used on behalf of each partner in each period. One text for every length of period. -#}
{%- macro linked_usage(period) -%}
    select
        partner_id,
        service,
        event,
        {{ first_day_of(period, 'event_day') }} as {{ period }},
        count(*) as events,
        count(distinct linked_member_pseudonym) as unique_members,
        count(distinct linked_member_pseudonym) as contributing_people
    from {{ ref('stg_linked__events') }}
    where event_day in ({{ days_to_build(period) }})
    group by partner_id, service, event, {{ first_day_of(period, 'event_day') }}
{%- endmacro -%}
