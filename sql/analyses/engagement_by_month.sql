-- Of the messages of linked services sent on behalf of each partner in a month, the share that was opened and reacted to.

select
    partner_id,
    service,
    month,
    sum(case when event = 'sent' then events end) as sent,
    sum(case when event = 'reached' then events end) as reached,
    {{ safe_divide("sum(case when event = 'opened' then events end)", "sum(case when event = 'sent' then events end)") }}
        as share_opened,
    {{ safe_divide("sum(case when event = 'reacted' then events end)", "sum(case when event = 'sent' then events end)") }}
        as share_reacted
from {{ ref('partner_linked_monthly') }}
group by partner_id, service, month
order by partner_id, service, month
