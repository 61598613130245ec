-- Which partners' audiences grew most from one week to the next: members, visitors and the share of visitors who are new.

select
    weeks.partner_id,
    weeks.week,
    weeks.unique_visitors,
    weeks.unique_visitors - before.unique_visitors as more_visitors,
    weeks.unique_members - before.unique_members as more_members,
    {{ safe_divide('weeks.new_visitors', 'weeks.unique_visitors') }} as share_of_new
from {{ ref('partner_weekly_usage') }} as weeks
inner join {{ ref('partner_weekly_usage') }} as before
    on
        weeks.partner_id = before.partner_id
        and weeks.week = {{ days_after('before.week', 7) }}
order by more_visitors desc
