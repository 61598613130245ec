-- Purpose: what bots asked of the whole service, apart from people, and what told that they are bots.
-- Grain: one row per Asia/Seoul day and kind of evidence, of which there was a bot.
-- Parameters: days (each is replaced).

select
    event_day as day,
    bot_evidence as evidence,
    count(*) as requests,
    count(*) filter (where is_page_view) as bot_page_views,
    count(distinct visitor_pseudonym) as distinct_robots,
    {{ whole_sum('bytes_sent') }} as bytes_sent
from {{ ref('stg_web__events') }}
where
    is_bot
    and event_day in ({{ days_to_build() }})
group by event_day, bot_evidence
