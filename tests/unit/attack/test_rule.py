"""What who knows the rule knows of a hidden count before any relation."""

import numpy as np
import pytest

from pipelines.attack import Kind, Leak, Relation, Relations, View, attack, with_rule

HIDDEN = np.nan


def _ends(view):
    return list(zip(view.floor.tolist(), view.ceiling.tolist(), strict=True))


def test_a_hidden_count_of_people_with_nothing_to_protect_is_below_the_threshold():
    view = View.of([HIDDEN, HIDDEN, 30], people=30)
    told = with_rule(view, Relations.of([]), rows=[0, 0, 1], counts_people=[True, False, True])
    assert _ends(told) == [(1, 9), (0, np.inf), (0, np.inf)], "of page views the rule says nothing"


@pytest.mark.parametrize(("other", "is_alone"), [(HIDDEN, False), (20, True)])
def test_a_row_hidden_beside_another_may_be_hidden_for_its_sake(other, is_alone):
    # Cells 1 and 2: page views of rows 1 and 2, parts of the total; cell 3: the people of row 1.
    view = View.of([60, HIDDEN, other, HIDDEN], people=30)
    page_views = Relations.of([Relation(Kind.ADDS_UP, 0, (1, 2))])
    told = with_rule(view, page_views, rows=[0, 1, 2, 1], counts_people=[False, False, False, True])
    assert _ends(told)[3] == ((1, 9) if is_alone else (0, np.inf))


def test_a_known_empty_row_is_no_company_and_a_dominated_one_is_not_below_the_threshold():
    one_sum = Relations.of([Relation(Kind.ADDS_UP, 0, (1, 2))])
    view = View.of([60, HIDDEN, HIDDEN], people=30, known_empty=[False, False, True])
    assert _ends(with_rule(view, one_sum, [0, 1, 2], [True] * 3))[1] == (1, 9)
    dominated = View.of([60, HIDDEN, HIDDEN], people=30, known_empty=[False, False, True], rests_on_k=True)
    assert _ends(with_rule(dominated, one_sum, [0, 1, 2], [True] * 3))[1] == (0, np.inf)


@pytest.mark.parametrize(("week", "leaks"), [(18, {Leak.RECOVERED: [1, 2]}), (12, {Leak.NARROW: [1, 2]}), (10, {})])
def test_a_shown_union_of_two_counts_below_the_threshold_must_leave_them_all_the_room_of_the_rule(week, leaks):
    view = View.of([week, HIDDEN, HIDDEN], people=week)
    days = Relations.of([Relation(Kind.UNION, 0, (1, 2))])
    found = attack(with_rule(view, days, rows=[0, 1, 2], counts_people=[True] * 3), days)
    assert {leak: found.of(leak) for leak in found.cells} == leaks
