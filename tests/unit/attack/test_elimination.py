"""Row reduction in whole numbers, against ranks."""

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.attack.elimination import CONSTANT, combinations_without, independent

_ROWS = st.lists(st.dictionaries(st.integers(0, 5), st.sampled_from([-1, 1]), min_size=1), min_size=1, max_size=6)


def _matrix(rows):
    matrix = np.zeros((len(rows), 6))
    for place, row in enumerate(rows):
        for column, value in row.items():
            matrix[place, column] = value
    return matrix


def _rank(rows):
    return np.linalg.matrix_rank(_matrix(rows)) if rows else 0


@settings(deadline=None, max_examples=50)
@given(_ROWS)
def test_a_row_is_independent_if_it_raises_the_rank(rows):
    ranks = [_rank(rows[:place]) for place in range(len(rows) + 1)]
    assert independent(rows) == [after > before for before, after in pairwise(ranks)]


@settings(deadline=None, max_examples=50)
@given(_ROWS, st.sets(st.integers(0, 5)))
def test_combinations_without_columns_are_all_there_are(rows, columns):
    left = combinations_without(rows, columns)
    matrix = _matrix(rows)
    assert all(columns.isdisjoint(row) for row in left)
    assert _rank([*rows, *left]) == _rank(rows) if left else True
    blocked = matrix[:, sorted(columns)]
    assert len(left) == _rank(rows) - (np.linalg.matrix_rank(blocked) if columns else 0)
    owned = [[column for column in row if sum(column in other for other in left) == 1] for row in left]
    assert all(owned), "in reduced form each row has a column of its own"


def test_a_row_that_contradicts_others_repeats_nothing():
    twice = {0: 1, 1: 1, CONSTANT: -5}
    assert independent([twice, dict(twice)]) == [True, False]
    assert independent([twice, twice | {CONSTANT: -6}]) == [True, True]
