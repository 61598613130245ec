"""The attack: everything an adversary can do with what was published, in the parts that new cells reach."""

import numpy as np
import numpy.typing as npt

from pipelines.attack.arrays import TOLERANCE, Bools, Floats, Ints
from pipelines.attack.bounding import bound
from pipelines.attack.certainty import Certainty
from pipelines.attack.findings import Findings, Leak
from pipelines.attack.groups import known_sums
from pipelines.attack.history import Before, changes, told_by_restatements
from pipelines.attack.membership import differencing_pairs, exposed
from pipelines.attack.propagation import Bounds
from pipelines.attack.relations import Relations, reached
from pipelines.attack.view import View


def attack(
    view: View,
    relations: Relations,
    *,
    touched: npt.ArrayLike | None = None,
    before: Before | None = None,
    nested: npt.ArrayLike | None = None,
    exact: bool = False,
) -> Findings:
    """Attack a view: bound its hidden cells, look for known sums, differences of cells and of releases, and exposed people.

    `touched`: positions of the cells that are new or restated (None: all); only parts they reach are attacked, with all that was
    ever published in them. `before`: the releases so far (None: this is the first). `nested`: pairs (part, total) of cells with
    nested people, shape (q, 2) (None: all distinct counts that relations nest). `exact` asks for both ends of every interval,
    which costs more programs and changes no finding. Raises ValueError for a relation over a cell that is not there.
    """
    if len(relations.cells) and not (relations.cells.min() >= 0 and relations.cells.max() < view.size):
        raise ValueError("a relation names a cell that is not there")
    chosen = _chosen(view, touched)
    near = relations.only(reached(relations, view.is_open, np.flatnonzero(chosen)))
    concerned = chosen.copy()
    concerned[near.cells] = True
    bounded = bound(near, view.value, Bounds(*_by_rule(view)), view.required, exact=exact)
    hidden = view.is_open & concerned
    groups = known_sums(bounded.rows, view.rests_on_k, Certainty(view, near))
    pairs = differencing_pairs(view, _nested(relations, nested), chosen)
    found = _narrow(view, bounded.bounds, hidden) | exposed(view, chosen)
    found[Leak.GROUP] = _members(groups)
    found[Leak.PAIR] = np.unique(pairs[:, 1])
    found[Leak.UNEVEN] = np.unique(near.cells[near.starts[bounded.broken]])
    found[Leak.UNSOLVED] = bounded.unsolved
    if before is not None:
        found |= changes(view, before, chosen)
        found[Leak.RESTATED_AROUND] = told_by_restatements(view, before, near)
    return Findings(
        cells={leak: cells for leak, cells in found.items() if len(cells)},
        groups=groups,
        pairs=pairs,
        lower=np.where(hidden, bounded.bounds.lower, np.nan),
        upper=np.where(hidden, bounded.bounds.upper, np.nan),
        work=bounded.work,
    )


def _chosen(view: View, touched: npt.ArrayLike | None) -> Bools:
    if touched is None:
        return np.ones(view.size, dtype=np.bool_)
    chosen = np.zeros(view.size, dtype=np.bool_)
    chosen[np.asarray(touched, dtype=np.int64)] = True
    return chosen


def _by_rule(view: View) -> tuple[Floats, Floats]:
    """Return the bounds before any relation: a known cell's value, a hidden one's floor and ceiling."""
    value, known = view.value, ~view.is_open
    return np.where(known, value, view.floor), np.where(known, value, view.ceiling)


def _nested(relations: Relations, nested: npt.ArrayLike | None) -> Ints:
    return relations.union_pairs() if nested is None else np.asarray(nested, dtype=np.int64).reshape(-1, 2)


def _narrow(view: View, bounds: Bounds, hidden: Bools) -> dict[Leak, Ints]:
    """Find hidden cells of which one whole number is left, or fewer than their protection asks for."""
    known = hidden & bounds.pinned
    lowest, highest = np.ceil(bounds.lower - TOLERANCE), np.floor(bounds.upper + TOLERANCE)
    close = hidden & ~known & ~bounds.crossed & (highest - lowest < view.required)
    return {Leak.RECOVERED: np.flatnonzero(known), Leak.NARROW: np.flatnonzero(close)}


def _members(groups: tuple[tuple[int, ...], ...]) -> Ints:
    return np.unique(np.array([cell for group in groups for cell in group], dtype=np.int64))
