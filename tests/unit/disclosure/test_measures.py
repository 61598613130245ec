"""Single measures, bins and rounding: on both sides of each limit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.disclosure.binning import VISIT_EDGES_SECONDS, bin_names, counts_by_bin, is_percentile_shown
from pipelines.disclosure.parts import is_part_shown, part_reasons
from pipelines.disclosure.rounding import rounded
from pipelines.disclosure.rules import Reason
from pipelines.errors import DisclosureError


@pytest.mark.parametrize(
    ("part", "people", "reason"),
    [
        (0, 50, Reason.PART_FEW_PEOPLE),
        (9, 50, Reason.PART_FEW_PEOPLE),
        (10, 50, None),
        (40, 50, None),
        (41, 50, Reason.PART_ALL_BUT_FEW),
        (49, 50, Reason.PART_ALL_BUT_FEW),
        (50, 50, None),
        (9, 9, Reason.PART_FEW_PEOPLE),
    ],
)
def test_a_measure_speaks_of_k_people_and_leaves_out_none_or_k(part, people, reason):
    assert part_reasons(np.array([part]), np.array([people]), 10) == (reason,)
    assert is_part_shown(np.array([part]), np.array([people]), 10).tolist() == [reason is None]


@pytest.mark.parametrize(
    ("seconds", "bin_name"),
    [(0, "0-9"), (9.99, "0-9"), (10, "10-29"), (599, "180-599"), (600, "600-1799"), (1800, "1800+"), (10**6, "1800+")],
)
def test_a_length_on_an_edge_begins_a_bin(seconds, bin_name):
    counts = counts_by_bin(np.array([seconds]))
    assert len(bin_names()) == len(counts) == len(VISIT_EDGES_SECONDS)
    assert bin_names()[int(counts.argmax())] == bin_name
    assert counts.sum() == 1


@given(st.lists(st.integers(0, 10**5)))
@settings(deadline=None, max_examples=30)
def test_every_length_is_in_one_bin(seconds):
    assert counts_by_bin(np.array(seconds, dtype=np.int64)).sum() == len(seconds)


@pytest.mark.parametrize(("seconds", "edges"), [([5], [0, 10, 10]), ([-1], [0, 10])])
def test_senseless_bins_are_refused(seconds, edges):
    with pytest.raises(DisclosureError):
        counts_by_bin(np.array(seconds), edges)


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
