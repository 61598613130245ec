"""Groups among rows and pairs of them, against adding and subtracting each pair."""

from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from pipelines.attack import pairs
from pipelines.attack.pairs import groups_of_pairs

ROWS = st.lists(
    st.lists(st.sampled_from([0, 0, 0, 1, 1, -1, 2]), min_size=5, max_size=5).filter(any), min_size=1, max_size=6
)


def _found(rows):
    yielded = list(groups_of_pairs(csr_array(np.array(rows, dtype=np.int64))))
    assert all(groups.shape[0] and set(groups.data.tolist()) == {1} for groups in yielded)
    return {tuple(np.flatnonzero(group).tolist()) for groups in yielded for group in groups.toarray()}


def _one_by_one(rows):
    """Add and subtract; two rows that share no cell are groups by themselves, if they are any."""
    listed = [np.array(row) for row in rows]
    several = [one + sign * other for one, other in combinations(listed, 2) for sign in (1, -1) if one @ other]
    return {tuple(np.flatnonzero(row).tolist()) for row in listed + several if _is_group(row)}


def _is_group(row):
    return np.count_nonzero(row) > 1 and set(row[row != 0].tolist()) in ({1}, {-1})


@settings(deadline=None, max_examples=150)
@given(ROWS)
def test_rows_sums_and_differences_are_found_as_by_adding(rows):
    assert _found(rows) == _one_by_one(rows)


def test_a_difference_a_sum_and_a_row_with_the_other_sign_are_groups():
    assert _found([[1, 1, 1, 1, 0], [1, 1, 0, 0, 0], [0, 0, -1, 0, 1]]) == {(0, 1, 2, 3), (0, 1), (2, 3), (0, 1, 3, 4)}
    assert _found([[-1, -1, 0, 0, 0]]) == {(0, 1)}
    assert _found([[1, 2, 0, 0, 0], [0, 1, 0, 0, 0]]) == {(0, 1)}
    assert _found([[2, 2, 0, 0, 0]]) == set()


def test_many_are_yielded_by_the_handful(monkeypatch):
    rows = [[1, 1, 1, 1, 0], [1, 1, 0, 0, 0], [1, 0, 1, 0, 0], [0, 1, 0, 1, 0]]
    at_once = _found(rows)
    monkeypatch.setattr(pairs, "_CELLS_AT_ONCE", 1)
    assert _found(rows) == at_once == _one_by_one(rows)
