-- From which search engines each partner's audience came, and its share of the month's page views.

select
    parts.partner_id,
    parts.month,
    parts.value as engine,
    parts.page_views,
    {{ safe_divide('parts.page_views', 'months.page_views') }} as share_of_page_views
from {{ ref('partner_breakdown_monthly') }} as parts
inner join {{ ref('partner_monthly_usage') }} as months
    on
        parts.partner_id = months.partner_id
        and parts.month = months.month
where
    parts.dimension = 'search'
    and parts.value != '(none)'
order by parts.partner_id asc, parts.month asc, parts.page_views desc
