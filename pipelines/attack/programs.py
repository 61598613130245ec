"""Linear programs, for the parts where relations form rings: the least and the greatest value of each cell.

Many small parts go into one program, which falls apart into theirs. Each solution is also a witness: two of them that lie far
enough apart in a cell show that the cell is protected, and no program of its own is needed for it.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array, hstack

from pipelines.attack.arrays import TOLERANCE, Bools, Floats, Ints
from pipelines.attack.rows import Rows

_SOLVED, _INFEASIBLE = 0, 2
_WORTH_ANOTHER = 0.95
"""As long as aiming at all cells at once, in directions drawn by lot, shows one in twenty to be wide enough, it goes on."""
_RISES = 0.99
"""A cell that can rise at all rises by 1 in the program that asks for it: what is less is the solver's tolerance."""


class UnsolvedError(Exception):
    """The solver gave no answer; `infeasible` says that there is none."""

    def __init__(self, *, infeasible: bool) -> None:
        """Keep whether the part contradicts itself."""
        super().__init__("no solution")
        self.infeasible = infeasible


@dataclass(slots=True, eq=False)
class Answer:
    """Bounds of the cells of a program, shapes (c,): exact where `is_exact`, else at least as far apart as required."""

    cells: Ints
    lower: Floats
    upper: Floats
    is_exact: Bools
    programs: int


class Programs:
    """The programs over some rows, whose parts are told by `part` of each row's cells."""

    def __init__(self, rows: Rows, part: Ints, lower: Floats, upper: Floats, required: Floats) -> None:
        """Take rows, the part of each entry, and bounds and required width of all cells, shapes (n,)."""
        self.cells, local = np.unique(rows.cell, return_inverse=True)
        self.part = np.zeros(len(self.cells), dtype=np.int64)
        self.part[local] = part
        self._matrix = csr_array((rows.sign, (rows.row, local)), shape=(rows.count, len(self.cells)))
        self._exact, self._constant = rows.exact, rows.constant
        self._part_of_row = np.zeros(rows.count, dtype=np.int64)
        self._part_of_row[rows.row] = part
        self.lower, self.upper = lower[self.cells], upper[self.cells]
        self.required = required[self.cells]
        self._box = np.column_stack((self.lower, np.minimum(self.upper, 4 * self._room_of(rows, part))))
        self.programs = 0
        self.is_endless = np.zeros(len(self.cells), dtype=np.bool_)
        self._last = np.zeros(len(self.cells))
        self._choose(np.ones(len(self.cells), dtype=np.bool_))

    def solve(self, *, exact: bool) -> Answer:
        """Bound every cell; `exact` asks for both ends of each, however wide. Raises UnsolvedError."""
        seen_low, seen_high = np.full(len(self.cells), np.inf), np.full(len(self.cells), -np.inf)
        self.is_endless = self._rising()
        end_low, end_high = np.zeros(len(self.cells), dtype=np.bool_), self.is_endless.copy()
        wide, left = np.random.default_rng(0), np.inf
        while (open_cells := self._open(seen_low, seen_high, end_low, end_high, exact=exact)).any():
            self._leave_out_finished(open_cells)
            together = not exact and open_cells.sum() < _WORTH_ANOTHER * left
            left = open_cells.sum()
            aim = self._aim(open_cells, end_low, end_high)
            solution = self._spread(open_cells, seen_low, seen_high, wide) if together else self._solution(aim)
            seen_low, seen_high = np.minimum(seen_low, solution), np.maximum(seen_high, solution)
            if not together:
                end_low |= aim > 0
                end_high |= aim < 0
            end_low |= seen_low <= self.lower + TOLERANCE
            end_high |= seen_high >= self.upper - TOLERANCE
        both = end_low & end_high
        lower = np.where(both, seen_low, self.lower)
        upper = np.where(both & ~self.is_endless, seen_high, self.upper)
        return Answer(self.cells, lower, upper, both, self.programs)

    def _open(self, low: Floats, high: Floats, end_low: Bools, end_high: Bools, *, exact: bool) -> Bools:
        unbounded = ~(end_low & end_high)
        return unbounded if exact else unbounded & ~self.is_endless & ~(high - low >= self.required - TOLERANCE)

    def _rising(self) -> Bools:
        """Find the cells that rise without end, by one program: there is a movement that no relation holds up in which each does.

        A movement counts as one in a cell as soon as it is one there, however far others have to go for it; so the program that
        counts most finds all of them.
        """
        rising = np.zeros(len(self.cells), dtype=np.bool_)
        columns = np.flatnonzero(np.isinf(self.upper))
        if len(columns):
            both = hstack([self._matrix[:, columns]] * 2, format="csr")
            given: dict[str, object] = {}
            for kind, rows in (("eq", self._exact), ("ub", ~self._exact)):
                if rows.any():
                    given |= {f"A_{kind}": both[rows], f"b_{kind}": np.zeros(int(rows.sum()))}
            ends = np.concatenate((np.ones(len(columns)), np.full(len(columns), np.inf)))
            aim = np.concatenate((-np.ones(len(columns)), np.zeros(len(columns))))
            self.programs += 1
            found = linprog(aim, bounds=np.column_stack((np.zeros_like(ends), ends)), method="highs", **given)
            if found.status == _SOLVED:
                rising[columns] = found.x[: len(columns)] > _RISES
        return rising

    def _aim(self, open_cells: Bools, end_low: Bools, end_high: Bools) -> Floats:
        """Say what to make small: in each part one open cell, or its opposite."""
        aim = np.zeros(len(self.cells))
        positions = np.flatnonzero(open_cells)
        _, first = np.unique(self.part[positions], return_index=True)
        chosen = positions[first]
        aim[chosen] = np.where(end_low[chosen], -1.0, 1.0)
        return aim

    def _room_of(self, rows: Rows, part: Ints) -> Floats:
        """Sum all that is known in a cell's part: as far as its corners lie, shape (c,).

        Cells that nothing bounds above end four times as far out, in a box that the solver needs. Were the box too small, it
        would only narrow intervals: the gate would refuse more, never less.
        """
        parts = int(self.part.max()) + 1
        of_row = np.zeros(rows.count, dtype=np.int64)
        of_row[rows.row] = part
        room = np.bincount(of_row, weights=np.abs(rows.constant), minlength=parts)
        ends = np.where(np.isinf(self.upper), self.lower, self.upper)
        room += np.bincount(self.part, weights=np.abs(ends) + self.required, minlength=parts)
        return (room + 1)[self.part].astype(np.float64)

    def _leave_out_finished(self, open_cells: Bools) -> None:
        """Go on with the parts that have open cells alone, once they are half of the program or less."""
        unfinished = np.isin(self.part, np.unique(self.part[open_cells]))
        if 2 * unfinished.sum() <= len(self._columns):
            self._choose(unfinished)

    def _choose(self, cells: Bools) -> None:
        """Write the program of some parts, by their cells."""
        self._columns = np.flatnonzero(cells)
        chosen = np.isin(self._part_of_row, self.part[cells])
        self._given: dict[str, object] = {"bounds": self._box[cells]}
        for kind, rows in (("eq", chosen & self._exact), ("ub", chosen & ~self._exact)):
            if rows.any():
                self._given |= {f"A_{kind}": self._matrix[rows][:, self._columns], f"b_{kind}": -self._constant[rows]}

    def _solution(self, aim: Floats) -> Floats:
        """Solve once; parts that are left out keep their last solution. Raises UnsolvedError."""
        self._last[self._columns] = self._solved(aim[self._columns], self._given)
        return self._last.copy()

    def _spread(self, open_cells: Bools, seen_low: Floats, seen_high: Floats, chance: np.random.Generator) -> Floats:
        """Let as many open cells as can be lie as far as is asked of them from where they were seen, all in one solution.

        Cells that were seen low last are to rise, the others to fall. Each column stands twice, up to that height and beyond it:
        what is to rise counts below, what is to fall costs beyond, by a weight drawn by lot; no more is asked, and leaves what
        there is to others. Raises UnsolvedError.
        """
        columns, size = self._columns, len(self._columns)
        lowest, highest = self._box[columns].T
        low, high, last = seen_low[columns], seen_high[columns], self._last[columns]
        falls = last - low > high - last
        height = np.where(
            falls, high - self.required[columns], np.where(np.isinf(low), lowest, low) + self.required[columns]
        )
        height = np.clip(height, lowest, highest)
        box = np.column_stack((np.concatenate((lowest, np.zeros(size))), np.concatenate((height, highest - height))))
        weight = np.where(open_cells[columns], chance.uniform(0.5, 1.0, size), 0.0)
        aim = np.concatenate((np.where(falls, 0.0, -weight), np.where(falls, weight, 0.0)))
        given = self._given | {"bounds": box}
        for kind in ("A_eq", "A_ub"):
            if kind in given:
                given[kind] = hstack([given[kind]] * 2, format="csr")
        found = self._solved(aim, given)
        self._last[columns] = found[:size] + found[size:]
        return self._last.copy()

    def _solved(self, aim: Floats, given: dict[str, object]) -> Floats:
        for presolve in (True, False):
            self.programs += 1
            found = linprog(aim, **given, method="highs", options={"presolve": presolve})
            if found.status == _SOLVED:
                solution: Floats = found.x
                return solution
        raise UnsolvedError(infeasible=found.status == _INFEASIBLE)
