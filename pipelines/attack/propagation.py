"""Intervals narrowed by one relation at a time: exact where relations form a tree, a first bound where they do not.

In a tree, each value left to a cell can be completed on each of its relations apart from the others, so the intervals at rest are
the projections of all solutions (constraint processing calls such systems Berge-acyclic); with coefficients of 1 and -1 and whole
numbers that holds for whole solutions too.
"""

from dataclasses import dataclass

import numpy as np

from pipelines.attack.arrays import TOLERANCE, Bools, Floats, Ints, sums
from pipelines.attack.rows import Rows


@dataclass(slots=True, eq=False)
class Bounds:
    """The interval of each cell, arrays of shape (n,); narrowed in place."""

    lower: Floats
    upper: Floats

    @property
    def crossed(self) -> Bools:
        """Cells for which no value is left: what was published contradicts itself."""
        return self.lower > self.upper + TOLERANCE

    @property
    def pinned(self) -> Bools:
        """Cells with one whole number left."""
        return (np.floor(self.upper + TOLERANCE) <= np.ceil(self.lower - TOLERANCE)) & ~self.crossed


def narrow(rows: Rows, bounds: Bounds, sweeps: int) -> Bools:
    """Narrow `bounds` by all rows, at most `sweeps` times; return the rows that were not at rest, shape (rows.count,)."""
    moving = np.ones(rows.count, dtype=np.bool_)
    for _ in range(sweeps):
        if not moving.any():
            break
        moved = _sweep(rows if moving.all() else rows.only(moving), bounds)
        moved &= ~bounds.crossed
        moving = np.bincount(rows.row[moved[rows.cell]], minlength=rows.count) > 0
    return moving


def _sweep(rows: Rows, bounds: Bounds) -> Bools:
    """Narrow each cell once by what its rows leave to it; say which cells changed."""
    lower, upper = bounds.lower[rows.cell], bounds.upper[rows.cell]
    least = np.where(rows.sign > 0, lower, -upper)
    most = np.where(rows.sign > 0, upper, -lower)
    highest = -_of_the_others(rows.row, least, rows.count) - rows.constant[rows.row]
    lowest = -_of_the_others(rows.row, most, rows.count) - rows.constant[rows.row]
    lowest[~rows.exact[rows.row]] = -np.inf
    new_lower = np.where(rows.sign > 0, lowest, -highest)
    new_upper = np.where(rows.sign > 0, highest, -lowest)
    return _apply(rows.cell, new_lower, new_upper, bounds)


def _of_the_others(row: Ints, part: Floats, rows: int) -> Floats:
    """Sum, for each entry, the parts of its row without its own; one infinite part among them makes it infinite."""
    infinite = np.isinf(part)
    finite = np.where(infinite, 0.0, part)
    others = sums(row, finite, rows)[row] - finite
    endless = np.bincount(row[infinite], minlength=rows)[row] - infinite
    # All infinite parts of one direction have one sign: a lower bound is -inf at worst, an upper one +inf.
    sign = np.sign(part[infinite][0]) if infinite.any() else 1.0
    return np.where(endless > 0, sign * np.inf, others)


def _apply(cell: Ints, lower: Floats, upper: Floats, bounds: Bounds) -> Bools:
    raised = lower > bounds.lower[cell] + TOLERANCE
    lowered = upper < bounds.upper[cell] - TOLERANCE
    np.maximum.at(bounds.lower, cell[raised], lower[raised])
    np.minimum.at(bounds.upper, cell[lowered], upper[lowered])
    moved = np.zeros(len(bounds.lower), dtype=np.bool_)
    moved[cell[raised]] = True
    moved[cell[lowered]] = True
    return moved
