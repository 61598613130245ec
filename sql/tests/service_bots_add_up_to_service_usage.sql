-- Fails for each day whose bots, by what told them, do not add up to the day's requests of bots. Days that were built before bots
-- were told apart have no rows of them, and are passed over; of a day whose events are gone, the whole of few people is too.
-- Parameters: days.

with bot_totals as (
    select
        day,
        sum(requests) as requests
    from {{ ref('service_daily_bots') }}
    group by day
)

select bot_totals.day
from bot_totals
left join {{ ref('service_daily_usage') }} as service on bot_totals.day = service.day
where
    (service.day is null and bot_totals.day in ({{ days_to_build() }}))
    or service.bot_requests != bot_totals.requests
