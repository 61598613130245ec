-- Purpose: number the visitors, so that visits are told apart by a number rather than by 64 digits; and say which person each is.
-- Grain: one row per visitor with a request on the days whose visits are needed or beside them, bots left out.
-- Parameters: days_of_visits.

with visitors as (
    -- A visitor is one person: a member, or an address and user agent.
    select
        visitor_pseudonym,
        max(person_pseudonym) as person_pseudonym
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
    person_pseudonym,
    row_number() over (order by visitor_pseudonym) as visitor_number
from visitors
