-- Fails for each day on which the partners' page views, or one partner's visits, members or visitors, exceed the service's.

with partner_totals as (
    select
        day,
        sum(page_views) as page_views,
        max(visits) as most_visits,
        max(unique_members) as most_members,
        max(unique_visitors) as most_visitors
    from {{ ref('partner_daily_usage') }}
    group by day
)

select partner_totals.day
from partner_totals
left join {{ ref('service_daily_usage') }} as service on partner_totals.day = service.day
where
    service.day is null
    or partner_totals.page_views > service.page_views
    or partner_totals.most_visits > service.visits
    or partner_totals.most_members > service.unique_members
    or partner_totals.most_visitors > service.unique_visitors
