-- Fails for each visit of the days built that is counted more than once.

select
    visitor_number,
    visit_began_at
from {{ ref('int_visits') }}
where visit_day in ({{ days_to_build() }})
group by visitor_number, visit_began_at
having count(*) > 1
