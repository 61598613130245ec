"""Distinct counts: bounds against every family of sets there is, in small worlds."""

from itertools import product

import numpy as np
import pytest

from pipelines.attack import Kind, Leak, Relation, Relations, View, attack

PEOPLE = 3


def _union(total, *parts):
    return Relation(Kind.UNION, total, parts)


def _worlds(people, unions):
    """Sizes of every family of sets of `people`, and of their unions, each once, shape (worlds, sets and unions)."""
    bases = 1 + max(part for _, parts in unions for part in parts)
    found = set()
    for family in product(range(2**people), repeat=bases):
        sets = [*family, *(0 for _ in unions)]
        for total, parts in unions:
            for part in parts:
                sets[total] |= sets[part]
        found.add(tuple(one.bit_count() for one in sets))
    return np.array(sorted(found))


def _views(worlds):
    """Every way to hide cells, and everything that can be seen then, with the worlds in which it would be."""
    for mask in product((False, True), repeat=worlds.shape[1]):
        hidden = np.array(mask)
        for seen in np.unique(worlds[:, ~hidden], axis=0):
            yield hidden, worlds[np.all(worlds[:, ~hidden] == seen, axis=1)]


def _attacked(hidden, possible, relations):
    shown = np.where(hidden, np.nan, possible[0])
    return attack(View.of(shown, people=20, ceiling=PEOPLE), relations, exact=True)


@pytest.mark.parametrize("unions", [[(3, (0, 1, 2))], [(2, (0, 1))]])
def test_a_union_is_bounded_exactly_as_all_families_of_sets_bound_it(unions):
    relations = Relations.of(_union(total, *parts) for total, parts in unions)
    for hidden, possible in _views(_worlds(PEOPLE, unions)):
        found = _attacked(hidden, possible, relations)
        assert np.array_equal(found.lower[hidden], possible.min(axis=0)[hidden])
        assert np.array_equal(found.upper[hidden], possible.max(axis=0)[hidden])


def test_rows_and_columns_of_distinct_counts_are_never_bounded_tighter_than_all_families_of_sets_allow():
    unions = [(4, (0, 1)), (5, (2, 3)), (6, (0, 2)), (7, (1, 3)), (8, (0, 1, 2, 3))]
    relations = Relations.of(_union(total, *parts) for total, parts in unions)
    worlds = _worlds(2, unions)
    chance = np.random.default_rng(7)
    wider = 0
    for _ in range(60):
        hidden = chance.random(9) < 0.5
        possible = worlds[np.all(worlds[:, ~hidden] == worlds[chance.integers(len(worlds))][~hidden], axis=1)]
        shown = np.where(hidden, np.nan, possible[0])
        found = attack(View.of(shown, people=20, ceiling=2), relations, exact=True)
        assert np.all(found.lower[hidden] <= possible.min(axis=0)[hidden] + 1e-6)
        assert np.all(found.upper[hidden] >= possible.max(axis=0)[hidden] - 1e-6)
        whole = np.floor(found.upper[hidden] + 1e-6) - np.ceil(found.lower[hidden] - 1e-6)
        wider += not np.array_equal(whole, np.ptp(possible, axis=0)[hidden])
    assert 0 < wider < 20, "crossed unions are bounded from outside: the decision page says so"


def test_a_hidden_day_of_a_week_is_bounded_by_the_week_and_its_other_days():
    view = View.of([40, 12, 15, np.nan], people=20, protection=10)
    found = attack(view, Relations.of([_union(0, 1, 2, 3)]), exact=True)
    assert (found.lower[3], found.upper[3]) == (13, 40)


@pytest.mark.parametrize(("shown", "leaks"), [([12, 10, np.nan], True), ([12, 12, np.nan], False)])
def test_a_count_within_a_rule_of_1_to_9_is_refused_once_a_relation_narrows_it(shown, leaks):
    view = View.of(shown, people=[12, 12, -1], floor=1, ceiling=9)
    found = attack(view, Relations.of([_union(0, 1, 2)]), exact=True)
    assert found.of(Leak.NARROW) == ([2] if leaks else [])


def test_distinct_counts_do_not_add_up():
    view = View.of([25, 20, 20], people=20)
    assert attack(view, Relations.of([_union(0, 1, 2)]), nested=[]).verdict(view).passes
    assert not attack(view, Relations.of([Relation(Kind.ADDS_UP, 0, (1, 2))])).verdict(view).passes


@pytest.mark.parametrize("shown", [[41, 20, 20], [19, 20, 20]])
def test_a_union_greater_than_the_sum_or_smaller_than_a_part_is_refused(shown):
    view = View.of(shown, people=20)
    assert attack(view, Relations.of([_union(0, 1, 2)]), nested=[]).of(Leak.UNEVEN) == [0]
