"""A single known person: whether a shown cell, or two of them together, tells that this person is in it.

Who knows k - 2 of a cell's contributors, rows and all, faces at least two unknown people in every cell that rests on k or more:
that is the reading of membership taken here.
"""

import numpy as np

from pipelines.attack.arrays import Bools, Ints
from pipelines.attack.findings import Leak
from pipelines.attack.view import View


def exposed(view: View, chosen: Bools) -> dict[Leak, Ints]:
    """Find chosen cells that are shown and rest on too few people (or on an unknown number), or on one person above all."""
    shown = view.is_shown & chosen
    empty = (view.people == 0) & (np.nan_to_num(view.shown, nan=1.0) == 0)
    few = shown & (view.people < view.threshold) & ~empty
    rest = view.shown - view.largest - view.second
    dominated = shown & (view.largest > 0) & (rest < view.dominance / 100 * view.largest)
    return {Leak.FEW_PEOPLE: np.flatnonzero(few), Leak.DOMINATED: np.flatnonzero(dominated)}


def differencing_pairs(view: View, nested: Ints, chosen: Bools) -> Ints:
    """Find nested cells (part, total), both shown, whose people differ by 1 to `threshold` - 1, shape (p, 2).

    `nested` has shape (q, 2); pairs with a chosen cell are looked at. A number of people that is not known counts as too close.
    """
    part, total = nested[:, 0], nested[:, 1]
    both = view.is_shown[part] & view.is_shown[total] & (chosen[part] | chosen[total])
    difference = view.people[total] - view.people[part]
    unknown = (view.people[part] < 0) | (view.people[total] < 0)
    close = (difference != 0) & (difference < np.maximum(view.threshold[part], view.threshold[total]))
    return np.unique(nested[both & (close | unknown)], axis=0)
