-- Fails for each visit of the days built that begins never or more than once.

select
    visitor_number,
    visit_began_at
from {{ ref('int_visit_requests') }}
where visit_day in ({{ days_to_build() }})
group by visitor_number, visit_began_at
having count(*) filter (where is_visit_beginning) != 1
