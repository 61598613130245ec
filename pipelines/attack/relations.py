"""What is known to hold between cells: totals and their parts, and what can only be bounded."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from pipelines.attack.arrays import Bools, Ints


class Kind(IntEnum):
    """How the cells of a relation hang together.

    ADDS_UP: total = sum of the parts. UNION: total and parts count distinct people, max(parts) <= total <= sum(parts).
    AT_MOST: the one part <= total (visits of a row and its page views).
    """

    ADDS_UP = 0
    UNION = 1
    AT_MOST = 2


@dataclass(frozen=True, slots=True)
class Relation:
    """One relation, in words for people: the total's cell and the parts' cells."""

    kind: Kind
    total: int
    parts: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Relations:
    """Many relations, as arrays: `kinds` and `starts` (m and m + 1 long), `cells` and `signs` (one entry for each cell in each).

    A total's sign is -1, a part's +1. A relation of kind UNION or AT_MOST has exactly one total, one that ADDS_UP any mixture.
    """

    kinds: Ints
    starts: Ints
    cells: Ints
    signs: Ints

    def __post_init__(self) -> None:
        """Refuse arrays that do not fit together: raises ValueError."""
        if len(self.starts) != len(self.kinds) + 1 or self.starts[0] != 0 or self.starts[-1] != len(self.cells):
            raise ValueError("starts do not fit kinds and cells")
        if len(self.cells) != len(self.signs) or not np.all(np.abs(self.signs) == 1):
            raise ValueError("signs are +1 and -1, one for each cell")
        totals = np.bincount(self.of_entry[self.signs < 0], minlength=self.count)
        if np.any((self.kinds != Kind.ADDS_UP) & (totals != 1)):
            raise ValueError("a relation that bounds has one total")
        if np.any((self.kinds == Kind.AT_MOST) & (np.diff(self.starts) != 2)):
            raise ValueError("at most: one part and its total")

    @classmethod
    def of(cls, relations: Iterable[Relation]) -> "Relations":
        """Put relations into arrays, in the order given."""
        listed = list(relations)
        cells = [cell for one in listed for cell in (one.total, *one.parts)]
        signs = [sign for one in listed for sign in (-1, *(1 for _ in one.parts))]
        lengths = [1 + len(one.parts) for one in listed]
        return cls(
            np.array([one.kind for one in listed], dtype=np.int64),
            np.concatenate(([0], np.cumsum(lengths, dtype=np.int64))).astype(np.int64),
            np.array(cells, dtype=np.int64),
            np.array(signs, dtype=np.int64),
        )

    @property
    def count(self) -> int:
        """How many relations there are."""
        return len(self.kinds)

    @property
    def of_entry(self) -> Ints:
        """The relation to which each entry belongs."""
        return np.repeat(np.arange(self.count, dtype=np.int64), np.diff(self.starts))

    def only(self, chosen: Bools) -> "Relations":
        """Return the chosen relations, in their order."""
        lengths = np.diff(self.starts)
        entries = np.repeat(chosen, lengths)
        starts = np.concatenate(([0], np.cumsum(lengths[chosen]))).astype(np.int64)
        return Relations(self.kinds[chosen], starts, self.cells[entries], self.signs[entries])

    def union_pairs(self) -> Ints:
        """List the nested cells of distinct counts as (part, total), shape (p, 2)."""
        entry_kind = np.repeat(self.kinds, np.diff(self.starts))
        of_entry = self.of_entry
        totals = np.full(self.count, -1, dtype=np.int64)
        is_total = self.signs < 0
        totals[of_entry[is_total]] = self.cells[is_total]
        parts = (entry_kind == Kind.UNION) & ~is_total
        return np.column_stack((self.cells[parts], totals[of_entry[parts]])).astype(np.int64)


def reached(relations: Relations, is_open: Bools, touched: Ints) -> Bools:
    """Say which relations new cells reach: those they stand in, and from there on through cells that are open, shape (m,).

    Shown cells carry nothing further: they are constants.
    """
    of_entry = relations.of_entry
    carrying = np.zeros(len(is_open), dtype=np.bool_)
    carrying[touched] = True
    found = np.zeros(relations.count, dtype=np.bool_)
    while True:
        hit = np.bincount(of_entry[carrying[relations.cells]], minlength=relations.count) > 0
        if not np.any(hit & ~found):
            return found
        found |= hit
        carrying = np.zeros(len(is_open), dtype=np.bool_)
        carrying[relations.cells[found[of_entry]]] = True
        carrying &= is_open
