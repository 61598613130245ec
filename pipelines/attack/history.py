"""Releases one after the other: what was shown, hidden or restated between them."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from pipelines.attack.arrays import TOLERANCE, Bools, Floats, Ints, sums
from pipelines.attack.findings import Leak
from pipelines.attack.relations import Kind, Relations
from pipelines.attack.view import View


class Standing(IntEnum):
    """What earlier releases did with a cell."""

    NEW = 0
    HIDDEN = 1
    SHOWN = 2


@dataclass(frozen=True, slots=True, eq=False)
class Before:
    """The cells of a view as earlier releases left them, shapes (n,).

    `standing` of each cell; `value` as last shown (any number for others); `changed_people`: how many people's lines the recorded
    restatement of a cell rests on, 0 where none is recorded.
    """

    standing: Ints
    value: Floats
    changed_people: Ints

    @classmethod
    def of(cls, standing: npt.ArrayLike, value: npt.ArrayLike, changed_people: npt.ArrayLike = 0) -> "Before":
        """Spread a single number of changed people over all cells."""
        standings = np.asarray(standing, dtype=np.int64)
        people = np.broadcast_to(np.asarray(changed_people, dtype=np.int64), standings.shape)
        return cls(standings, np.asarray(value, dtype=np.float64), people)


def changes(view: View, before: Before, chosen: Bools) -> dict[Leak, Ints]:
    """Find chosen cells that changed sides, or were restated for fewer than `threshold` people."""
    restated = _restated(view, before)
    opened = (before.standing == Standing.HIDDEN) & view.is_shown
    withdrawn = (before.standing == Standing.SHOWN) & ~view.is_shown
    few = restated & (before.changed_people < view.threshold)
    found = {Leak.RESTATED: few, Leak.OPENED: opened, Leak.WITHDRAWN: withdrawn}
    return {leak: np.flatnonzero(cells & chosen) for leak, cells in found.items()}


def told_by_restatements(view: View, before: Before, relations: Relations) -> Ints:
    """Find hidden cells whose change between releases follows from what was restated around them.

    The sum of the hidden parts of a relation changed by as much as its shown cells leave over. That change rests on at least as
    many people as the most of one restated cell, less those of all others; fewer than `threshold` are too few.
    """
    of_entry, count = relations.of_entry, relations.count
    restated = _restated(view, before)[relations.cells]
    change = np.zeros(view.size)
    moved = _restated(view, before)
    change[moved] = view.shown[moved] - before.value[moved]
    residual = sums(of_entry, relations.signs * change[relations.cells], count)
    people = np.where(restated, before.changed_people[relations.cells], 0).astype(np.float64)
    most = np.zeros(count)
    np.maximum.at(most, of_entry, people)
    left_over = 2 * most - sums(of_entry, people, count)
    told = (np.abs(residual) > TOLERANCE) & (relations.kinds == Kind.ADDS_UP)
    hidden = (view.is_open & (before.standing == Standing.HIDDEN))[relations.cells]
    few = left_over[of_entry] < view.threshold[relations.cells]
    return np.unique(relations.cells[told[of_entry] & hidden & few])


def _restated(view: View, before: Before) -> Bools:
    both = (before.standing == Standing.SHOWN) & view.is_shown
    differs = np.zeros(view.size, dtype=np.bool_)
    differs[both] = np.abs(view.shown[both] - before.value[both]) > TOLERANCE
    return differs
