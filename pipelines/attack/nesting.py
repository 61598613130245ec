"""Cells of distinct counts that lie within each other by several relations: a part of a part is a part."""

import numpy as np
from scipy.sparse import csr_array

from pipelines.attack.arrays import Ints


def composed_pairs(pairs: Ints, cells: int) -> Ints:
    """Return the pairs (part, total) that follow from `pairs`, shape (p, 2), one after the other, and are none of them.

    Powers of the incidence matrix, over `cells` cells: what is reached in two steps, in three, until nothing new is.
    """
    ones = np.ones(len(pairs), dtype=np.int64)
    step = _ones(csr_array((ones, (pairs[:, 0], pairs[:, 1])), shape=(cells, cells)))
    found, latest = step, step
    while latest.nnz:
        further = _ones(latest @ step)
        latest = _ones(further - further.multiply(found))
        found = _ones(found + latest)
    return np.column_stack(_ones(found - step).nonzero()).astype(np.int64).reshape(-1, 2)


def _ones(matrix: csr_array) -> csr_array:
    """Return the matrix with a 1 wherever it has something."""
    matrix = csr_array(matrix)
    matrix.sum_duplicates()
    matrix.eliminate_zeros()
    matrix.data = np.ones_like(matrix.data)
    return matrix
