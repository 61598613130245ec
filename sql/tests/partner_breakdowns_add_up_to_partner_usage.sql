-- Fails for each partner and day whose features, devices or referrers do not add up to the page views, or have fewer visits or
--   people together, or more alone, than the day has. Only days rebuilt now: of a day whose events are gone, small parts are too.
-- Parameters: days.

with breakdowns as (
    select
        'feature' as breakdown,
        partner_id,
        day,
        page_views,
        visits,
        contributing_people
    from {{ ref('partner_feature_daily') }}
    union all
    select
        'device' as breakdown,
        partner_id,
        day,
        page_views,
        visits,
        contributing_people
    from {{ ref('partner_device_daily') }}
    union all
    select
        'referrer' as breakdown,
        partner_id,
        day,
        page_views,
        visits,
        contributing_people
    from {{ ref('partner_referrer_daily') }}
),

totals as (
    select
        breakdown,
        partner_id,
        day,
        sum(page_views) as page_views,
        max(visits) as most_visits,
        sum(visits) as sum_of_visits,
        max(contributing_people) as most_people,
        sum(contributing_people) as sum_of_people
    from breakdowns
    where day in ({{ days_to_build() }})
    group by breakdown, partner_id, day
),

names as (
    select 'feature' as breakdown
    union all
    select 'device' as breakdown
    union all
    select 'referrer' as breakdown
),

partners as (
    select
        names.breakdown,
        usage.*
    from {{ ref('partner_daily_usage') }} as usage
    cross join names
    where usage.day in ({{ days_to_build() }})
)

select
    coalesce(partners.breakdown, totals.breakdown) as breakdown,
    coalesce(partners.partner_id, totals.partner_id) as partner_id,
    coalesce(partners.day, totals.day) as day
from partners
full outer join totals
    on
        partners.breakdown = totals.breakdown
        and partners.partner_id = totals.partner_id
        and partners.day = totals.day
where
    partners.page_views is null
    or totals.page_views is null
    or partners.page_views != totals.page_views
    or partners.visits not between totals.most_visits and totals.sum_of_visits
    or partners.contributing_people not between totals.most_people and totals.sum_of_people
