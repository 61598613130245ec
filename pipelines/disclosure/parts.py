"""Single measures of a shown row: those that speak of some of its people only, and high percentiles."""

import numpy as np

from pipelines.disclosure.rules import Booleans, Floats, Integers


def is_part_shown(part: Integers, people: Integers, threshold: int) -> Booleans:
    """Return where a measure that rests on `part` of a row's `people` may be shown.

    It speaks of k people or more, and leaves out nobody or k people or more: what is left out is known by subtraction.
    """
    left_out = np.asarray(people) - np.asarray(part)
    return np.asarray((np.asarray(part) >= threshold) & ((left_out == 0) | (left_out >= threshold)))


def is_percentile_shown(above: Integers | Floats, is_row_shown: Booleans, threshold: int) -> Booleans:
    """Return where a high percentile may be shown: in a shown row, with k or more (visits, say) beyond it.

    A high percentile of few visits is the length of one of them. The median needs no more than a shown row.
    """
    return np.asarray(np.asarray(is_row_shown) & (np.asarray(above) >= threshold))
