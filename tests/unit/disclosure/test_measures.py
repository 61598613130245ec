"""Single measures and rounding: on both sides of each limit."""

import numpy as np
import pytest

from pipelines.disclosure.parts import is_part_shown, is_percentile_shown
from pipelines.disclosure.rounding import rounded
from pipelines.errors import DisclosureError


@pytest.mark.parametrize(
    ("part", "people", "is_shown"),
    [
        (0, 50, False),
        (9, 50, False),
        (10, 50, True),
        (40, 50, True),
        (41, 50, False),
        (49, 50, False),
        (50, 50, True),
        (9, 9, False),
    ],
)
def test_a_measure_speaks_of_k_people_and_leaves_out_none_or_k(part, people, is_shown):
    assert is_part_shown(np.array([part]), np.array([people]), 10).tolist() == [is_shown]


def test_a_high_percentile_needs_k_visits_above_it_and_a_shown_row():
    above, is_shown = np.array([9, 10, 10]), np.array([True, True, False])
    assert is_percentile_shown(above, is_shown, 10).tolist() == [False, True, False]


@pytest.mark.parametrize(
    ("value", "base", "shown"), [(2, 5, 0), (3, 5, 5), (5, 10, 0), (15, 10, 20), (25, 10, 20), (26, 10, 30), (7, 1, 7)]
)
def test_rounding_takes_a_half_to_the_even_multiple(value, base, shown):
    assert rounded(np.array([value]), base).tolist() == [shown]


def test_a_base_below_one_is_refused():
    with pytest.raises(DisclosureError):
        rounded(np.array([1]), 0)
