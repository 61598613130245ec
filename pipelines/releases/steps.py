"""Which counts of nested steps are shown: no two tell of fewer than k people who went no further, and none bounds a hidden step.

A new count that published ones tell already (all of a week's people came on one day) is not hidden: that would hide nothing.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from pipelines.policy.publication import Publication
from pipelines.releases.frame import Booleans, Frame
from pipelines.releases.relations import Structure

Shown = dict[str, Booleans]


def told_before(frame: Frame, found: Sequence[Structure], shown: Mapping[str, Booleans]) -> Shown:
    """Return by measure which counts are known from what was published before: one of their parts has people, the others none."""
    told = {measure: np.zeros(len(frame), dtype=np.bool_) for measure in shown}
    for structure in found:
        for mine, whole in structure.unions.items() if structure.is_made else ():
            values, part = frame.values[mine][structure.parts], structure.parts
            is_known = shown[mine][part] & ~frame.is_new[part]
            is_empty = is_known & (values == 0)
            if mine in frame.void:
                is_empty |= frame.void[mine][part]
            some, starts = is_known & (values > 0), structure.starts[:-1]
            is_one = np.add.reduceat(some.astype(np.int64), starts) == 1
            told[whole][structure.total[is_one & np.logical_and.reduceat(some | is_empty, starts)]] = True
    return told


def hide_steps(
    frame: Frame,
    publication: Publication,
    found: Sequence[Structure],
    shown: Shown,
    told: Mapping[str, Booleans],
    is_hidden: Booleans,
) -> None:
    """Hide what would tell of few people, or of a hidden step, in `shown`; pairs of the outermost steps come first in `found`."""
    for structure in found:
        if structure.is_nested:
            hide_close_steps(frame, publication, structure, shown, told)
            hide_bounds_of_hidden_steps(frame, publication, structure, shown, told, is_hidden)


def hide_close_steps(
    frame: Frame, publication: Publication, structure: Structure, shown: Shown, told: Mapping[str, Booleans]
) -> None:
    """Hide one of two new counts that differ by fewer than k, whichever is greater: the inner one, or the outer if that is told.

    More were reached than sent where a link came late: readers believe the order all the same.
    """
    total, part, is_new = structure.of_part, structure.parts, frame.is_new
    thresholds = frame.per_table({name: publication.threshold_of(name) for name in frame.tables})
    for mine, whole in structure.unions.items():
        outer, inner = frame.people_behind(publication, whole)[total], frame.people_behind(publication, mine)[part]
        difference = np.abs(outer - inner)
        close = (difference != 0) & (difference < thresholds[total]) & shown[whole][total] & shown[mine][part]
        shown[mine][part[close & is_new[part] & ~told[mine][part]]] = False
        shown[whole][total[close & told[mine][part] & is_new[total] & ~told[whole][total]]] = False


def hide_bounds_of_hidden_steps(
    frame: Frame,
    publication: Publication,
    structure: Structure,
    shown: Shown,
    told: Mapping[str, Booleans],
    is_hidden: Booleans,
) -> None:
    """Hide counts around a step of which the whole row is hidden: from above fewer than k away, from below the same.

    With what days and weeks say of it from the other side they would bound it to few values, or to its own.
    """
    total, part, is_new = structure.of_part, structure.parts, frame.is_new
    thresholds = frame.per_table({name: publication.threshold_of(name) for name in frame.tables})
    for mine, whole in structure.unions.items():
        beyond = frame.values[whole][total] - frame.values[mine][part]
        above = is_hidden[part] & (beyond >= 0) & (beyond < thresholds[total]) & is_new[total] & ~told[whole][total]
        below = is_hidden[total] & (beyond == 0) & is_new[part] & ~told[mine][part]
        shown[whole][total[above]] = False
        shown[mine][part[below]] = False
