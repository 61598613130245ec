-- Fails for each partner and month rebuilt now whose hours of the week do not add up to the month's visits,
--   or whose people are not within those who visited: no hour has more, and together they have no fewer.
-- Parameters: days_of_months.

with totals as (
    select
        partner_id,
        month,
        sum(visits) as visits,
        max(contributing_people) as most_people,
        sum(contributing_people) as all_people
    from {{ ref('partner_hourly_visits') }}
    group by partner_id, month
)

select
    coalesce(months.partner_id, totals.partner_id) as partner_id,
    coalesce(months.month, totals.month) as month
from {{ ref('partner_monthly_usage') }} as months
full outer join totals
    on
        months.partner_id = totals.partner_id
        and months.month = totals.month
where
    coalesce(months.month, totals.month) in ({{ days_to_build('month') }})
    and (
        coalesce(months.visits, 0) != coalesce(totals.visits, 0)
        or totals.most_people > months.visiting_people
        or totals.all_people < months.visiting_people
    )
