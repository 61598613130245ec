"""Sums of hidden cells that relations give away, and whether enough people are certain to stand behind each.

Whoever adds and subtracts relations learns sums over hidden cells. Such a sum is nobody's secret when it is sure to rest on k
people or more: it holds the parts of a total that rests on so many, less what those who are left out can be at most. A program in
whole numbers looks for a sum of which that is not sure, and so finds one or shows that there is none. What is too large to be
searched counts as found: nothing is shown that is not proven.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, milp

from pipelines.disclosure.finest import Combination, Finest, independent, pieces_of, useful
from pipelines.disclosure.rules import Booleans, Floats, Integers

NODES = 100
"""Steps after which a search is given up."""
INFEASIBLE = 2
LEVELS = 3
"""How often a cell may be in a sum: by itself, in its week and in its month."""
SIZE = 50
"""New relations, and as many swaps, of a piece that is searched: others cost next to nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Lot:
    """Some relations over hidden cells, as columns.

    `matrix`: relations by cells, +1 for a part, -1 for a total. Of each relation: `total`, its total's cell or -1 when that is
    shown; `certain`, on how many people its parts rest at least if its total is shown; `is_whole`, whether no part is shown;
    `threshold`, its k; `is_new`, whether it has a cell of this release. Of each cell: `most`, how many people it rests on at
    most; `is_safe`, whether it could be shown by itself; `may_be`, whether it can be in a sum with no such cell.
    """

    matrix: sparse.csr_array
    total: Integers
    certain: Integers
    is_whole: Booleans
    threshold: Integers
    most: Integers
    is_safe: Booleans
    may_be: Booleans
    is_new: Booleans


@dataclass(frozen=True, slots=True)
class KnownSum:
    """A sum of `cells` that `relations` give away together, as places in the lot; `is_proven`: it was found, not supposed."""

    relations: list[int]
    cells: list[int]
    is_proven: bool


def doubtful_sums(lot: Lot) -> list[KnownSum]:
    """Return sums that are not sure to rest on k people, no two of which share a cell; none when there is none.

    Only such as need a new relation: what the others give away together was judged when they were new.
    """
    finest = Finest(lot.matrix, lot.total, lot.is_whole, lot.is_new)
    pieces = pieces_of(useful(independent(finest.combinations(), lot.is_new), lot.may_be))
    return [one for piece in pieces for one in _search(lot, finest, piece)]


def _search(lot: Lot, finest: Finest, piece: Sequence[Combination]) -> Iterator[KnownSum]:
    """Yield doubtful sums of one piece: whole numbers say how often each relation is taken, and which cells come out."""
    new, swaps = int(lot.is_new[[one.relation for one in piece]].sum()), sum(one.is_swap for one in piece)
    if not new or (len(piece) == 1 and not swaps):
        # What one relation says by itself was judged with it.
        return
    cells = sorted({cell for one in piece for cell in one.cells})
    is_left = lot.may_be[cells].astype(np.float64)
    program = _Program(lot, finest, piece, cells) if max(new, swaps) <= SIZE else None
    while is_left.any():
        outcome = None if program is None else program.solve(is_left)
        if outcome is not None and outcome.status == INFEASIBLE:
            return
        if outcome is None or outcome.x is None:
            # Nobody knows.
            yield KnownSum(
                [one.relation for one in piece], [cells[one] for one in np.flatnonzero(is_left)], is_proven=False
            )
            return
        times, values = outcome.x[: len(piece)], outcome.x[len(piece) : len(piece) + len(cells)]
        chosen = [one.relation for one, taken in zip(piece, times, strict=True) if abs(taken) > 0.5]
        is_left[values > 0.5] = 0
        yield KnownSum(chosen, [cells[one] for one in np.flatnonzero(values > 0.5)], is_proven=True)


class _Program:
    """The search as a program, in columns: how often each combination is taken, which cells come out, and who is in the sum.

    Whose people are in it: cells that come out; a hidden total all of whose parts are in it; the parts of one that is.
    """

    def __init__(self, lot: Lot, finest: Finest, piece: Sequence[Combination], cells: Sequence[int]) -> None:
        self.lot, self.finest = lot, finest
        self.taken, self.place = len(piece), {cell: len(piece) + number for number, cell in enumerate(cells)}
        self.size = len(piece) + len(cells)
        self.rows: list[tuple[dict[int, float], float, float]] = [(dict.fromkeys(self.place.values(), 1.0), 1, np.inf)]
        self._ask_for_new([number for number, one in enumerate(piece) if lot.is_new[one.relation]])
        self.times = [self._times(piece, cell, place) for cell, place in self.place.items()]
        self.inside: dict[int, int | None] = {}
        for relation in range(lot.matrix.shape[0]):
            self._cover(relation)
        for total, column in list(self.inside.items()):
            self._tell_parts(total, column)

    def _times(self, piece: Sequence[Combination], cell: int, place: int) -> int:
        """Make a column that says how often a cell comes out: more than once if totals that it is in are in the sum besides."""
        entries = {number: float(one.cells[cell]) for number, one in enumerate(piece) if cell in one.cells}
        often = self._new()
        self.rows += [
            (entries | {often: -1.0}, 0, 0),
            ({often: 1.0, place: -1.0}, 0, np.inf),
            ({often: 1.0, place: -float(LEVELS)}, -np.inf, 0),
        ]
        return often

    def _ask_for_new(self, new: Sequence[int]) -> None:
        """Ask that one of the new relations is taken at least: added, or subtracted."""
        taken = [(self._new(), self._new()) for _ in new]
        for number, (plus, minus) in zip(new, taken, strict=True):
            self.rows.append(({number: 1.0, plus: -1.0, minus: 1.0}, 0, 0))
            self.rows.append(({plus: 1.0, minus: 1.0}, 0, 1))
        self.rows.append((dict.fromkeys((one for both in taken for one in both), 1.0), 1, np.inf))

    def _new(self) -> int:
        self.size += 1
        return self.size - 1

    def solve(self, may_be: Floats) -> OptimizeResult:
        """Search for a sum over cells that may be in it."""
        matrix = sparse.lil_array((len(self.rows), self.size))
        for number, (entries, _, _) in enumerate(self.rows):
            for column, value in entries.items():
                matrix[number, column] = value
        least, most = (np.array([row[way] for row in self.rows]) for way in (1, 2))
        low, high, cost, whole = np.zeros(self.size), np.ones(self.size), np.zeros(self.size), np.zeros(self.size)
        low[: self.taken], whole[:] = -1, 1
        found = list(self.place.values())
        high[found], cost[found], high[self.times] = may_be, 1, LEVELS
        limits = LinearConstraint(matrix.tocsr(), least, most)
        options = {"node_limit": NODES, "mip_rel_gap": 10.0}
        return milp(cost, integrality=whole, bounds=Bounds(low, high), constraints=limits, options=options)

    def _cover(self, relation: int) -> None:
        """Ask that a total does not make the sum sure: too many people could be in the parts that are left out."""
        lot, parts, total = self.lot, self._parts(relation), int(self.lot.total[relation])
        is_cover = lot.certain[relation] >= lot.threshold[relation] if total < 0 else lot.is_safe[total]
        if not parts or not is_cover or lot.is_safe[parts].any() or (total >= 0 and not lot.is_whole[relation]):
            return
        inside = {column: part for part in parts if (column := self._column(part)) is not None}
        if total < 0 and inside:
            slack = int(lot.certain[relation] - lot.threshold[relation]) + 1
            most = np.minimum(lot.most, slack)
            weights = {column: -float(most[part]) for column, part in inside.items()}
            self.rows.append((weights, slack - int(most[parts].sum()), np.inf))
        elif total >= 0 and len(inside) == len(parts):
            self.rows.append((dict.fromkeys(inside, -1.0), 1 - len(parts), np.inf))

    def _column(self, cell: int) -> int | None:
        """Return the column that says whether a cell's people are in the sum; None when they cannot all be."""
        if cell not in self.inside:
            self.inside[cell] = None
            if cell in self.place:
                self.inside[cell] = self._new_column([self.place[cell]])
            else:
                for relation in self.finest.relations_of.get(cell, ()):
                    self._add_relation(cell, relation)
        return self.inside[cell]

    def _add_relation(self, total: int, relation: int) -> None:
        """Say that a hidden total is in the sum when all its parts are."""
        parts = [self._column(part) for part in self._parts(relation)]
        known = [one for one in parts if one is not None]
        if len(known) == len(parts):
            self.inside[total] = self._new_column(known, self.inside[total])

    def _new_column(self, of: Sequence[int], column: int | None = None) -> int:
        """Make a column 1 where all those it is made of are; a new one unless it is given."""
        if column is None:
            column = self._new()
        self.rows.append(({column: 1.0} | dict.fromkeys(of, -1.0), 1 - len(of), np.inf))
        return column

    def _tell_parts(self, total: int, column: int | None) -> None:
        """Say that the parts of a hidden total that is in the sum are."""
        if column is not None:
            for relation in self.finest.relations_of.get(total, ()):
                for part in self._parts(relation):
                    if (own := self.inside.get(part)) is not None:
                        self.rows.append(({own: 1.0, column: -1.0}, 0, np.inf))

    def _parts(self, relation: int) -> list[int]:
        return [cell for cell, sign in self.finest.rows[relation].items() if sign > 0]
