"""Sums known exactly, behind which too few people may stand."""

import numpy as np
import pytest

from pipelines.attack import Kind, Leak, Relation, Relations, View, attack

HIDDEN = np.nan


def _sum(total, *parts):
    return Relation(Kind.ADDS_UP, total, parts)


def _groups(shown, relations, people=20, **knowledge):
    view = View.of(shown, people=people, **knowledge)
    return attack(view, Relations.of(relations))


@pytest.mark.parametrize(("rests_on_k", "leaks"), [([1, 1, 0, 0], True), ([1, 1, 0, 1], False)])
def test_what_a_total_leaves_to_hidden_cells_needs_one_that_rests_on_k_people(rests_on_k, leaks):
    found = _groups([60, 17, HIDDEN, HIDDEN], [_sum(0, 1, 2, 3)], rests_on_k=rests_on_k)
    assert found.groups == (((2, 3),) if leaks else ())
    assert found.of(Leak.GROUP) == ([2, 3] if leaks else [])


def test_the_difference_of_two_relations_with_one_covering_cell_between_them_is_found():
    # 2 covers both sums, and 40 - 30 = (4 + 5) - (3): no; with 3 shown, 4 + 5 = 40 - (30 - 3's value) is known.
    relations = [_sum(0, 2, 3), _sum(1, 2, 4, 5)]
    found = _groups([30, 40, HIDDEN, 5, HIDDEN, HIDDEN], relations, rests_on_k=[1, 1, 1, 1, 0, 0])
    assert found.of(Leak.RECOVERED) == [2]
    assert found.groups == ((4, 5),)
    # Hidden as well, 3 stands on the other side of the difference: the sum of 4 and 5 is known no more.
    assert _groups([30, 40, HIDDEN, HIDDEN, HIDDEN, HIDDEN], relations, rests_on_k=[1, 1, 1, 0, 0, 0]).groups == ()


def test_two_totals_that_share_their_covering_cells_give_away_what_one_has_more():
    # day total 100 = 2 + 3 + 4 + 5 (all hidden), type total 70 = 2 + 3: 4 + 5 = 30, though 2 and 3 cover both.
    relations = [_sum(0, 2, 3, 4, 5), _sum(1, 2, 3)]
    small = [1, 1, 1, 1, 0, 0]
    assert _groups([100, 70, *[HIDDEN] * 4], relations, rests_on_k=small).groups == ((4, 5),)
    assert _groups([100, 70, *[HIDDEN] * 4], relations, rests_on_k=[1, 1, 1, 1, 0, 1]).groups == ()


def test_a_group_is_found_behind_three_relations():
    # a + b = 30, b + c + x = 40, c + y = 25 - and a + c = 33 with a, b, c covering: x + y alone is left of all four.
    relations = [_sum(0, 4, 5), _sum(1, 5, 6, 7), _sum(2, 6, 8), _sum(3, 4, 6)]
    found = _groups([30, 40, 25, 33, *[HIDDEN] * 5], relations, rests_on_k=[1] * 7 + [0, 0])
    system = np.array([[1, 1, 0, 0, 0], [0, 1, 1, 1, 0], [0, 0, 1, 0, 1], [1, 0, 1, 0, 0]])
    with_group = np.vstack((system, [0, 0, 0, 1, 1]))
    is_known = np.linalg.matrix_rank(with_group) == np.linalg.matrix_rank(system)
    assert found.groups == (((7, 8),) if is_known else ())


def test_a_covering_cell_that_is_recovered_covers_nothing():
    # 4, 5 and 6 are 5 each, as three sums of two show together; 4 then covers the sum of 7 and 8 no more.
    ring = [_sum(0, 4, 5), _sum(1, 5, 6), _sum(2, 4, 6)]
    found = _groups([10, 10, 10, 30, *[HIDDEN] * 5], [*ring, _sum(3, 4, 7, 8)], rests_on_k=[1] * 7 + [0, 0])
    assert found.of(Leak.RECOVERED) == [4, 5, 6]
    assert found.groups == ((7, 8),)


def test_many_small_cells_that_hang_together_are_looked_at_pair_by_pair():
    """A chain of eleven totals, each over two neighbours out of twelve: every relation is a group, and no search is endless."""
    chain = [_sum(place, 11 + place, 12 + place) for place in range(11)]
    found = _groups([9] * 11 + [HIDDEN] * 12, chain, people=9, protection=2)
    assert {(11 + place, 12 + place) for place in range(11)} <= set(found.groups)


def test_a_bound_between_measures_is_no_sum():
    found = _groups([60, 17, HIDDEN, HIDDEN], [Relation(Kind.UNION, 0, (1, 2, 3))], protection=2)
    assert found.groups == ()


def test_a_sum_that_only_three_relations_together_give_away_is_found():
    # y = a + x - 5, z = b + y - 5, x = c + z - 5: neither two of them nor one fixes a sum, and all three fix a + b + c = 15.
    shown, (a, b, c, x, y, z) = [5.0] * 3, range(3, 9)
    cells = [0, a, x, y, 1, b, y, z, 2, c, z, x]
    relations = Relations(np.zeros(3, dtype=np.int64), np.arange(0, 13, 4), np.array(cells), np.tile([-1, 1, 1, -1], 3))
    view = View.of(shown + [HIDDEN] * 6, people=20)
    assert attack(view, relations).groups == ((a, b, c),)


def test_all_parts_of_a_shown_total_are_as_many_people_as_it_is():
    assert _groups([60, HIDDEN, HIDDEN, HIDDEN], [_sum(0, 1, 2, 3)], people=10).groups == ()
    assert _groups([60, HIDDEN, HIDDEN, HIDDEN], [_sum(0, 1, 2, 3)], people=9).groups == ((1, 2, 3),)


def test_those_of_a_total_who_are_in_no_shown_part_are_in_the_hidden_ones():
    for people, leaks in (([27, 17, -1, -1], False), ([26, 17, -1, -1], True), ([-1, 17, -1, -1], True)):
        found = _groups([60, 17, HIDDEN, HIDDEN], [_sum(0, 1, 2, 3)], people=people, rests_on_k=[1, 1, 0, 0])
        assert found.groups == (((2, 3),) if leaks else ())


def test_what_two_totals_leave_of_each_other_is_nobodys_sum_for_certain():
    # Rows 0 and 1 and column 2 are shown: rows less column leave 4 and 6, whom no total holds.
    rows = [_sum(0, 3, 4), _sum(1, 5, 6), _sum(2, 3, 5)]
    few = {"people": [20, 20, 20, -1, -1, -1, -1], "rests_on_k": [1, 1, 1, 0, 0, 0, 0]}
    assert _groups([40, 40, 50, *[HIDDEN] * 4], rows, **few, protection=2).groups == ()
    sparse = {"people": [15, 15, 20, -1, -1, -1, -1], "rests_on_k": [1, 1, 1, 0, 0, 0, 0]}
    assert _groups([40, 40, 50, *[HIDDEN] * 4], rows, **sparse, protection=2).groups == ((4, 6),)
    # 4 and 6 are all but nine people of a total of twenty: eleven are left.


def test_a_hidden_total_whose_parts_are_all_in_a_sum_is_in_it_too():
    # 0 = 2 + 3 + 4 + 5 and 1 = 2 + 3 are hidden but for 0's total; 1 rests on k people, and so do 2 and 3 together.
    relations = [_sum(0, 2, 3, 4, 5), _sum(1, 2, 3)]
    view = {"people": [-1, -1, -1, -1, -1, -1], "protection": 2}
    assert _groups([30, *[HIDDEN] * 5], relations, **view, rests_on_k=[1, 1, 0, 0, 0, 0]).groups == ()
    assert _groups([30, *[HIDDEN] * 5], relations, **view, rests_on_k=[1, 0, 0, 0, 0, 0]).groups == (
        (1, 4, 5),
        (2, 3, 4, 5),
    )
