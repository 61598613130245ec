"""Lengths of visits as counts by bin, and when a high percentile of them may be shown."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from pipelines.disclosure.rules import Booleans, Floats, Integers
from pipelines.errors import DisclosureError

VISIT_EDGES_SECONDS = (0, 10, 30, 60, 180, 600, 1800)
"""Lower edges of the bins; the last bin is open."""


def counts_by_bin(seconds: Floats | Integers, edges: Sequence[int] = VISIT_EDGES_SECONDS) -> Integers:
    """Return how many lengths lie in each bin, `len(edges)` counts; a length on an edge belongs to the bin it begins.

    Raises DisclosureError when edges do not rise, or a length lies below the first.
    """
    if any(lower >= upper for lower, upper in pairwise(edges)):
        raise DisclosureError("the edges of bins must rise")
    place = np.searchsorted(np.asarray(edges), np.asarray(seconds), side="right") - 1
    if (place < 0).any():
        raise DisclosureError("a length lies below the first bin")
    return np.bincount(place, minlength=len(edges)).astype(np.int64)


def bin_names(edges: Sequence[int] = VISIT_EDGES_SECONDS) -> tuple[str, ...]:
    """Return the bins' names: `0-9`, `10-29`, ... and `1800+`, in whole seconds."""
    closed = (f"{lower}-{upper - 1}" for lower, upper in pairwise(edges))
    return (*closed, f"{edges[-1]}+")


def is_percentile_shown(visits_above: Integers, is_row_shown: Booleans, threshold: int) -> Booleans:
    """Return where a 90th percentile may be shown: in a shown row, with k visits or more above it.

    A high percentile of few visits is the length of one of them. The median needs no more than a shown row.
    """
    return np.asarray(np.asarray(is_row_shown) & (np.asarray(visits_above) >= threshold))
