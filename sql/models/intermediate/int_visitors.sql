-- Purpose: number the visitors and the people they are, so that both are told apart by a number rather than by 64 digits.
-- Grain: one row per visitor with a request on the days whose visits are needed or beside them, bots left out.
-- Parameters: days_of_visits.

with visitors as (
    -- A visitor is one person: a member, or an address and user agent.
    select
        visitor_pseudonym,
        max(person_pseudonym) as person_pseudonym,
        max(member_pseudonym) is not null as is_member
    from {{ ref('stg_web__events') }}
    where
        not is_bot
        and visitor_pseudonym is not null
        and (
            event_day in ({{ days_to_build('visit') }})
            or event_day in ({{ days_to_build('visit', offset=1) }})
            or event_day in ({{ days_to_build('visit', offset=-1) }})
        )
    group by visitor_pseudonym
)

select
    visitor_pseudonym,
    is_member,
    row_number() over (order by visitor_pseudonym) as visitor_number,
    case when person_pseudonym is not null then dense_rank() over (order by person_pseudonym) end as person_number
from visitors
