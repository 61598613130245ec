-- Fails for each day rebuilt now whose statuses do not add up to the day's requests, bytes and errors. Of a day whose events are
--   gone, statuses of few people are too.
-- Parameters: days.

with status_totals as (
    select
        day,
        sum(requests) as requests,
        sum(bytes_sent) as bytes_sent,
        coalesce(sum(requests) filter (where status between 400 and 499), 0) as client_errors,
        coalesce(sum(requests) filter (where status between 500 and 599), 0) as server_errors
    from {{ ref('service_daily_status') }}
    group by day
)

select
    service.day as service_day,
    status_totals.day as status_day
from {{ ref('service_daily_usage') }} as service
full outer join status_totals on service.day = status_totals.day
where
    coalesce(service.day, status_totals.day) in ({{ days_to_build() }})
    and (
        service.day is null
        or status_totals.day is null
        or service.requests != status_totals.requests
        or service.bytes_sent != status_totals.bytes_sent
        or service.client_errors != status_totals.client_errors
        or service.server_errors != status_totals.server_errors
    )
