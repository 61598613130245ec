"""Intervals of hidden cells: systems with known answers, and any system against plain linear programs."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.attack import Kind, Leak, Relation, Relations, View, attack

HIDDEN = np.nan


def _sum(total, *parts):
    return Relation(Kind.ADDS_UP, total, parts)


def _intervals(view, relations, **options):
    found = attack(view, Relations.of(relations), exact=True, **options)
    return list(zip(found.lower[view.is_open], found.upper[view.is_open], strict=True)), found


def test_the_only_hidden_part_of_a_shown_total_is_recovered():
    view = View.of([30, 17, HIDDEN], people=20)
    intervals, found = _intervals(view, [_sum(0, 1, 2)])
    assert intervals == [(13, 13)]
    assert found.of(Leak.RECOVERED) == [2]


def test_two_hidden_parts_hide_each_other_in_all_that_is_left():
    view = View.of([30, 17, HIDDEN, HIDDEN], people=20, rests_on_k=[1, 1, 0, 1])
    intervals, found = _intervals(view, [_sum(0, 1, 2, 3)])
    assert intervals == [(0, 13), (0, 13)]
    assert found.verdict(view).passes


@pytest.mark.parametrize(("protection", "passes"), [(13, True), (14, False)])
def test_an_interval_as_wide_as_its_protection_passes_and_one_narrower_does_not(protection, passes):
    view = View.of([30, 17, HIDDEN, HIDDEN], people=20, rests_on_k=True, protection=protection)
    _, found = _intervals(view, [_sum(0, 1, 2, 3)])
    assert found.verdict(view).passes is passes
    assert found.of(Leak.NARROW) == ([] if passes else [2, 3])


def test_a_protection_wider_than_the_rule_leaves_room_for_asks_for_all_the_room():
    view = View.of([30, 17, HIDDEN, HIDDEN], people=20, rests_on_k=True, floor=1, ceiling=[99, 99, 9, 99])
    assert attack(view, Relations.of([_sum(0, 1, 2, 3)])).of(Leak.NARROW) == [3]
    roomy = View.of(
        [60, 17, HIDDEN, HIDDEN], people=20, rests_on_k=True, floor=1, ceiling=[99, 99, 9, 99], protection=8
    )
    assert attack(roomy, Relations.of([_sum(0, 1, 2, 3)])).verdict(roomy).passes


def test_a_known_empty_cell_protects_nothing():
    parts = [_sum(0, 1, 2, 3)]
    strict = View.of([30, 17, HIDDEN, HIDDEN], people=20, known_empty=[0, 0, 0, 1])
    assert attack(strict, Relations.of(parts)).of(Leak.RECOVERED) == [2]
    blind = View.of([30, 17, HIDDEN, HIDDEN], people=20, rests_on_k=True)
    assert attack(blind, Relations.of(parts)).of(Leak.RECOVERED) == []


def test_a_square_of_hidden_cells_moves_around_its_ring():
    # rows and columns of 12 and 20: the cell in the corner is anything from 0 to 12.
    shown = [12, 20, 12, 20, HIDDEN, HIDDEN, HIDDEN, HIDDEN]
    relations = [_sum(0, 4, 5), _sum(1, 6, 7), _sum(2, 4, 6), _sum(3, 5, 7)]
    intervals, found = _intervals(View.of(shown, people=20, rests_on_k=True), relations)
    assert intervals == [(0, 12), (0, 12), (0, 12), (8, 20)]
    assert found.work.programs == 0, "the fourth relation repeats the others, and without it there is no ring"


def test_a_ring_that_only_linear_programs_see_through_is_recovered():
    # a + b = 10, b + c = 10, a + c = 10: each is 5, and no relation alone says more than 0 to 10.
    shown = [10, 10, 10, HIDDEN, HIDDEN, HIDDEN]
    relations = [_sum(0, 3, 4), _sum(1, 4, 5), _sum(2, 3, 5)]
    found = attack(View.of(shown, people=20, rests_on_k=True), Relations.of(relations))
    assert found.of(Leak.RECOVERED) == [3, 4, 5]
    assert found.work.programs > 0


@pytest.mark.parametrize(("protection", "leaks"), [(7, []), (8, [3, 4, 5])])
def test_in_a_ring_too_an_interval_as_wide_as_its_protection_passes(protection, leaks):
    # a + b = 10, b + c = 10, a + c + d = 14: a and c are 0 to 7, b is 3 to 10, d is 0 to 14.
    relations = [_sum(0, 3, 4), _sum(1, 4, 5), _sum(2, 3, 5, 6)]
    view = View.of([10, 10, 14, *[HIDDEN] * 4], people=20, rests_on_k=True, protection=protection)
    assert attack(view, Relations.of(relations)).of(Leak.NARROW) == leaks
    intervals, found = _intervals(view, relations)
    np.testing.assert_allclose(intervals, [(0, 7), (3, 10), (0, 7), (0, 14)], atol=1e-6)
    assert found.work.rings == 1


def test_a_hierarchy_whose_total_is_stated_twice_needs_no_program():
    # 0 total, 1-2 types, 3-6 contents; the total is the sum of types and, once more, of contents.
    shown = [40, HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN]
    relations = [_sum(0, 1, 2), _sum(1, 3, 4), _sum(2, 5, 6), _sum(0, 3, 4, 5, 6)]
    intervals, found = _intervals(View.of(shown, people=20, rests_on_k=True), relations)
    assert intervals == [(0, 40)] * 6
    assert found.work.programs == 0


def test_figures_that_contradict_each_other_are_refused():
    too_much = View.of([30, 31, HIDDEN], classes=("daily", "weekly"), class_of=[1, 0, 0], people=20)
    found = attack(too_much, Relations.of([_sum(0, 1, 2)]))
    assert found.verdict(too_much).leaks == ((Leak.UNEVEN, "weekly", 1),)
    all_shown = View.of([30, 10, 19], people=20)
    assert attack(all_shown, Relations.of([_sum(0, 1, 2)])).of(Leak.UNEVEN) == [0]
    ring = View.of([10, 10, 30, HIDDEN, HIDDEN, HIDDEN], people=20)
    assert attack(ring, Relations.of([_sum(0, 3, 4), _sum(1, 4, 5), _sum(2, 3, 5)])).of(Leak.UNEVEN)


def test_a_contradiction_in_one_part_hides_no_finding_of_another():
    square = [_sum(0, 4, 5), _sum(1, 6, 7), _sum(2, 4, 6), _sum(3, 5, 7)]
    triangle = [_sum(8, 11, 12), _sum(9, 12, 13), _sum(10, 11, 13)]
    shown = [12, 20, 13, 20, *[HIDDEN] * 4, 10, 10, 10, *[HIDDEN] * 3]
    found = attack(View.of(shown, people=20, rests_on_k=True), Relations.of([*square, *triangle]))
    assert set(found.of(Leak.UNEVEN)) <= {0, 1, 2, 3}
    assert found.of(Leak.UNEVEN)
    assert {11, 12, 13} <= set(found.of(Leak.RECOVERED))


def test_a_contradiction_that_narrows_step_by_step_without_end_is_refused():
    # Cells 0 to 3: 0 + 1 = 2 + 3 twice over, but 0 is at most 5 and 1 at most 5, and 2 + 3 is 1000 or more.
    relations = [_sum(4, 0, 1), _sum(4, 2, 3), _sum(5, 0, 1), _sum(5, 2, 3)]
    view = View.of([HIDDEN] * 6, floor=[0, 0, 500, 500, 0, 0], ceiling=[5, 5, *[np.inf] * 4], people=20)
    assert attack(view, Relations.of(relations)).of(Leak.UNEVEN)


def test_a_long_chain_of_totals_is_narrowed_to_its_end():
    # Each cell is the next one and one more hidden one; only the first has a ceiling, eighty totals away from the last.
    chain = [_sum(place, place + 1, 81 + place) for place in range(80)]
    view = View.of([HIDDEN] * 161, ceiling=[3] + [np.inf] * 160, people=20, rests_on_k=True)
    found = attack(view, Relations.of(chain), exact=True)
    assert found.upper[80] == 3
    assert found.work.programs == 0


def test_what_one_measure_bounds_another_is_bounded_by():
    # visits of a hidden row are at most its page views, of which 13 are left.
    view = View.of([30, 17, HIDDEN, HIDDEN, HIDDEN], people=20, rests_on_k=True)
    intervals, _ = _intervals(view, [_sum(0, 1, 2, 3), Relation(Kind.AT_MOST, 2, (4,))])
    assert intervals[2] == (0, 13)


@st.composite
def _systems(draw, *, trees: bool):
    """Truth, relations that hold in it, and which cells are hidden; in trees no two ways lead from cell to cell."""
    values = draw(st.lists(st.integers(0, 12), min_size=3, max_size=7))
    relations: list[Relation] = []
    loose = list(range(len(values)))
    for _ in range(draw(st.integers(1, 4))):
        parts = draw(st.lists(st.sampled_from(loose), min_size=2, max_size=4, unique=True)) if len(loose) > 1 else []
        if not parts:
            break
        kind = draw(st.sampled_from([Kind.ADDS_UP, Kind.ADDS_UP, Kind.UNION]))
        of_parts = [values[part] for part in parts]
        values.append(sum(of_parts) if kind == Kind.ADDS_UP else draw(st.integers(max(of_parts), sum(of_parts))))
        relations.append(Relation(kind, len(values) - 1, tuple(parts)))
        loose = [cell for cell in loose if not trees or cell not in parts] + [len(values) - 1]
    hidden = draw(st.lists(st.booleans(), min_size=len(values), max_size=len(values)))
    rests = draw(st.lists(st.booleans(), min_size=len(values), max_size=len(values)))
    return np.array(values, dtype=float), relations, np.array(hidden), np.array(rests)


def _seen(values, hidden, rests):
    return View.of(np.where(hidden, np.nan, values), rests_on_k=rests, people=50)


@settings(deadline=None, max_examples=20)
@given(_systems(trees=True))
def test_in_trees_propagation_alone_gives_what_linear_programs_give(plain_bounds, system):
    values, relations, hidden, rests = system
    view = _seen(values, hidden, rests)
    intervals, found = _intervals(view, relations)
    assert found.work.programs == 0
    np.testing.assert_allclose(
        np.array(intervals).reshape(-1, 2), np.array(plain_bounds(view, relations)).reshape(-1, 2), atol=1e-5
    )


@settings(deadline=None, max_examples=20)
@given(_systems(trees=False))
def test_in_any_system_intervals_are_those_of_linear_programs_and_hold_the_truth(plain_bounds, system):
    values, relations, hidden, rests = system
    view = _seen(values, hidden, rests)
    intervals, found = _intervals(view, relations)
    expected = np.array(plain_bounds(view, relations)).reshape(-1, 2)
    np.testing.assert_allclose(np.array(intervals).reshape(-1, 2), expected, atol=1e-5)
    assert np.all((expected[:, 0] - 1e-5 <= values[hidden]) & (values[hidden] <= expected[:, 1] + 1e-5))
    quick = attack(view, Relations.of(relations))
    assert {leak: quick.of(leak) for leak in Leak} == {leak: found.of(leak) for leak in Leak}


@settings(deadline=None, max_examples=20)
@given(_systems(trees=False), st.data())
def test_hiding_more_never_narrows_an_interval(system, data):
    values, relations, hidden, rests = system
    more = hidden | np.array(data.draw(st.lists(st.booleans(), min_size=len(values), max_size=len(values))))
    less_hidden = attack(_seen(values, hidden, rests), Relations.of(relations), exact=True)
    more_hidden = attack(_seen(values, more, rests), Relations.of(relations), exact=True)
    assert np.all(more_hidden.lower[hidden] <= less_hidden.lower[hidden] + 1e-5)
    assert np.all(more_hidden.upper[hidden] >= less_hidden.upper[hidden] - 1e-5)


@settings(deadline=None, max_examples=40)
@given(_systems(trees=False), st.integers(8, 40))
def test_exactly_the_sums_that_ranks_show_are_found(plain_groups, plain_certainty, system, people):
    values, relations, hidden, rests = system
    relations = [one for one in relations if one.kind == Kind.ADDS_UP]
    view = View.of(np.where(hidden, np.nan, values), rests_on_k=rests, people=people)
    found = attack(view, Relations.of(relations), exact=True)
    known = np.where(found.upper - found.lower < 1, values, view.shown)
    sums = plain_groups(View.of(known, rests_on_k=rests), relations)
    assert set(found.groups) == {one for one in sums if not plain_certainty(view, relations, one)}
