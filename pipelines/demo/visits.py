"""Visits of people: pages with think times between them, the assets pages load, logging in, and where people come from."""

from dataclasses import dataclass

import numpy as np

from pipelines.demo.chance import Flags, Floats, Ints, Weighted, below, draw
from pipelines.demo.lines import FOUND, PERSON, Lines, answer_sizes, answer_statuses, new_lines
from pipelines.demo.site import FORMS_PER_CONTENT, PUBLIC_FORMS, STAFF_FORMS
from pipelines.demo.world import ENTRANCES, GET_1, GET_2, HEAD, POST, World

MOST_PAGES = 40
TYPICAL_THINK_SECONDS = 25
BREAK_SECONDS = (1790, 3600)
"""Lengths of a long break, around the 30 minutes after which a visit counts as ended."""
CONFLICTING_SHARE = 0.002
_ASSETS_PER_PAGE = Weighted.of((52, 16, 13, 11, 8))
_PUBLIC_MIX, _MEMBER_MIX = Weighted.of((66, 24, 10, 0, 0)), Weighted.of((26, 6, 10, 22, 36))
PUBLIC_CONTENT, PUBLIC_PAGE, SEARCH, STAFF_CONTENT, STAFF_PAGE = range(5)


@dataclass(frozen=True)
class Visits:
    """One row for each visit: the person (position in People), start in seconds of the day, and what holds throughout."""

    who: Ints
    starts: Ints
    is_member: Flags
    logs_in: Flags
    on_phone: Flags
    ways: Ints
    partners: Ints


@dataclass(frozen=True)
class Pages:
    """One row for each page asked for: its visit, place in the visit (from 0), whether the last, and second of the day."""

    visit: Ints
    place: Ints
    is_last: Flags
    seconds: Ints


def make_visits(rng: np.random.Generator, world: World, who: Ints, starts: Ints) -> Lines:
    """Return the lines of a visit of each of `who` at each of `starts`, visit by visit and unsorted by time."""
    visits = _visits(rng, world, who, starts)
    pages = _pages(rng, visits)
    contents = _contents(rng, world, visits, pages)
    targets, ways = _asked(rng, world, visits, pages, contents)
    statuses = answer_statuses(rng, world.site, targets)
    statuses[(ways == POST) & (targets == world.site.specials["/login"])] = FOUND
    statuses[targets == world.site.specials["/logout"]] = FOUND
    visit = pages.visit
    lines = new_lines(
        second=pages.seconds,
        visit=visit,
        address=_addresses(rng, world, visits)[visit],
        request=ways * world.targets + targets,
        status=statuses,
        size=answer_sizes(rng, world.site, targets, ways, statuses),
        referrer=_referrers(rng, world, pages, targets),
        agent=np.where(visits.on_phone, world.people.phone_agents[who], world.people.desk_agents[who])[visit],
        cookie=_cookies(rng, world, visits, pages),
        kind=PERSON,
    )
    return _with_assets(rng, world, lines, targets, targets // FORMS_PER_CONTENT)


def _visits(rng: np.random.Generator, world: World, who: Ints, starts: Ints) -> Visits:
    """Decide what holds for a whole visit. Members' own partner, or the one the anonymous came for, is its focus."""
    count, contents = len(who), world.registry.contents
    is_member = who >= world.people.anonymous
    members = np.maximum(who - world.people.anonymous, 0)
    came_for = contents.partners[contents.popularity.pick(rng, count)]
    return Visits(
        who=who,
        starts=starts,
        is_member=is_member,
        logs_in=is_member & draw(rng, count, 0.4),
        on_phone=rng.random(count) < np.where(is_member, 0.2, 0.55),
        ways=np.where(draw(rng, count, 0.55), GET_2, GET_1).astype(np.int32),
        partners=np.where(is_member, world.registry.members.partners[members], came_for).astype(np.int32),
    )


def _pages(rng: np.random.Generator, visits: Visits) -> Pages:
    """Decide how many pages each visit has (a third see one) and when: think times are log-normal, few are long breaks."""
    count = len(visits.who)
    many = np.minimum(MOST_PAGES, 2 + rng.exponential(3.4, count).astype(np.int64))
    numbers = np.where(rng.random(count) < 0.33, 1, many)
    visit = np.repeat(np.arange(count, dtype=np.int32), numbers)
    first = np.cumsum(numbers) - numbers
    place = np.arange(len(visit)) - first[visit]
    gaps = 1 + (rng.lognormal(0.0, 1.0, len(visit)) * TYPICAL_THINK_SECONDS).astype(np.int64)
    breaks = np.flatnonzero(draw(rng, len(visit), 0.008))
    gaps[breaks] = rng.integers(*BREAK_SECONDS, len(breaks))
    gaps[first] = 0
    elapsed = np.cumsum(gaps)
    seconds = visits.starts[visit] + elapsed - elapsed[first][visit]
    return Pages(visit, place.astype(np.int32), place == numbers[visit] - 1, seconds.astype(np.int32))


def _contents(rng: np.random.Generator, world: World, visits: Visits, pages: Pages) -> Ints:
    """Draw a content for each page, mostly of the partner the visit is about."""
    contents, partners = world.registry.contents, visits.partners[pages.visit]
    cumulative: Floats = np.concatenate(([0.0], contents.popularity.cumulative))
    low, high = cumulative[contents.first[partners]], cumulative[contents.first[partners + 1]]
    shares = rng.random(len(partners))
    focused = draw(rng, len(partners), 0.6)
    return contents.popularity.at(np.where(focused, low + (high - low) * shares, shares))


def _own_contents(rng: np.random.Generator, world: World, partners: Ints) -> Ints:
    """Draw a content of each partner, all alike: staff look after every one."""
    first = world.registry.contents.first
    return first[partners] + below(rng, first[partners + 1] - first[partners], len(partners))


def _asked(rng: np.random.Generator, world: World, visits: Visits, pages: Pages, contents: Ints) -> tuple[Ints, Ints]:
    """Return the target of each page and the way it is asked for, by the mix of the public and of members."""
    site, count = world.site, len(pages.visit)
    shares = rng.random(count)
    mix = np.where(visits.is_member[pages.visit], _MEMBER_MIX.at(shares), _PUBLIC_MIX.at(shares))
    targets = contents * FORMS_PER_CONTENT + PUBLIC_FORMS.pick(rng, count)
    ways = visits.ways[pages.visit]
    ways[draw(rng, count, 0.004)] = HEAD
    for kind, pages_of_kind in ((PUBLIC_PAGE, site.public_pages), (STAFF_PAGE, site.staff_pages)):
        rows = np.flatnonzero(mix == kind)
        targets[rows] = site.pages + pages_of_kind.pick(rng, len(rows))
    rows = np.flatnonzero(mix == SEARCH)
    targets[rows] = site.searches + site.search_texts.pick(rng, len(rows))
    rows = np.flatnonzero(mix == STAFF_CONTENT)
    own = _own_contents(rng, world, visits.partners[pages.visit[rows]])
    targets[rows] = own * FORMS_PER_CONTENT + len(PUBLIC_FORMS.cumulative) + STAFF_FORMS.pick(rng, len(rows))
    _log_in_and_out(rng, world, visits, pages, (targets, ways))
    return targets, ways


def _log_in_and_out(
    rng: np.random.Generator, world: World, visits: Visits, pages: Pages, asked: tuple[Ints, Ints]
) -> None:
    """Put the login page, the login and the logout where they belong, and likes here and there."""
    targets, ways = asked
    logs_in, special = visits.logs_in[pages.visit], world.site.specials
    likes = draw(rng, len(targets), 0.012)
    targets[likes], ways[likes] = special["/api/v1/likes"], POST
    targets[logs_in & (pages.place < 2)] = special["/login"]
    ways[logs_in & (pages.place == 1)] = POST
    leaves = draw(rng, len(targets), 0.3) & visits.is_member[pages.visit] & pages.is_last & (pages.place >= 2)
    targets[leaves], ways[leaves] = special["/logout"], GET_1


def _addresses(rng: np.random.Generator, world: World, visits: Visits) -> Ints:
    """Return the address of each visit: phones mostly on the phone network, members often in the office, else home."""
    people, who, shares = world.people, visits.who, rng.random(len(visits.who))
    on_network = visits.on_phone & (shares < 0.6)
    in_office = ~visits.on_phone & (shares < np.where(visits.is_member, 0.7, 0.05))
    chosen = np.where(on_network, people.networks[who], np.where(in_office, people.offices[who], people.homes[who]))
    return chosen.astype(np.int32)


def _cookies(rng: np.random.Generator, world: World, visits: Visits, pages: Pages) -> Ints:
    """Return the cookie header of each page: a member's once logged in, rarely one that contradicts itself."""
    who, visit = visits.who[pages.visit], pages.visit
    identified = visits.is_member[visit] & ~(visits.logs_in[visit] & (pages.place < 2))
    members = who - world.people.anonymous
    conflicting = draw(rng, len(who), CONFLICTING_SHARE if world.plan.flaws else 0.0)
    base = np.where(conflicting, world.conflicting_cookies, world.member_cookies)
    return np.where(identified, base + members, world.people.cookies[who]).astype(np.int32)


def _referrers(rng: np.random.Generator, world: World, pages: Pages, targets: Ints) -> Ints:
    """Return where each page was asked from: the way in, then the page before."""
    entrances = world.entrances.pick(rng, len(targets))
    return np.where(pages.place == 0, entrances, len(ENTRANCES) + np.roll(targets, 1)).astype(np.int32)


def _with_assets(rng: np.random.Generator, world: World, lines: Lines, targets: Ints, contents: Ints) -> Lines:
    """Return the lines with the assets of each page after it: styles, scripts, and a content's cover."""
    site = world.site
    numbers = 1 + _ASSETS_PER_PAGE.pick(rng, len(lines))
    page = np.repeat(np.arange(len(lines), dtype=np.int32), numbers)
    expanded = lines[page]
    rows = np.flatnonzero(np.concatenate(([False], page[1:] == page[:-1])))
    page = page[rows]
    is_cover = draw(rng, len(rows), 0.35) & (targets[page] < site.covers)
    assets = np.where(is_cover, site.covers + contents[page], site.assets + site.asset_weights.pick(rng, len(rows)))
    ways = np.where(lines["request"][page] // world.targets == GET_2, GET_2, GET_1).astype(np.int32)
    assets = assets.astype(np.int32)
    statuses = answer_statuses(rng, site, assets)
    expanded["second"][rows] += below(rng, 3, len(rows))
    expanded["request"][rows] = ways * world.targets + assets
    expanded["status"][rows] = statuses
    expanded["size"][rows] = answer_sizes(rng, site, assets, ways, statuses)
    expanded["referrer"][rows] = len(ENTRANCES) + targets[page]
    return expanded
