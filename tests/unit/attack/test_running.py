"""The attack as a whole: what new cells reach, what is said of a refusal, and what it refuses to be given."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.attack import Kind, Leak, Relation, Relations, View, attack

HIDDEN = np.nan


def _days(values, hidden):
    """Days of one total and three parts, and a week over the first part of each day: the last five cells are week and others."""
    days = len(values)
    relations = [Relation(Kind.ADDS_UP, 4 * day, tuple(range(4 * day + 1, 4 * day + 4))) for day in range(days)]
    flat = [value for parts in values for value in (sum(parts), *parts)]
    relations.append(Relation(Kind.ADDS_UP, len(flat), tuple(4 * day + 1 for day in range(days - 1))))
    flat.append(sum(parts[0] for parts in values[:-1]))
    view = View.of(
        np.where(hidden, HIDDEN, np.array(flat, dtype=float)),
        people=50,
        rests_on_k=[place % 4 < 2 for place in range(len(flat))],
    )
    return view, Relations.of(relations)


_PARTS = st.lists(st.tuples(*[st.integers(0, 30)] * 3), min_size=4, max_size=4)


@settings(deadline=None, max_examples=25)
@given(_PARTS, st.lists(st.booleans(), min_size=17, max_size=17), st.sets(st.integers(0, 16), min_size=1, max_size=3))
def test_what_touched_cells_reach_is_attacked_as_if_all_were(values, hidden, touched):
    view, relations = _days(values, np.array(hidden))
    whole, near = (attack(view, relations, touched=cells, exact=True) for cells in (None, sorted(touched)))
    reached = ~np.isnan(near.lower)
    assert np.array_equal(near.lower[reached], whole.lower[reached])
    assert np.array_equal(near.upper[reached], whole.upper[reached])
    for leak in (Leak.RECOVERED, Leak.NARROW):
        assert near.of(leak) == [cell for cell in whole.of(leak) if reached[cell]]
    assert set(near.groups) == {group for group in whole.groups if reached[list(group)].all()}
    touched_hidden = [cell for cell in sorted(touched) if hidden[cell]]
    assert reached[touched_hidden].all()


def test_a_new_total_reaches_hidden_cells_of_old_days_and_no_others():
    """The week's total opens the hidden cell of its day, published long ago; the last day is in no week."""
    values = [(10, 20, 30)] * 4
    hidden = np.zeros(17, dtype=bool)
    hidden[[1, 2, 13, 14]] = True
    view, relations = _days(values, hidden)
    found = attack(view, relations, touched=[16])
    assert found.of(Leak.RECOVERED) == [1, 2]
    assert np.flatnonzero(~np.isnan(found.lower)).tolist() == [1, 2]
    hidden[16] = True
    view, relations = _days(values, hidden)
    assert attack(view, relations, touched=[16]).verdict(view).passes


def test_a_shown_cell_carries_nothing_further():
    hidden = np.zeros(17, dtype=bool)
    hidden[[2, 3, 6, 7]] = True
    view, relations = _days([(10, 20, 30)] * 4, hidden)
    found = attack(view, relations, touched=[2])
    assert np.flatnonzero(~np.isnan(found.lower)).tolist() == [2, 3]


def test_a_refusal_names_classes_of_cells_and_how_many_and_no_value():
    shown = [4711, 1234, HIDDEN, 4712, 1235, HIDDEN, 4713, 4713]
    view = View.of(
        shown, classes=("daily: parts", "weekly: totals"), class_of=[0] * 6 + [1] * 2, people=[50] * 6 + [9] * 2
    )
    relations = Relations.of(Relation(Kind.ADDS_UP, total, (total + 1, total + 2)) for total in (0, 3))
    verdict = attack(view, relations).verdict(view)
    assert not verdict.passes
    assert verdict.leaks == ((Leak.RECOVERED, "daily: parts", 2), (Leak.FEW_PEOPLE, "weekly: totals", 2))
    assert verdict.message().splitlines() == [
        "daily: parts: 2 hidden, and only one value is possible",
        "weekly: totals: 2 shown, and rests on too few people",
    ]
    assert not any(str(value) in verdict.message() for value in (4711, 3477, 1234, 4713))


def test_nothing_published_passes():
    view = View.of([])
    assert attack(view, Relations.of([])).verdict(view).passes


@pytest.mark.parametrize(
    "nonsense",
    [
        {"class_of": 1},
        {"floor": 3, "ceiling": 2},
        {"floor": -1},
        {"protection": np.nan},
        {"threshold": 0},
        {"people": [1, 2]},
    ],
)
def test_a_view_that_makes_no_sense_is_refused(nonsense):
    with pytest.raises(ValueError, match=r".+"):
        View.of([1.0, 2.0, 3.0], **nonsense)


def test_relations_that_make_no_sense_are_refused():
    one = np.ones(1, dtype=np.int64)
    with pytest.raises(ValueError, match="starts"):
        Relations(one, one, one, one)
    with pytest.raises(ValueError, match="signs"):
        Relations(one * 0, np.array([0, 1]), one, one * 2)
    with pytest.raises(ValueError, match="one total"):
        Relations(one * Kind.UNION, np.array([0, 2]), np.array([0, 1]), np.array([1, 1]))
    with pytest.raises(ValueError, match="at most"):
        Relations.of([Relation(Kind.AT_MOST, 0, (1, 2))])
    with pytest.raises(ValueError, match="not there"):
        attack(View.of([1.0]), Relations.of([Relation(Kind.ADDS_UP, 0, (1,))]))
