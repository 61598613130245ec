-- Fails for each partner and month rebuilt now whose bands of lengths do not add up to the month's visiting people.
-- Parameters: days_of_months.

with totals as (
    select
        partner_id,
        month,
        sum(people) as people
    from {{ ref('partner_visit_length_monthly') }}
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
    and coalesce(months.visiting_people, 0) != coalesce(totals.people, 0)
