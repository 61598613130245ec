"""Connected parts: cells that are open, linked by the relations they stand in together."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from pipelines.attack.arrays import Bools, Ints, groups_of
from pipelines.attack.elimination import Row, independent
from pipelines.attack.rows import Rows


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """The parts of some rows: the part of each row, shape (rows.count,), how many there are, and which of them are trees.

    A tree: no two ways lead from one cell to another. The rows of one relation count as one step.
    """

    of_row: Ints
    count: int
    is_tree: Bools


def connected_parts(rows: Rows) -> Parts:
    """Find the parts of `rows`, each of which has entries."""
    labels = connected_labels(rows.source[rows.row], rows.cell)
    of_row = np.zeros(rows.count, dtype=np.int64)
    of_row[rows.row] = labels
    count = int(labels.max()) + 1 if len(labels) else 0
    edges = np.unique(np.column_stack((labels, rows.source[rows.row], rows.cell)), axis=0)
    nodes = _distinct(edges[:, 0], edges[:, 1], count) + _distinct(edges[:, 0], edges[:, 2], count)
    is_tree = np.bincount(edges[:, 0], minlength=count) == nodes - 1
    return Parts(of_row, count, is_tree)


def connected_labels(step: Ints, cell: Ints) -> Ints:
    """Label each pair of a step and a cell by the part in which they lie, from 0, shape of both."""
    if not len(step):
        return np.zeros(0, dtype=np.int64)
    steps, step = np.unique(step, return_inverse=True)
    cells, cell = np.unique(cell, return_inverse=True)
    size = len(steps) + len(cells)
    graph = coo_array((np.ones(len(step), dtype=np.int8), (step, len(steps) + cell)), shape=(size, size))
    _, labels = connected_components(graph, directed=False)
    of_pair: Ints = labels[step].astype(np.int64)
    return of_pair


def is_tree_without_repetition(rows: Rows) -> bool:
    """Say whether one part is a tree once exact rows that only repeat others are left out, long ones first.

    What they say is said by the others, so the intervals that all rows leave at rest are those of the tree.
    """
    lengths = np.bincount(rows.row, minlength=rows.count)
    order = [int(row) for row in np.argsort(lengths, kind="stable") if rows.exact[row]]
    listed = as_dictionaries(rows)
    needed = ~rows.exact
    needed[[row for row, says in zip(order, independent(listed[row] for row in order), strict=True) if says]] = True
    kept = rows.only(needed)
    return bool(np.all(connected_parts(kept).is_tree))


def as_dictionaries(rows: Rows) -> list[Row]:
    """Write each row as its cells and their whole coefficients."""
    listed: list[Row] = [{} for _ in range(rows.count)]
    for row, cell, sign in zip(rows.row.tolist(), rows.cell.tolist(), rows.sign.tolist(), strict=True):
        listed[row][cell] = listed[row].get(cell, 0) + int(sign)
    return [{cell: sign for cell, sign in row.items() if sign} for row in listed]


def rows_by_part(parts: Parts, chosen: Bools) -> list[Ints]:
    """List the rows of each chosen part, shape (parts.count,) of `chosen`."""
    rows = np.flatnonzero(chosen[parts.of_row])
    return [rows[positions] for positions in groups_of(parts.of_row[rows])]


def _distinct(part: Ints, what: Ints, parts: int) -> Ints:
    pairs = np.unique(np.column_stack((part, what)), axis=0)
    return np.bincount(pairs[:, 0], minlength=parts).astype(np.int64)
