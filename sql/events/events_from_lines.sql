/*
purpose     turn read log lines into pseudonymised events: identities are replaced, everything else reduced or left out;
            a line of a member who left or was erased since (is_nobodys) becomes a request of nobody, without any pseudonym.
            page_hash tells pages apart while the day is judged (events_of_day.sql), and goes no further
grain       one row a line
parameters  none; the relations named below are registered by the caller, who has already replaced each distinct value once
relations   lines, members_by_login, addresses, visitors, user_agents, targets, contents, referrers, methods
*/
with

known_members as (
    select
        lines.*,
        members_by_login.member_pseudonym,
        members_by_login.visitor_pseudonym as member_visitor_pseudonym,
        members_by_login.person_pseudonym as member_person_pseudonym,
        members_by_login.member_partner_id,
        members_by_login.member_type
    from lines
    left join members_by_login
        on lines.member_login = members_by_login.login_id and not lines.is_nobodys
),

people as (
    select
        known_members.*,
        addresses.client_address_pseudonym,
        coalesce(known_members.member_visitor_pseudonym, visitors.visitor_pseudonym) as visitor_pseudonym,
        coalesce(known_members.member_person_pseudonym, addresses.person_pseudonym) as person_pseudonym
    from known_members
    left join addresses
        on known_members.client_address = addresses.client_address and not known_members.is_nobodys
    left join visitors
        on
            known_members.client_address = visitors.client_address
            and not known_members.is_nobodys
            and coalesce(known_members.user_agent, {{ empty_binary() }}) = visitors.user_agent
),

requests as (
    select
        people.*,
        methods.reduced_method,
        targets.route,
        targets.feature,
        targets.route_parameters,
        contents.content_id,
        targets.is_page,
        targets.path,
        contents.content_type,
        contents.partner_id,
        referrers.referrer_host,
        user_agents.browser,
        user_agents.os,
        user_agents.device_class,
        coalesce(user_agents.is_bot, false) as is_bot
    from people
    left join methods on people.method = methods.method
    left join targets on people.target = targets.target
    left join contents on targets.content_id = contents.content_id
    left join referrers on people.referrer = referrers.referrer
    left join user_agents on people.user_agent = user_agents.user_agent
)

select
    {{ seoul_day('occurred_at') }} as event_day,
    occurred_at,
    source,
    member_pseudonym,
    member_partner_id,
    member_type,
    visitor_pseudonym,
    person_pseudonym,
    client_address_pseudonym,
    coalesce(reduced_method, 'OTHER') as method,
    coalesce(route, 'other') as route,
    coalesce(feature, 'other') as feature,
    route_parameters,
    content_id,
    content_type,
    partner_id,
    (
        coalesce(is_page, false)
        and reduced_method = 'GET'
        and (status between 200 and 299 or status = 304)
    ) is true as is_page_view,
    status,
    bytes_sent,
    referrer_host,
    coalesce(browser, 'Other') as browser,
    coalesce(os, 'Other') as os,
    coalesce(device_class, 'other') as device_class,
    is_bot,
    case when is_bot then 'user_agent' end as bot_evidence,
    case when is_page then {{ binary_hash('path') }} end as page_hash
from requests
