"""Relations in terms of their finest cells: hidden totals none of whose parts is shown are put as the sums of their parts.

A sum that holds such a total rests on the same people as one that holds its parts instead. One that holds a total and one of its
own parts besides holds that part twice.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

import numpy as np
from scipy import sparse

from pipelines.disclosure.rules import Booleans, Integers

Entries = dict[int, int]
PRIME = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Combination:
    """A relation as finest cells, each with how often it is in; `is_swap`: it only puts a hidden total's parts for others."""

    relation: int
    cells: Entries
    is_swap: bool


class Finest:
    """Of each hidden total the relation by which it is put as its parts: an old one if there is, with the fewest totals in it."""

    def __init__(self, matrix: sparse.csr_array, total: Integers, is_whole: Booleans, is_new: Booleans) -> None:
        """Take relations by cells, +1 for a part and -1 for a total, each one's total (-1: shown), whether no part is shown."""
        self.is_equal = (total >= 0) & is_whole
        self.is_new = is_new
        self.rows = [_entries(matrix, row) for row in range(matrix.shape[0])]
        totals = set(total[self.is_equal].tolist())
        self.relation_of: dict[int, int] = {}
        self.relations_of: dict[int, list[int]] = {}
        for row in np.flatnonzero(self.is_equal).tolist():
            own = int(total[row])
            self.relations_of.setdefault(own, []).append(row)
            held = self.relation_of.get(own)
            if held is None or self._rank(row, totals) < self._rank(held, totals):
                self.relation_of[own] = row
        self._known: dict[int, Entries] = {}

    def _rank(self, row: int, totals: set[int]) -> tuple[bool, int, int]:
        return bool(self.is_new[row]), sum(cell in totals for cell in self.rows[row]) - 1, len(self.rows[row])

    def of(self, cell: int) -> Entries:
        """Return the finest cells of a cell."""
        if cell not in self.relation_of:
            return {cell: 1}
        if cell not in self._known:
            found: Counter[int] = Counter()
            for part, sign in self.rows[self.relation_of[cell]].items():
                if sign > 0:
                    found.update(self.of(part))
            self._known[cell] = dict(found)
        return self._known[cell]

    def combinations(self) -> list[Combination]:
        """Return what the relations say of the finest cells, each once."""
        kept: dict[frozenset[tuple[int, int]], Combination] = {}
        put = set(self.relation_of.values())
        # Of relations that say the same the old one is kept.
        for row in np.argsort(self.is_new, kind="stable").tolist():
            if row in put:
                continue
            here = self._in_finest(self.rows[row])
            against = frozenset((cell, -times) for cell, times in here.items())
            if here and against not in kept:
                kept.setdefault(frozenset(here.items()), Combination(row, here, bool(self.is_equal[row])))
        return list(kept.values())

    def is_told(self, row: int) -> bool:
        """Say whether old relations together say what a relation says."""
        old = [one for one in self.combinations() if not self.is_new[one.relation]]
        asked = Combination(row, self._in_finest(self.rows[row]), is_swap=False)
        return asked not in independent([*old, asked], np.arange(len(self.rows)) == row)

    def _in_finest(self, entries: Entries) -> Entries:
        cells: Counter[int] = Counter()
        for cell, sign in entries.items():
            for one, times in self.of(cell).items():
                cells[one] += sign * times
        return {cell: times for cell, times in cells.items() if times}


def independent(combinations: Sequence[Combination], is_new: Booleans) -> list[Combination]:
    """Leave out what the others say together: new relations first, the longest of them before others.

    Reckoned modulo a prime, in which nothing is rounded.
    """
    basis: dict[int, Entries] = {}
    kept = []
    for one in sorted(combinations, key=lambda one: (bool(is_new[one.relation]), len(one.cells), one.relation)):
        rest = {cell: times % PRIME for cell, times in one.cells.items()}
        waiting = list(rest)
        heapify(waiting)
        while waiting:
            cell = heappop(waiting)
            if cell not in basis or cell not in rest:
                continue
            factor = rest[cell]
            for other, times in basis[cell].items():
                if other not in rest:
                    heappush(waiting, other)
                left = (rest.pop(other, 0) - factor * times) % PRIME
                if left:
                    rest[other] = left
        if rest:
            first = min(rest)
            unit = pow(rest[first], -1, PRIME)
            basis[first] = {cell: times * unit % PRIME for cell, times in rest.items()}
            kept.append(one)
    return kept


def useful(combinations: Sequence[Combination], may_be: Booleans) -> list[Combination]:
    """Leave out what no sum needs: what has a cell that is in no sum and nowhere else, or only puts such parts for others.

    Parts that stand in one swap alone come in all together or not at all: whoever takes them could take what they stand for.
    """
    while True:
        times = Counter(cell for one in combinations for cell in one.cells)
        kept = [one for one in combinations if not _is_idle(one, times, may_be)]
        if len(kept) == len(combinations):
            return kept
        combinations = kept


def _is_idle(one: Combination, times: Counter[int], may_be: Booleans) -> bool:
    if any(times[cell] == 1 and not may_be[cell] for cell in one.cells):
        return True
    sides = [[cell for cell, sign in one.cells.items() if sign * way > 0] for way in (1, -1)]
    return one.is_swap and any(all(times[cell] == 1 for cell in side) for side in sides)


def pieces_of(combinations: Sequence[Combination]) -> list[list[Combination]]:
    """Return the combinations that hang together by cells they share."""
    piece_of: dict[int, int] = {}
    pieces: dict[int, list[Combination]] = {}
    for number, one in enumerate(combinations):
        near = {piece_of[cell] for cell in one.cells if cell in piece_of}
        pieces[number] = [one, *(other for piece in sorted(near) for other in pieces.pop(piece))]
        piece_of |= {cell: number for other in pieces[number] for cell in other.cells}
    return list(pieces.values())


def _entries(matrix: sparse.csr_array, row: int) -> Entries:
    begin, end = matrix.indptr[row : row + 2]
    signs = matrix.data[begin:end].astype(np.int64).tolist()
    return dict(zip(matrix.indices[begin:end].tolist(), signs, strict=True))
