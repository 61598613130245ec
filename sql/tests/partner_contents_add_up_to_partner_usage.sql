-- Fails for each partner and day rebuilt now whose contents do not add up to the page views, or have more people than the whole.
-- Parameters: days.

with content_totals as (
    select
        partner_id,
        day,
        sum(page_views) as page_views,
        max(unique_members) as most_members,
        sum(unique_members) as sum_of_members,
        max(contributing_people) as most_people,
        sum(contributing_people) as sum_of_people
    from {{ ref('partner_content_daily') }}
    group by partner_id, day
)

select
    partners.partner_id,
    partners.day
from {{ ref('partner_daily_usage') }} as partners
left join content_totals
    on
        partners.partner_id = content_totals.partner_id
        and partners.day = content_totals.day
where
    partners.day in ({{ days_to_build() }})
    and (
        partners.page_views != coalesce(content_totals.page_views, 0)
        or partners.unique_members not between coalesce(content_totals.most_members, 0)
        and coalesce(content_totals.sum_of_members, 0)
        or partners.contributing_people not between coalesce(content_totals.most_people, 0)
        and coalesce(content_totals.sum_of_people, 0)
    )
