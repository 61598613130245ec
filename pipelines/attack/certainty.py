"""How many people are sure to stand behind sums of hidden cells that somebody has worked out.

The sum over all parts of a total is the total: whoever stands behind the one stands behind the other. Where some parts are known
or left out, those who can be in no other part are left. What is a person's secret is a sum of which no total makes this sure.
"""

import numpy as np
from scipy.sparse import csr_array

from pipelines.attack.arrays import Bools, Ints
from pipelines.attack.relations import Kind, Relations
from pipelines.attack.view import View


class Certainty:
    """What the totals of a view say of sums of their parts, as arrays over the relations that add up to one total, shape (w,).

    `parts`: which open cells stand in each, shape (w, n). `most`: how many people those can rest on together at most, each part
    on fewer than its k. `people`: on how many they rest at least; none where that is not known, or where a part rests on k people
    and any number could be left out with it.
    """

    def __init__(self, view: View, relations: Relations) -> None:
        """Take what is seen, and the relations over it."""
        whole = relations.only(_has_one_total(relations))
        is_total, row = whole.signs < 0, whole.of_entry
        self._total: Ints = whole.cells[is_total]
        is_part = ~is_total & view.is_open[whole.cells]
        self._parts = _incidence(row[is_part], whole.cells[is_part], (whole.count, view.size))
        self._weighted = self._parts.multiply(view.threshold - 1).tocsr()
        self._size, self._most = self._parts.sum(axis=1), self._weighted.sum(axis=1)
        known = ~is_total & view.is_shown[whole.cells] & (view.shown[whole.cells] != 0)
        taken = np.bincount(row[known], view.people[whole.cells[known]], whole.count).astype(np.int64)
        has_unknown = np.bincount(row[known], view.people[whole.cells[known]] < 0, whole.count) > 0
        has_large = self._parts @ view.rests_on_k.astype(np.int64) > 0
        is_certain = view.is_shown[self._total] & ~has_unknown & ~has_large
        self._people = np.where(is_certain, view.people[self._total] - taken, 0)
        self._threshold = view.threshold[self._total]
        self._is_open: Bools = view.is_open[self._total]
        self._is_complete: Bools = self._is_open & (np.bincount(row[known], minlength=whole.count) == 0)
        self._rests_on_k = view.rests_on_k.astype(np.int64)

    def rests_on_enough(self, groups: csr_array) -> Bools:
        """Say of each group, a row of ones over its open cells, whether k people or more are sure to stand behind its sum.

        Whoever is in all parts of a hidden total is in it, and whoever is in a hidden total is in its parts: so groups grow until
        nothing more is told, or enough people are sure.
        """
        is_sure = np.zeros(groups.shape[0], dtype=np.bool_)
        waiting, within = np.arange(groups.shape[0]), groups
        while len(waiting):
            sure = (within @ self._rests_on_k > 0) | self._covered(within)
            is_sure[waiting[sure]] = True
            waiting, within = waiting[~sure], within[~sure]
            grown = self._told(within)
            is_growing = np.diff(grown.indptr) > np.diff(within.indptr)
            waiting, within = waiting[is_growing], grown[is_growing]
        return is_sure

    def _covered(self, within: csr_array) -> Bools:
        """Say of which groups a shown total makes it sure: those who are left out are fewer than k in each part."""
        inside = (within @ self._weighted.T).tocoo()
        at_most = self._most[inside.col] - inside.data
        people = self._people[inside.col]
        enough = (people > 0) & (people - at_most >= self._threshold[inside.col])
        return np.bincount(inside.row[enough], minlength=within.shape[0]) > 0

    def _told(self, within: csr_array) -> csr_array:
        """Add cells whose people are in the sums already: a hidden total all of whose parts are, the parts of one that is."""
        inside = (within @ self._parts.T).tocoo()
        full = (inside.data == self._size[inside.col]) & self._is_complete[inside.col]
        totals = _incidence(inside.row[full], self._total[inside.col[full]], within.shape)
        held = within[:, self._total].multiply(self._is_open).tocsr()
        return _ones(within + totals + held @ self._parts)


def _has_one_total(relations: Relations) -> Bools:
    totals = np.bincount(relations.of_entry, relations.signs < 0, relations.count)
    return np.asarray((relations.kinds == Kind.ADDS_UP) & (totals == 1))


def _incidence(row: Ints, cell: Ints, shape: tuple[int, int]) -> csr_array:
    return _ones(csr_array((np.ones(len(row), dtype=np.int64), (row, cell)), shape=shape))


def _ones(matrix: csr_array) -> csr_array:
    """Return the matrix with a 1 wherever it has something."""
    matrix = csr_array(matrix)
    matrix.sum_duplicates()
    matrix.eliminate_zeros()
    matrix.data = np.ones_like(matrix.data)
    return matrix
