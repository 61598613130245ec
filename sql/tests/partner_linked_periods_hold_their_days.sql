-- Fails for each partner, linked service, event and week or month rebuilt now that is missing or holds less than its days: fewer
--   events than all together, fewer members than one of them. It may hold more: of days not built yet.
-- Parameters: days_of_weeks, days_of_months.

with totals as (
    select
        'week' as period,
        partner_id,
        service,
        event,
        {{ first_day_of('week', 'day') }} as first_day,
        sum(events) as events,
        max(unique_members) as most_members
    from {{ ref('partner_linked_daily') }}
    where day in ({{ days_to_build('week') }})
    group by partner_id, service, event, {{ first_day_of('week', 'day') }}
    union all
    select
        'month' as period,
        partner_id,
        service,
        event,
        {{ first_day_of('month', 'day') }} as first_day,
        sum(events) as events,
        max(unique_members) as most_members
    from {{ ref('partner_linked_daily') }}
    where day in ({{ days_to_build('month') }})
    group by partner_id, service, event, {{ first_day_of('month', 'day') }}
),

periods as (
    select
        'week' as period,
        weeks.week as first_day,
        weeks.*
    from {{ ref('partner_linked_weekly') }} as weeks
    union all
    select
        'month' as period,
        months.month as first_day,
        months.*
    from {{ ref('partner_linked_monthly') }} as months
)

select
    totals.period,
    totals.partner_id,
    totals.first_day
from totals
left join periods
    on
        totals.period = periods.period
        and totals.partner_id = periods.partner_id
        and totals.service = periods.service
        and totals.event = periods.event
        and totals.first_day = periods.first_day
where
    periods.events is null
    or periods.events < totals.events
    or periods.unique_members < totals.most_members
