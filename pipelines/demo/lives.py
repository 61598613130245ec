"""What becomes of members: who stays, moves, leaves and comes back, waits, or should never have been there; day by day.

A day's state follows from the seed, the numbers of partners and members, and the day alone, whatever else a plan asks for:
lives go round in cycles, each member's shifted by a phase of its own.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np

from pipelines.demo.chance import Flags, Ints, Weighted, below, stream

STATUSES = ("approved", "pending", "rejected", "withdrawn")
APPROVED, PENDING, REJECTED, WITHDRAWN, ABSENT = range(5)
"""Positions in STATUSES; an ABSENT member has no row in the export."""

STAYS, MOVES, REJOINS, REFUSES, WAITS, IS_REJECTED, HAS_LEFT, IS_CHILD, NO_CONSENT = range(9)
_WEIGHTS = (75, 4, 5, 3, 4, 3, 4, 1, 1)
_STATUS_OF_KIND = (APPROVED, APPROVED, APPROVED, APPROVED, PENDING, REJECTED, WITHDRAWN, APPROVED, APPROVED)
FLAWED = (IS_CHILD, NO_CONSENT)
"""Kinds that a check flags."""
MEMBERS_FOR_EVERY_KIND = 40

MOVE_CYCLE_DAYS, MOVED_FROM_DAY = 60, 30
REJOIN_CYCLE_DAYS, WITHDRAWN_FROM_DAY, ABSENT_FROM_DAY, PENDING_FROM_DAY, APPROVED_FROM_DAY = 60, 38, 45, 52, 55
REFUSAL_CYCLE_DAYS, REFUSES_ON_DAY, ACCEPTS_ON_DAY = 10, 0, 6
FIRST_JOINED = date(2009, 6, 1)
JOINED_WITHIN_DAYS, LEFT_WITHIN_DAYS = 1200, 300


@dataclass(frozen=True)
class Standing:
    """One row for each member at the end of a day. Days are ordinals; `left` is 0 for who has not."""

    statuses: Ints
    partners: Ints
    joined: Ints
    left: Ints


@dataclass(frozen=True)
class Lives:
    """One row for each member: what kind of life, how far its cycle is shifted, and the partners it is lived at."""

    kinds: Ints
    phases: Ints
    partners: Ints
    later_partners: Ints
    first_joined: Ints

    def on(self, day: date) -> Standing:
        """Return every member's state at the end of `day`."""
        statuses = np.asarray(_STATUS_OF_KIND, dtype=np.int32)[self.kinds]
        place = self.place(day, REJOIN_CYCLE_DAYS)
        rejoins = self.kinds == REJOINS
        steps = (WITHDRAWN_FROM_DAY, ABSENT_FROM_DAY, PENDING_FROM_DAY, APPROVED_FROM_DAY)
        turns = np.array((APPROVED, WITHDRAWN, ABSENT, PENDING, APPROVED), dtype=np.int32)
        statuses = np.where(rejoins, turns[np.searchsorted(steps, place, side="right")], statuses).astype(np.int32)
        rejoined = day.toordinal() - (place - PENDING_FROM_DAY) % REJOIN_CYCLE_DAYS
        joined = np.where(rejoins, rejoined, self.first_joined).astype(np.int32)
        long_ago = self.first_joined + 1 + self.phases % LEFT_WITHIN_DAYS
        left = np.where(rejoins, day.toordinal() - (place - WITHDRAWN_FROM_DAY), long_ago)
        has_moved = (self.kinds == MOVES) & (self.place(day, MOVE_CYCLE_DAYS) >= MOVED_FROM_DAY)
        return Standing(
            statuses=statuses,
            partners=np.where(has_moved, self.later_partners, self.partners).astype(np.int32),
            joined=joined,
            left=np.where(statuses == WITHDRAWN, left, 0).astype(np.int32),
        )

    def place(self, day: date, cycle_days: int) -> Ints:
        """Return where in a cycle of so many days each member is on `day`."""
        return ((day.toordinal() + self.phases) % cycle_days).astype(np.int32)


def make_lives(seed: int, partners: Ints, movable: Flags, later_partners: Ints, *, flaws: bool) -> Lives:
    """Deal lives to members at `partners`; those not `movable` all stay. Without `flaws` nobody leads a life that is flagged.

    Every kind occurs when there are MEMBERS_FOR_EVERY_KIND movable members.
    """
    rng = stream(seed, "lives")
    kinds = np.full(len(partners), STAYS, dtype=np.int32)
    rows = np.flatnonzero(movable)
    dealt = Weighted.of(_WEIGHTS).pick(rng, len(rows))
    if len(rows) >= MEMBERS_FOR_EVERY_KIND:
        dealt[: len(_WEIGHTS)] = np.arange(len(_WEIGHTS))
    kinds[rows] = rng.permutation(dealt)
    if not flaws:
        kinds[np.isin(kinds, FLAWED)] = STAYS
    joined = FIRST_JOINED.toordinal() + below(rng, JOINED_WITHIN_DAYS, len(partners))
    return Lives(kinds, below(rng, 10_000, len(partners)), partners, later_partners, joined.astype(np.int32))
