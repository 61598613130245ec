-- Fails for each partner, device and day, week or month rebuilt now whose page views are not those of its systems: what is
--   published of both is protected by that sum.
-- Parameters: days, days_of_weeks, days_of_months.

with devices as (
    select
        'day' as period,
        partner_id,
        device,
        day as first_day,
        page_views
    from {{ ref('partner_device_daily') }}
    where day in ({{ days_to_build('day') }})
    union all
    select
        'week' as period,
        partner_id,
        value as device,
        week as first_day,
        page_views
    from {{ ref('partner_breakdown_weekly') }}
    where dimension = 'device' and week in ({{ days_to_build('week') }})
    union all
    select
        'month' as period,
        partner_id,
        value as device,
        month as first_day,
        page_views
    from {{ ref('partner_breakdown_monthly') }}
    where dimension = 'device' and month in ({{ days_to_build('month') }})
),

systems as (
    select
        'day' as period,
        partner_id,
        split_part(value, ' / ', 1) as device,
        day as first_day,
        page_views
    from {{ ref('partner_breakdown_daily') }}
    where dimension = 'device_os' and day in ({{ days_to_build('day') }})
    union all
    select
        'week' as period,
        partner_id,
        split_part(value, ' / ', 1) as device,
        week as first_day,
        page_views
    from {{ ref('partner_breakdown_weekly') }}
    where dimension = 'device_os' and week in ({{ days_to_build('week') }})
    union all
    select
        'month' as period,
        partner_id,
        split_part(value, ' / ', 1) as device,
        month as first_day,
        page_views
    from {{ ref('partner_breakdown_monthly') }}
    where dimension = 'device_os' and month in ({{ days_to_build('month') }})
),

together as (
    select
        period,
        partner_id,
        device,
        first_day,
        sum(page_views) as page_views
    from systems
    group by period, partner_id, device, first_day
)

select
    coalesce(devices.period, together.period) as period,
    coalesce(devices.partner_id, together.partner_id) as partner_id,
    coalesce(devices.device, together.device) as device,
    coalesce(devices.first_day, together.first_day) as first_day
from devices
full outer join together
    on
        devices.period = together.period
        and devices.partner_id = together.partner_id
        and devices.device = together.device
        and devices.first_day = together.first_day
where
    devices.page_views is null
    or together.page_views is null
    or devices.page_views != together.page_views
