"""Releases one after the other: cells that change sides, restatements, and what they tell of hidden cells around them."""

import numpy as np
import pytest

from pipelines.attack import Before, Kind, Leak, Relation, Relations, Standing, View, attack

HIDDEN = np.nan
NEW, WAS_HIDDEN, WAS_SHOWN = Standing.NEW, Standing.HIDDEN, Standing.SHOWN
NO_RELATIONS = Relations.of([])


def _leaks(shown, before, relations=NO_RELATIONS, **knowledge):
    found = attack(View.of(shown, people=50, rests_on_k=True, **knowledge), relations, before=before)
    return {leak: found.of(leak) for leak in found.cells}


@pytest.mark.parametrize(("changed_people", "leaks"), [(9, True), (10, False), (0, True)])
def test_a_restatement_needs_k_people_changed_and_a_record_of_them(changed_people, leaks):
    before = Before.of([WAS_SHOWN], [100], changed_people)
    assert _leaks([112], before) == ({Leak.RESTATED: [0]} if leaks else {})


def test_a_cell_shown_as_before_is_no_restatement():
    assert _leaks([100], Before.of([WAS_SHOWN], [100])) == {}


def test_a_new_cell_may_be_shown_or_hidden():
    assert _leaks([100, HIDDEN], Before.of([NEW, NEW], [0, 0])) == {}


@pytest.mark.parametrize(
    ("shown", "standing", "leaks"),
    [
        (100, WAS_HIDDEN, {Leak.OPENED: [0]}),
        (HIDDEN, WAS_SHOWN, {Leak.WITHDRAWN: [0]}),
        (HIDDEN, WAS_HIDDEN, {}),
    ],
)
def test_a_cell_stays_on_its_side(shown, standing, leaks):
    assert _leaks([shown], Before.of([standing], [100])) == leaks


def test_only_touched_cells_are_compared_with_earlier_releases():
    before = Before.of([WAS_HIDDEN, WAS_HIDDEN], [0, 0])
    found = attack(View.of([100, 100], people=50), NO_RELATIONS, before=before, touched=[1])
    assert found.of(Leak.OPENED) == [1]


@pytest.mark.parametrize(
    ("people", "leaks"),
    [
        ([30, 20, 0, 0], False),
        ([30, 21, 0, 0], True),
        ([30, 0, 0, 0], False),
    ],
)
def test_restatements_around_a_hidden_cell_must_leave_k_people_to_its_change(people, leaks):
    # The total grew by 40, the shown part by 25 (or by nothing): the hidden parts grew by what is left.
    shown = [240, 125 if people[1] else 100, HIDDEN, HIDDEN]
    before = Before.of([WAS_SHOWN, WAS_SHOWN, WAS_HIDDEN, WAS_HIDDEN], [200, 100, 0, 0], people)
    relations = Relations.of([Relation(Kind.ADDS_UP, 0, (1, 2, 3))])
    assert _leaks(shown, before, relations) == ({Leak.RESTATED_AROUND: [2, 3]} if leaks else {})


def test_restatements_that_leave_nothing_to_hidden_cells_tell_nothing_of_them():
    before = Before.of([WAS_SHOWN, WAS_SHOWN, WAS_HIDDEN, WAS_HIDDEN], [200, 100, 0, 0], [30, 30, 0, 0])
    relations = Relations.of([Relation(Kind.ADDS_UP, 0, (1, 2, 3))])
    assert _leaks([240, 140, HIDDEN, HIDDEN], before, relations) == {}
