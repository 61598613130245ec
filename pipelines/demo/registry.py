"""The made-up registry: partners of skewed size, their contents of skewed popularity, and their staff, the members."""

from dataclasses import dataclass

import numpy as np

from pipelines.demo.chance import Floats, Ints, Weighted, below, falling, stream
from pipelines.demo.plan import DemoPlan

PARTNER_TYPES = ("agency", "artist", "distributor")
CONTENT_TYPES = ("track", "album", "video", "artist")
STATUSES = ("approved", "pending", "rejected", "withdrawn")
ACTIVITY_BY_STATUS = (1.0, 0.3, 0.02, 0.02)
"""How often a member of each status comes: those still pending try, those who left have a cookie in some old browser."""

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
    """One row for each member: position of the partner and of the status, and how often the member comes."""

    account_keys: list[str]
    login_ids: list[str]
    partners: Ints
    statuses: Ints
    activity: Weighted


@dataclass(frozen=True)
class Registry:
    """Everything the logs refer to; the same for every day."""

    partners: Partners
    contents: Contents
    members: Members


def make_registry(plan: DemoPlan) -> Registry:
    """Make the registry of a plan, as far as the logs depend on it."""
    partners = _partners(plan)
    return Registry(partners, _contents(plan, partners), _members(plan, partners))


def _partners(plan: DemoPlan) -> Partners:
    """Make partners; the first three are one of each type, and sizes fall steeply in a shuffled order."""
    rng = stream(plan.seed, "partners")
    kinds = [0, 1, 2, *Weighted.of((9, 8, 3)).pick(rng, plan.partners - 3).tolist()]
    types = [PARTNER_TYPES[kind] for kind in kinds]
    names = [
        f"{_FIRST[number % len(_FIRST)]} {_SECOND[number // len(_FIRST) % len(_SECOND)]} {_KINDS[kind]} {number + 1} (sample)"
        for number, kind in enumerate(types)
    ]
    ids = [f"P{number:05d}" for number in range(1, plan.partners + 1)]
    return Partners(ids, names, types, rng.permutation(falling(plan.partners, 0.9)))


def _contents(plan: DemoPlan, partners: Partners) -> Contents:
    """Make contents: larger partners have more, and within a partner popularity falls with rank."""
    rng = stream(plan.seed, "contents")
    shares = np.sqrt(partners.weights)
    counts = np.maximum(1, np.round(shares / shares.mean() * CONTENTS_PER_PARTNER)).astype(np.int64)
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
    """Make members: staff of partners, more at larger ones, mostly approved, few of them busy."""
    rng = stream(plan.seed, "members")
    staff = Weighted.of(np.sqrt(partners.weights)).pick(rng, plan.members)
    statuses = Weighted.of((88, 5, 3, 4)).pick(rng, plan.members)
    eagerness = rng.permutation(falling(plan.members, 0.7))
    words = below(rng, len(_SECOND), plan.members).tolist()
    return Members(
        account_keys=[f"AK{number:08d}" for number in range(1, plan.members + 1)],
        login_ids=[f"demo-{_SECOND[word].lower()}-{number:06d}" for number, word in enumerate(words, 1)],
        partners=staff,
        statuses=statuses,
        activity=Weighted.of(eagerness * np.asarray(ACTIVITY_BY_STATUS)[statuses]),
    )
