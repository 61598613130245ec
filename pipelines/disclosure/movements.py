"""How hidden values may move together while every relation still holds: linear programs, solved by HiGHS.

All movements start from the true values, so that a program only needs the equations with right-hand sides of 0.
"""

from collections.abc import Sequence

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from pipelines.disclosure.equations import Block, Equations
from pipelines.disclosure.rules import Booleans, Floats, Integers
from pipelines.errors import DisclosureError

REWARD = 1000.0
"""What a unit of a movement that is asked for is worth, beside costs of at most 1: it is made if it can be made."""
TOLERANCE = 1e-6
WORTH = 2
"""Programs move all unproven values of a block at once while that proves so many a time; then one value is looked at alone."""
SEED = 20140616
RISES = 0.99


def solve(matrix: sparse.csr_array, gain: Floats, low: Floats, high: Floats) -> Floats:
    """Return the movement between `low` and `high` with the largest gain; raises DisclosureError when the solver gives up."""
    outcome = milp(-gain, constraints=LinearConstraint(matrix, 0, 0), bounds=Bounds(low, high))
    if outcome.status != 0:
        raise DisclosureError("the solver found no answer; nothing is published on a guess")
    return np.asarray(outcome.x, dtype=np.float64)


def rising(matrix: sparse.csr_array) -> Booleans:
    """Return which variables rise without end, by one program: there is a movement in which each does and none falls.

    A variable counts as one as soon as it rises by 1, however far others have to go for it: the program that counts most finds
    all that can. What is less than that is the solver's tolerance.
    """
    size = matrix.shape[1]
    gain, high = np.repeat([1.0, 0.0], size), np.repeat([1.0, np.inf], size)
    moved = solve(sparse.hstack([matrix, matrix], format="csr"), gain, np.zeros(2 * size), high)
    return np.asarray(moved[:size] > RISES)


class Reach:
    """How far each variable was seen to move, down and up, and which are known to move far enough."""

    def __init__(self, equations: Equations) -> None:
        """Begin with nothing seen."""
        self.equations = equations
        self.low = np.zeros(len(equations.cell))
        self.high = np.zeros(len(equations.cell))

    def is_wide(self) -> Booleans:
        """Return which variables were seen to move as far as they need."""
        return np.asarray(self.high - self.low >= self.equations.need * (1 - TOLERANCE))

    def look(self, handful: Sequence[Block], most: int) -> list[int]:
        """Look at blocks of hidden variables until all are proven wide or `most` of a block narrow; returns the narrow."""
        rows, columns = np.concatenate([one.rows for one in handful]), np.concatenate([one.columns for one in handful])
        matrix, need = self.equations.matrix[rows][:, columns], self.equations.need[columns]
        low, high = -self.equations.room[columns], np.full(len(columns), 4 * need.max())
        owner = np.repeat(np.arange(len(handful)), [len(one.columns) for one in handful])
        self.high[columns] = np.maximum(self.high[columns], np.where(rising(matrix), need, 0))
        chance, before = np.random.default_rng(SEED), len(columns) + WORTH * len(handful)
        while before - (left := int((~self.is_wide()[columns]).sum())) >= WORTH * len(handful):
            if not left:
                return []
            before, still_open = left, ~self.is_wide()[columns]
            # What cannot fall far enough has to rise; all at once they only do where others fall.
            way = np.where(-low < need, 1.0, chance.choice([-1.0, 1.0], len(columns)))
            weight = way * chance.random(len(columns))
            enough = np.where(still_open, need, high)
            self._stretch(
                matrix,
                columns,
                weight / np.maximum(need, 1) * still_open,
                np.maximum(low, -enough),
                np.minimum(high, enough),
            )
        return self._one_by_one(matrix, columns, owner, (low, high), most)

    def _one_by_one(
        self, matrix: sparse.csr_array, columns: Integers, owner: Integers, ends: tuple[Floats, Floats], most: int
    ) -> list[int]:
        """Stretch one variable of each block at a time."""
        narrow: list[int] = []
        times, is_narrow = np.zeros(owner.max() + 1, dtype=np.int64), np.zeros(len(columns), dtype=np.bool_)
        while True:
            waiting = np.flatnonzero(~self.is_wide()[columns] & ~is_narrow & (times[owner] < most))
            _, first = np.unique(owner[waiting], return_index=True)
            targets = waiting[first]
            if not len(targets):
                return narrow
            gain = np.zeros(len(columns))
            gain[targets] = 1
            self._stretch(matrix, columns, gain, *ends)
            failed = targets[~self.is_wide()[columns[targets]]]
            times[owner[failed]] += 1
            is_narrow[failed] = True
            narrow += columns[failed].tolist()

    def _stretch(self, matrix: sparse.csr_array, columns: Integers, gain: Floats, low: Floats, high: Floats) -> None:
        """Move as far as possible along the gain and against it, and remember how far every variable came."""
        for way in (gain, -gain):
            moved = solve(matrix, way, low, high)
            self.low[columns] = np.minimum(self.low[columns], moved)
            self.high[columns] = np.maximum(self.high[columns], moved)


def cheapest(matrix: sparse.csr_array, cost: Floats, low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Return the cheapest movement that rises where `low` is above 0, and what it falls short of there.

    The classical heuristic of cell suppression (Kelly, Golden and Assad 1992; Fischetti and Salazar 2000): the cells that move
    are those to hide. `cost` per unit moved, at most 1; movements lie between `low` and `high`, except where they fall short.
    """
    asked = np.maximum(low, 0)
    rising = np.flatnonzero(asked)
    whole = sparse.hstack([matrix, -matrix, matrix[:, rising]], format="csr")
    most = np.concatenate([np.maximum(high - asked, 0), np.maximum(-low, 0), asked[rising]])
    gain = np.concatenate([-cost, -cost, np.full(len(rising), REWARD)])
    found = solve(whole, gain, np.zeros(len(most)), most)
    size = matrix.shape[1]
    moved, came = found[:size] - found[size : 2 * size], np.zeros(size)
    came[rising] = found[2 * size :]
    short = asked - came
    return moved + came, np.where(short > TOLERANCE * np.maximum(asked, 1), short, 0)
