"""Everything a day's lines refer to by position: people, and pools of ready log text. Made once for a plan."""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pyarrow as pa

from pipelines.demo.addresses import address_pool
from pipelines.demo.agents import CRAWLER_AGENTS, MONITOR_AGENTS, desktop_agents, phone_agents
from pipelines.demo.chance import Ints, Weighted, below, draw, falling, stream
from pipelines.demo.hostile import HOSTILES, nginx_escape
from pipelines.demo.plan import DemoPlan
from pipelines.demo.registry import Registry, make_registry
from pipelines.demo.site import SEARCH_MARK, Site, make_site

MEMBER_COOKIE = "pc_member"
"""As `policy/sources.yml` names it (a test holds it)."""

OTHER_COOKIES_SHARE = 0.6
SITE_ORIGIN = "https://partner.example"
GET_1, GET_2, HEAD, POST = range(4)
"""Ways a target is asked for; request i of the pool is way i // targets of target i % targets."""
_REQUEST_FORMS = (("GET ", " HTTP/1.1"), ("GET ", " HTTP/2.0"), ("HEAD ", " HTTP/1.1"), ("POST ", " HTTP/1.1"))

ENTRANCES = (
    ("-", 46),
    ("https://search.example/", 18),
    (f"https://search.example/find?q={SEARCH_MARK}+someone", 9),
    ("https://m.portal.example/music/today", 8),
    ("http://Portal.Example:8080/cafe/1234", 4),
    ("https://social.example/p/demo-person", 8),
    ("android-app://com.sample.player/", 3),
    ("https://fans.example/board?id=77&user=demo-person", 4),
)


@dataclass(frozen=True)
class People:
    """One row for each person: the anonymous ones, then the members.

    Columns are positions in pools. A person has a desk browser and a phone, and up to three addresses: home (shared by
    a household), office (shared by colleagues), and the phone network's (shared by many).
    """

    anonymous: int
    desk_agents: Ints
    phone_agents: Ints
    homes: Ints
    offices: Ints
    networks: Ints
    cookies: Ints


@dataclass(frozen=True)
class Pools:
    """Log text by position, each with the punctuation that follows or precedes it; a line is one of each, joined."""

    addresses: pa.Array
    requests: pa.Array
    referrers: pa.Array
    agents: pa.Array
    cookies: pa.Array


@dataclass(frozen=True)
class World:
    """A plan's registry, site, people and pools, and where in the pools the special ones begin."""

    plan: DemoPlan
    registry: Registry
    site: Site
    people: People
    pools: Pools
    member_cookies: int
    conflicting_cookies: int
    crawler_addresses: int
    crawler_agents: int
    hostile: int
    entrances: Weighted

    @property
    def targets(self) -> int:
        """Number of targets of the site."""
        return len(self.site.targets)

    def on(self, day: date) -> "World":
        """Return the world with its registry as of the end of `day`."""
        return replace(self, registry=self.registry.on(day))


def make_world(plan: DemoPlan) -> World:
    """Make all of it from the plan's seed and sizes; about a second for a million requests a day."""
    registry = make_registry(plan)
    site = make_site(plan, registry.contents)
    homes = max(100, plan.requests_per_day // 8)
    networks, offices = max(5, homes // 40), plan.partners
    anonymous = max(200, plan.requests_per_day // 4)
    desks, phones = desktop_agents(), phone_agents()
    identified = anonymous // 2
    crawlers = networks + offices + homes
    logins = registry.members.login_ids
    agents = [*desks, *phones, *CRAWLER_AGENTS, *MONITOR_AGENTS, *(nginx_escape(h.agent) for h in HOSTILES)]
    addresses = address_pool(stream(plan.seed, "addresses"), crawlers + len(CRAWLER_AGENTS) * 4)
    cookies = [
        "-",
        *_analytics_cookies(plan, identified),
        *_member_cookies(logins, flaws=plan.flaws),
        *_conflicting_cookies(logins),
    ]
    attacks = [nginx_escape(hostile.cookie) if plan.flaws else "-" for hostile in HOSTILES]
    rng = stream(plan.seed, "people")
    everyone = anonymous + plan.members
    others = OTHER_COOKIES_SHARE if plan.flaws else 0.0
    return World(
        plan=plan,
        registry=registry,
        site=site,
        people=People(
            anonymous=anonymous,
            desk_agents=Weighted.of(falling(len(desks), 0.8)).pick(rng, everyone),
            phone_agents=Weighted.of(falling(len(phones), 0.6)).pick(rng, everyone) + len(desks),
            homes=below(rng, homes, everyone) + networks + offices,
            offices=np.concatenate((below(rng, offices, anonymous), registry.members.lives.partners)) + networks,
            networks=below(rng, networks, everyone),
            cookies=np.where(draw(rng, everyone, others), 1 + below(rng, identified, everyone), 0).astype(np.int32),
        ),
        pools=Pools(
            addresses=pa.array(addresses),
            requests=pa.array(_requests(site)),
            referrers=pa.array([f' "{referrer}" "' for referrer in _referrers(site)]),
            agents=pa.array([f'{agent}" "' for agent in agents]),
            cookies=pa.array([f'{cookie}"\n' for cookie in [*cookies, *attacks]]),
        ),
        member_cookies=1 + identified,
        conflicting_cookies=1 + identified + len(logins),
        crawler_addresses=crawlers,
        crawler_agents=len(desks) + len(phones),
        hostile=len(cookies),
        entrances=Weighted.of([weight for _, weight in ENTRANCES]),
    )


def _requests(site: Site) -> list[str]:
    """Return each way to ask for each target, then the hostile requests."""
    asked = [f"{method}{target}{protocol}" for method, protocol in _REQUEST_FORMS for target in site.targets]
    return [*asked, *(nginx_escape(hostile.request) for hostile in HOSTILES)]


def _referrers(site: Site) -> list[str]:
    """Return the ways in from outside, every page of the site, then the hostile referrers."""
    outside = [referrer for referrer, _ in ENTRANCES]
    inside = [f"{SITE_ORIGIN}{target}" for target in site.targets]
    return [*outside, *inside, *(nginx_escape(hostile.referrer) for hostile in HOSTILES)]


def _analytics_cookies(plan: DemoPlan, count: int) -> list[str]:
    """Return cookies of other purposes, which nothing may read."""
    numbers = below(stream(plan.seed, "analytics"), 2**31 - 1, count).tolist()
    return [f"_ga=GA1.2.{number}.{1_400_000_000 + number // 16}" for number in numbers]


def _member_cookies(logins: list[str], *, flaws: bool) -> list[str]:
    """Return each member's cookie header: alone, or, with flaws, among others."""
    alone = ("{name}={login}",) * 4
    among_others = (
        "{name}={login}",
        "{name}={login}",
        "_ga=GA1.2.{n}.1431000000; {name}={login}",
        "{name}={login}; lang=ko; _gid=GA1.2.{n}",
    )
    forms = among_others if flaws else alone
    return [forms[n % 4].format(name=MEMBER_COOKIE, login=login, n=n) for n, login in enumerate(logins)]


def _conflicting_cookies(logins: list[str]) -> list[str]:
    """Return, for each member, a header that carries the member cookie twice with different values."""
    return [
        f"{MEMBER_COOKIE}={one}; {MEMBER_COOKIE}={other}"
        for one, other in zip(logins, [*logins[1:], logins[0]], strict=True)
    ]
