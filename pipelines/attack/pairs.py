"""Which sums and differences of two rows are groups of cells, told by scalar products."""

from collections.abc import Iterator

import numpy as np
from scipy.sparse import csr_array, triu

from pipelines.attack.arrays import Ints

_CELLS_AT_ONCE = 1_000_000
"""Cells of the groups that are yielded together: bounds memory."""


def groups_of_pairs(rows: csr_array) -> Iterator[csr_array]:
    """Yield the groups among rows in whole numbers, shape (r, n), and among the sums and differences of any two of them.

    Whole numbers are all 0 or 1 if, and only if, their squares add up to what they add up to. So the scalar products of the rows
    say at once which pairs give groups; rows whose product is 0 are groups by themselves if their sum is one.
    """
    products, added = rows @ rows.T, rows.sum(axis=1)
    square = products.diagonal()
    yield from handfuls(abs(rows[square == abs(added)]))
    pairs = triu(products, k=1, format="coo")
    one, other = pairs.coords
    for sign in (1, -1):
        sums = added[one] + sign * added[other]
        is_group = square[one] + square[other] + 2 * sign * pairs.data == abs(sums)
        for chosen in _slices(one[is_group], other[is_group], np.diff(rows.indptr)):
            yield from handfuls(abs(rows[chosen[0]] + sign * rows[chosen[1]]))


def _slices(one: Ints, other: Ints, cells: Ints) -> Iterator[tuple[Ints, Ints]]:
    """Yield as many pairs of rows at a time as have `_CELLS_AT_ONCE`."""
    handful = np.cumsum(cells[one] + cells[other]) // _CELLS_AT_ONCE
    for place in np.split(np.arange(len(one)), np.flatnonzero(np.diff(handful)) + 1):
        yield one[place], other[place]


def handfuls(groups: csr_array) -> Iterator[csr_array]:
    """Yield those of the groups that have two cells or more, if there are any."""
    groups.eliminate_zeros()
    groups.sort_indices()
    groups = groups[np.diff(groups.indptr) > 1]
    if groups.shape[0]:
        yield groups
