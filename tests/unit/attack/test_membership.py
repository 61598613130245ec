"""Shown cells: how many people they rest on, whose part is dominant, and which cells within them lie too close."""

import numpy as np
import pytest

from pipelines.attack import Kind, Leak, Relation, Relations, View, attack

NO_RELATIONS = Relations.of([])


def _found(shown, nested=(), **knowledge):
    return attack(View.of(shown, **knowledge), NO_RELATIONS, nested=list(nested))


@pytest.mark.parametrize(("people", "leaks"), [(1, True), (9, True), (10, False), (-1, True)])
def test_a_shown_cell_rests_on_k_people_or_more(people, leaks):
    assert _found([100], people=people).of(Leak.FEW_PEOPLE) == ([0] if leaks else [])


def test_a_shown_zero_of_nobody_is_no_cell_of_few_people_and_a_value_of_nobody_is():
    assert _found([0, 7], people=0).of(Leak.FEW_PEOPLE) == [1]


def test_each_cell_is_held_to_its_own_threshold():
    assert _found([100, 100], people=20, threshold=[20, 21]).of(Leak.FEW_PEOPLE) == [1]


@pytest.mark.parametrize(("total", "leaks"), [(109, True), (110, False)])
def test_the_parts_of_all_but_two_are_at_least_a_tenth_of_the_largest(total, leaks):
    # Largest 60, second 44: six must be left.
    assert _found([total], people=20, largest=60, second=44).of(Leak.DOMINATED) == ([0] if leaks else [])


def test_dominance_is_asked_only_where_the_parts_are_given():
    assert _found([100], people=20).verdict(View.of([100])).passes


@pytest.mark.parametrize(("within", "leaks"), [(30, False), (29, True), (21, True), (20, False), (10, False)])
def test_nested_cells_differ_by_nobody_or_by_k_people(within, leaks):
    found = _found([300, 200], nested=[(1, 0)], people=[30, within])
    assert found.pairs.tolist() == ([[1, 0]] if leaks else [])
    assert found.of(Leak.PAIR) == ([0] if leaks else [])


@pytest.mark.parametrize("threshold", [[10, 20], [20, 10]])
def test_the_stricter_of_two_thresholds_holds_for_a_pair(threshold):
    assert _found([300, 200], nested=[(1, 0)], people=[45, 30], threshold=threshold).pairs.tolist() == [[1, 0]]
    assert _found([300, 200], nested=[(1, 0)], people=[50, 30], threshold=threshold).pairs.tolist() == []


def test_a_nested_cell_that_is_hidden_makes_no_pair_and_one_of_unknown_people_does():
    assert _found([300, np.nan], nested=[(1, 0)], people=[30, -1]).pairs.tolist() == []
    assert _found([300, 200], nested=[(1, 0)], people=[30, -1]).pairs.tolist() == [[1, 0]]


def test_distinct_counts_within_each_other_are_pairs_without_being_named():
    view = View.of([25, 22, 12], people=[25, 22, 12])
    week = Relations.of([Relation(Kind.UNION, 0, (1, 2))])
    assert attack(view, week).pairs.tolist() == [[1, 0]]
    assert attack(view, week, nested=[]).pairs.tolist() == []


def test_a_pair_is_looked_at_when_one_of_its_cells_is_touched():
    view = View.of([300, 200, 100], people=[30, 29, 28])
    nested = [(1, 0), (2, 1)]
    assert attack(view, NO_RELATIONS, nested=nested, touched=[2]).pairs.tolist() == [[2, 1]]
