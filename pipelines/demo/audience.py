"""The few who come for what small partners have: on weekdays each of their staff once, and nobody else but crawlers."""

from datetime import date

import numpy as np

from pipelines.demo.chance import below
from pipelines.demo.lines import LINE, OK, PERSON, Lines, new_lines
from pipelines.demo.site import FORMS_PER_CONTENT
from pipelines.demo.world import GET_1, World

PAGES = 2
PAGE_BYTES = 6_000
OPENS_SECOND, OPEN_SECONDS = 9 * 3600, 8 * 3600
LEAST_LINES_A_DAY = 1_000
"""A day with fewer lines has no room for them."""


def make_audience(rng: np.random.Generator, world: World, day: date) -> Lines:
    """Return two page views by each of the staff of small partners, of their own contents and with their cookie."""
    members = np.flatnonzero(world.registry.members.is_small).astype(np.int32)
    if day.weekday() >= 5 or not len(members) or world.plan.lines_on(day) < LEAST_LINES_A_DAY:
        return np.empty(0, dtype=LINE)
    who = np.repeat(members, PAGES)
    people = world.people.anonymous + who
    first = world.registry.contents.first[world.registry.members.partners[who]]
    starts = np.repeat(OPENS_SECOND + below(rng, OPEN_SECONDS, len(members)), PAGES)
    place = np.tile(np.arange(PAGES, dtype=np.int32), len(members))
    return new_lines(
        second=starts + place * 40,
        visit=-1,
        address=world.people.offices[people],
        request=GET_1 * world.targets + (first + place) * FORMS_PER_CONTENT,
        status=OK,
        size=PAGE_BYTES,
        referrer=0,
        agent=world.people.desk_agents[people],
        cookie=world.member_cookies + who,
        kind=PERSON,
    )
