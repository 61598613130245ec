"""Lines nobody's visit made: crawlers, monitors, and hostile requests."""

import numpy as np

from pipelines.demo.agents import CRAWLER_AGENTS, MONITOR_AGENTS
from pipelines.demo.chance import Ints, Weighted, below, draw, falling
from pipelines.demo.hostile import HOSTILES
from pipelines.demo.lines import CRAWLER, MONITOR, OK, PERSON, STATUSES, Lines, answer_sizes, answer_statuses, new_lines
from pipelines.demo.site import FORMS_PER_CONTENT
from pipelines.demo.world import ENTRANCES, GET_1, HEAD, World

DAY_SECONDS = 86_400
LINES_PER_CRAWL = 25
_NO_REFERRER = 0
_NO_COOKIE = 0
_CRAWLED = Weighted.of((85, 10, 3, 2))


def make_crawls(rng: np.random.Generator, world: World, count: int, earliest: int) -> Lines:
    """Return `count` lines of crawlers in bursts, at any hour from second `earliest` on; they take contents evenly."""
    crawl = np.arange(count, dtype=np.int32) // LINES_PER_CRAWL
    crawls = int(crawl[-1]) + 1 if count else 0
    crawlers = Weighted.of(falling(len(CRAWLER_AGENTS), 0.7)).pick(rng, crawls)
    starts = below(rng, DAY_SECONDS, crawls)
    place: Ints = np.arange(count, dtype=np.int32) % LINES_PER_CRAWL
    seconds: Ints = starts[crawl] + place * (2 + crawlers[crawl])
    targets = _crawled_targets(rng, world, count)
    ways = np.where(draw(rng, count, 0.03), HEAD, GET_1).astype(np.int32)
    statuses = answer_statuses(rng, world.site, targets)
    return new_lines(
        second=earliest + seconds % (DAY_SECONDS - earliest),
        visit=-1,
        address=(world.crawler_addresses + crawlers * 4 + below(rng, 4, crawls))[crawl],
        request=ways * world.targets + targets,
        status=statuses,
        size=answer_sizes(rng, world.site, targets, ways, statuses),
        referrer=_NO_REFERRER,
        agent=world.crawler_agents + crawlers[crawl],
        cookie=_NO_COOKIE,
        kind=CRAWLER,
    )


def _crawled_targets(rng: np.random.Generator, world: World, count: int) -> Ints:
    """Return contents, other public pages, and the files written for crawlers."""
    site = world.site
    contents = below(rng, len(world.registry.contents.content_ids), count) * FORMS_PER_CONTENT
    pages = site.pages + site.public_pages.pick(rng, count)
    kinds = _CRAWLED.pick(rng, count)
    files = np.where(kinds == 2, site.specials["/robots.txt"], site.specials["/sitemap.xml"])
    return np.where(kinds == 0, contents, np.where(kinds == 1, pages, files)).astype(np.int32)


def make_monitors(world: World, count: int, earliest: int) -> Lines:
    """Return `count` lines of the two monitors in turn, evenly over the day from second `earliest` on."""
    which = np.arange(count, dtype=np.int32) % len(MONITOR_AGENTS)
    home, health = world.site.pages, world.site.specials["/healthz"]
    return new_lines(
        second=np.linspace(earliest, DAY_SECONDS, count, endpoint=False).astype(np.int32),
        visit=-1,
        address=world.crawler_addresses,
        request=GET_1 * world.targets + np.where(which == 0, home, health),
        status=OK,
        size=np.where(which == 0, 8123, 3),
        referrer=_NO_REFERRER,
        agent=world.crawler_agents + len(CRAWLER_AGENTS) + which,
        cookie=_NO_COOKIE,
        kind=MONITOR,
    )


def make_hostiles(rng: np.random.Generator, world: World, count: int, earliest: int) -> Lines:
    """Return `count` hostile lines from anybody's addresses, at any hour from second `earliest` on."""
    which = below(rng, len(HOSTILES), count)
    statuses = np.array([STATUSES.index(hostile.status) for hostile in HOSTILES])
    sizes = np.array([hostile.size_bytes for hostile in HOSTILES])
    return new_lines(
        second=earliest + below(rng, DAY_SECONDS - earliest, count),
        visit=-1,
        address=below(rng, world.crawler_addresses, count),
        request=4 * world.targets + which,
        status=statuses[which],
        size=sizes[which],
        referrer=len(ENTRANCES) + world.targets + which,
        agent=world.crawler_agents + len(CRAWLER_AGENTS) + len(MONITOR_AGENTS) + which,
        cookie=world.hostile + which,
        kind=PERSON,
    )
