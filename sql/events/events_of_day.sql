/*
purpose     tell the robots among a day's events by what they do: who behaves like one on the day is a bot on the day, whatever
            its user agent says. Members, who are known to be people, and requests without an address are never judged so.
grain       one row an event of the day
parameters  judges_behaviour; rate_page_views within rate_seconds; breadth_pages with fewer than one file per page_views_per_file;
            no_files_page_views; files_percent of a source's visitors fetch files, else its log does not tell of files
relations   day_events
*/
with

visitors_of_sources as (
    -- Files are whatever was asked for beside pages, and answered: pictures, styles, scripts, calls of the interface.
    select
        source,
        visitor_pseudonym,
        count(*) filter (where is_page_view) as page_views,
        count(*) filter (
            where not is_page_view and method = 'GET' and (status between 200 and 299 or status = 304)
        ) as files
    from day_events
    where
        {{ var('judges_behaviour') }}
        and not is_bot
        and visitor_pseudonym is not null
        and member_pseudonym is null
    group by source, visitor_pseudonym
),

sources_with_files as (
    select source
    from visitors_of_sources
    where page_views > 0
    group by source
    having 100 * count(*) filter (where files > 0) >= {{ var('files_percent') }} * count(*)
),

suspects as (
    select
        visitors_of_sources.source,
        visitors_of_sources.visitor_pseudonym,
        visitors_of_sources.page_views,
        visitors_of_sources.files,
        sources_with_files.source is not null as has_files
    from visitors_of_sources
    left join sources_with_files on visitors_of_sources.source = sources_with_files.source
    where
        visitors_of_sources.page_views
        >= least({{ var('rate_page_views') }}, {{ var('breadth_pages') }}, {{ var('no_files_page_views') }})
),

page_views_of_suspects as (
    select
        suspects.source,
        suspects.visitor_pseudonym,
        suspects.page_views,
        suspects.files,
        suspects.has_files,
        day_events.page_hash,
        day_events.occurred_at,
        lag(day_events.occurred_at, {{ var('rate_page_views') }} - 1) over (
            partition by suspects.source, suspects.visitor_pseudonym
            order by day_events.occurred_at
        ) as so_many_before_at
    from suspects
    inner join day_events
        on suspects.source = day_events.source and suspects.visitor_pseudonym = day_events.visitor_pseudonym
    where day_events.is_page_view
),

judged as (
    select
        visitor_pseudonym,
        case
            when min({{ seconds_between('so_many_before_at', 'occurred_at') }}) <= {{ var('rate_seconds') }} then 1
            when
                has_files
                and count(distinct page_hash) >= {{ var('breadth_pages') }}
                and files * {{ var('page_views_per_file') }} < page_views
                then 2
            when has_files and page_views >= {{ var('no_files_page_views') }} and files = 0 then 3
        end as rule
    from page_views_of_suspects
    group by source, visitor_pseudonym, page_views, files, has_files
),

robots as (
    select
        visitor_pseudonym,
        case min(rule) when 1 then 'rate' when 2 then 'breadth' when 3 then 'no_files' end as evidence
    from judged
    where rule is not null
    group by visitor_pseudonym
)

select
    day_events.event_day,
    day_events.occurred_at,
    day_events.source,
    day_events.member_pseudonym,
    day_events.member_partner_id,
    day_events.member_type,
    day_events.visitor_pseudonym,
    day_events.person_pseudonym,
    day_events.client_address_pseudonym,
    day_events.method,
    day_events.route,
    day_events.feature,
    day_events.route_parameters,
    day_events.content_id,
    day_events.content_type,
    day_events.partner_id,
    day_events.is_page_view,
    day_events.status,
    day_events.bytes_sent,
    day_events.referrer_host,
    day_events.browser,
    day_events.os,
    day_events.device_class,
    day_events.is_bot or robots.evidence is not null as is_bot,
    coalesce(day_events.bot_evidence, robots.evidence) as bot_evidence
from day_events
left join robots on day_events.visitor_pseudonym = robots.visitor_pseudonym
