"""Relations put in terms of their finest cells: what is kept, and what of it counts as new."""

import numpy as np
import pytest
from scipy import sparse

from pipelines.disclosure.finest import Finest, independent

DAY, CONTENTS, DEVICES = 0, (1, 2, 3), (4, 5)


def _finest(contents_are_new, devices_are_new):
    """A hidden day that is the sum of its contents, and of its devices."""
    matrix = np.zeros((2, 6))
    matrix[0, [DAY, *CONTENTS]] = [-1, 1, 1, 1]
    matrix[1, [DAY, *DEVICES]] = [-1, 1, 1]
    is_new = np.array([contents_are_new, devices_are_new])
    return Finest(sparse.csr_array(matrix), np.array([DAY, DAY]), np.array([True, True]), is_new)


@pytest.mark.parametrize(("new", "put", "swap"), [((False, True), 0, 1), ((True, False), 1, 0), ((True, True), 1, 0)])
def test_a_hidden_total_is_put_as_its_old_parts_so_that_its_new_ones_are_told_by_a_new_relation(new, put, swap):
    finest = _finest(*new)
    assert finest.relation_of == {DAY: put}
    assert [one.relation for one in finest.combinations()] == [swap]


@pytest.mark.parametrize(
    ("new", "kept"), [((False, False, True), {0, 1}), ((True, False, False), {1, 2}), ((False, True, False), {0, 2})]
)
def test_of_relations_that_say_the_same_together_the_new_one_goes(new, kept):
    # Two parts, the other two, and all four of them.
    matrix = sparse.csr_array(np.array([[1.0, 1, 0, 0], [0, 0, 1, 1], [1, 1, 1, 1]]))
    finest = Finest(matrix, np.full(3, -1), np.ones(3, dtype=np.bool_), np.array(new))
    assert {one.relation for one in independent(finest.combinations(), np.array(new))} == kept


@pytest.mark.parametrize(("new", "is_told"), [((True, False), True), ((False, True), True), ((True, True), False)])
def test_a_relation_is_told_by_an_older_one_that_says_the_same_wherever_that_stands(new, is_told):
    matrix = sparse.csr_array(np.array([[1.0, 1, 0], [1, 1, 0]]))
    finest = Finest(matrix, np.full(2, -1), np.ones(2, dtype=np.bool_), np.array(new))
    assert finest.is_told(int(np.flatnonzero(new)[0])) == is_told
