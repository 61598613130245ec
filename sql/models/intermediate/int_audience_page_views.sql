-- Purpose: what each visitor looked at of each partner's contents.
-- Grain: that of int_page_views, of partners' contents alone.
-- Parameters: days_of_visits (through int_page_views).

{{ config(materialized='view') }}

select
    partner_id,
    event_day,
    visitor_number,
    person_number,
    is_member,
    content_id,
    content_type,
    feature,
    referrer_host,
    device_class,
    browser,
    os,
    page_views
from {{ ref('int_page_views') }}
where partner_id is not null
