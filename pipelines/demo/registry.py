"""The made-up registry: partners of skewed size, their contents of skewed popularity, and their staff, the members."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from pipelines.demo.chance import Flags, Floats, Ints, Weighted, below, falling, stream
from pipelines.demo.lives import Lives, Standing, make_lives
from pipelines.demo.plan import DemoPlan

PARTNER_TYPES = ("agency", "artist", "distributor")
CONTENT_TYPES = ("track", "album", "video", "artist")
ACTIVITY_BY_STATUS = (1.0, 0.3, 0.02, 0.02, 0.01)
"""How often a member of each status comes: those still pending try, those who left have a cookie in some old browser."""

SMALL_STAFFS, LARGE_STAFF = (1, 9, 10), 500
"""Numbers of people on both sides of the threshold of publication, and a large one. The last partners have them."""
MOST_STAFFED = 2 / 3
SMALL_PARTNERS_CONTENTS = 3

CONTENTS_PER_PARTNER = 30
_FIRST = (
    "Paper",
    "Lantern",
    "Amber",
    "Quiet",
    "Velvet",
    "Copper",
    "Winter",
    "Maple",
    "Echo",
    "Silver",
    "Cedar",
    "Neon",
)
_SECOND = ("Fox", "River", "Tiger", "Garden", "Radio", "Whale", "Comet", "Piano", "Island", "Clover", "Sparrow", "Tide")
_KINDS = {"agency": "Label", "artist": "Duo", "distributor": "Distribution"}


@dataclass(frozen=True)
class Partners:
    """One row for each partner; `weights` is how much of the audience comes for its contents."""

    partner_ids: list[str]
    names: list[str]
    types: list[str]
    weights: Floats


@dataclass(frozen=True)
class Contents:
    """One row for each content, partner by partner; those of partner p lie from `first[p]` up to `first[p + 1]`."""

    content_ids: list[str]
    partners: Ints
    types: Ints
    first: Ints
    popularity: Weighted


@dataclass(frozen=True)
class Members:
    """One row for each member on one day: where it stands, and how often it comes.

    `is_small` marks the staff of the partners of SMALL_STAFFS: they alone come for what those partners have.
    """

    account_keys: list[str]
    login_ids: list[str]
    is_small: Flags
    eagerness: Floats
    lives: Lives
    standing: Standing
    activity: Weighted

    @property
    def partners(self) -> Ints:
        """The partner each member acts for."""
        return self.standing.partners


@dataclass(frozen=True)
class Registry:
    """Everything the logs refer to, as of one day; partners and contents are the same for every day."""

    partners: Partners
    contents: Contents
    members: Members

    def on(self, day: date) -> "Registry":
        """Return the registry as of the end of `day`."""
        members = self.members
        standing = members.lives.on(day)
        activity = _activity(members.eagerness, standing, members.is_small)
        return replace(self, members=replace(members, standing=standing, activity=activity))


def make_registry(plan: DemoPlan) -> Registry:
    """Make the registry of a plan as of its last day, as far as the logs depend on it."""
    partners = _partners(plan)
    return Registry(partners, _contents(plan, partners), _members(plan, partners))


def planted_staffs(partners: int, members: int) -> dict[int, int]:
    """Return position of a partner -> how many people it has: those of SMALL_STAFFS and LARGE_STAFF that there is room for.

    Two partners at least are left for chance to fill, and a third of the members.
    """
    planted: dict[int, int] = {}
    for place, people in enumerate((*SMALL_STAFFS, LARGE_STAFF), 1):
        if partners - place < 2 or sum(planted.values()) + people > members * MOST_STAFFED:
            break
        planted[partners - place] = people
    return planted


def small_partners(plan: DemoPlan) -> list[int]:
    """Return the positions of the partners of SMALL_STAFFS."""
    return [place for place, people in planted_staffs(plan.partners, plan.members).items() if people != LARGE_STAFF]


def _partners(plan: DemoPlan) -> Partners:
    """Make partners; the first three are one of each type. Sizes fall steeply in a shuffled order; none comes for small ones."""
    rng = stream(plan.seed, "partners")
    kinds = [0, 1, 2, *Weighted.of((9, 8, 3)).pick(rng, plan.partners - 3).tolist()]
    types = [PARTNER_TYPES[kind] for kind in kinds]
    names = [
        f"{_FIRST[number % len(_FIRST)]} {_SECOND[number // len(_FIRST) % len(_SECOND)]} {_KINDS[kind]} {number + 1} (sample)"
        for number, kind in enumerate(types)
    ]
    ids = [f"P{number:05d}" for number in range(1, plan.partners + 1)]
    weights = rng.permutation(falling(plan.partners, 0.9))
    weights[small_partners(plan)] = 0.0
    return Partners(ids, names, types, weights)


def _contents(plan: DemoPlan, partners: Partners) -> Contents:
    """Make contents: larger partners have more, and within a partner popularity falls with rank."""
    rng = stream(plan.seed, "contents")
    shares = np.sqrt(partners.weights)
    counts = np.maximum(1, np.round(shares / shares.mean() * CONTENTS_PER_PARTNER)).astype(np.int64)
    counts[partners.weights == 0] = SMALL_PARTNERS_CONTENTS
    first = np.concatenate(([0], np.cumsum(counts)))
    popularity = [weight * _scaled(falling(int(n), 0.8)) for weight, n in zip(partners.weights, counts, strict=True)]
    return Contents(
        content_ids=[f"C{number:07d}" for number in range(1, int(first[-1]) + 1)],
        partners=np.repeat(np.arange(plan.partners, dtype=np.int32), counts),
        types=Weighted.of((55, 25, 12, 8)).pick(rng, int(first[-1])),
        first=first.astype(np.int32),
        popularity=Weighted.of(np.concatenate(popularity)),
    )


def _scaled(weights: Floats) -> Floats:
    """Scale weights to a sum of 1."""
    scaled: Floats = weights / weights.sum()
    return scaled


def _members(plan: DemoPlan, partners: Partners) -> Members:
    """Make members: staff of partners, more at larger ones, mostly approved, few of them busy.

    Who moves goes to another partner of the same type, where there is one.
    """
    rng = stream(plan.seed, "members")
    planted = planted_staffs(plan.partners, plan.members)
    fixed = np.repeat(np.fromiter(planted, np.int32), np.fromiter(planted.values(), np.int32))
    chances = np.sqrt(partners.weights)
    chances[list(planted)] = 0.0
    staff = Weighted.of(chances).pick(rng, plan.members)
    staff[len(staff) - len(fixed) :] = fixed
    is_small = np.isin(staff, small_partners(plan))
    is_free = np.arange(plan.members) < plan.members - len(fixed)
    lives = make_lives(plan.seed, staff, is_free, _next_of_type(partners, planted)[staff], flaws=plan.flaws)
    standing = lives.on(plan.to)
    eagerness = rng.permutation(falling(plan.members, 0.7))
    words = below(rng, len(_SECOND), plan.members).tolist()
    return Members(
        account_keys=[f"AK{number:08d}" for number in range(1, plan.members + 1)],
        login_ids=[f"demo-{_SECOND[word].lower()}-{number:06d}" for number, word in enumerate(words, 1)],
        is_small=is_small,
        eagerness=eagerness,
        lives=lives,
        standing=standing,
        activity=_activity(eagerness, standing, is_small),
    )


def _activity(eagerness: Floats, standing: Standing, is_small: Flags) -> Weighted:
    """Return how often each member comes by chance; the staff of small partners comes as `audience` says instead."""
    return Weighted.of(np.where(is_small, 0.0, eagerness * np.asarray(ACTIVITY_BY_STATUS)[standing.statuses]))


def _next_of_type(partners: Partners, planted: Collection[int]) -> Ints:
    """Return for each partner the next one of its type that is not `planted`, itself if there is no other."""
    later = np.arange(len(partners.types), dtype=np.int32)
    for kind in PARTNER_TYPES:
        places = [place for place, found in enumerate(partners.types) if found == kind and place not in planted]
        later[places] = np.roll(np.array(places, dtype=np.int32), -1)
    return later
