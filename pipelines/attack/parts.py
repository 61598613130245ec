"""Connected parts: cells that are open, linked by the relations they stand in together."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from pipelines.attack.arrays import Bools, Ints
from pipelines.attack.elimination import CONSTANT, Row, independent
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


def pieces(rows: Rows, parts: Parts, chosen: Bools) -> Iterator[tuple[Ints, Rows]]:
    """Take chosen parts, shape (parts.count,), one by one: which rows they have, and these rows alone."""
    by_part, entries = (np.argsort(labels, kind="stable") for labels in (parts.of_row, parts.of_row[rows.row]))
    places = np.arange(parts.count + 1)
    starts = np.searchsorted(parts.of_row[by_part], places)
    entry_starts = np.searchsorted(parts.of_row[rows.row][entries], places)
    number = np.empty(rows.count, dtype=np.int64)
    number[by_part] = np.arange(rows.count) - starts[parts.of_row[by_part]]
    for part in np.flatnonzero(chosen).tolist():
        members = by_part[starts[part] : starts[part + 1]]
        held = entries[entry_starts[part] : entry_starts[part + 1]]
        row, cell, sign = number[rows.row[held]], rows.cell[held], rows.sign[held]
        yield members, Rows(row, cell, sign, rows.constant[members], rows.exact[members], rows.source[members])


def is_tree_without_repetition(rows: Rows) -> bool:
    """Say whether one part is a tree once exact rows that only repeat others are left out, long ones first.

    What they say is said by the others, so the intervals that all rows leave at rest are those of the tree. A row that
    contradicts the others repeats nothing.
    """
    listed = as_dictionaries(rows)
    steps: dict[int, set[int]] = defaultdict(set)
    for row in np.flatnonzero(~rows.exact).tolist():
        steps[int(rows.source[row])].update(listed[row])
    exact = sorted(np.flatnonzero(rows.exact).tolist(), key=lambda row: len(listed[row]))
    constants = [round(constant) for constant in rows.constant.tolist()]
    complete = [listed[row] | ({CONSTANT: constants[row]} if constants[row] else {}) for row in exact]
    for row, says_more in zip(exact, independent(complete), strict=True):
        if says_more:
            steps[int(rows.source[row])].update(listed[row])
    return _is_forest(steps.values())


def _is_forest(steps: Iterable[set[int]]) -> bool:
    """Say whether no two ways lead from one cell to another over sets of cells."""
    above: dict[int, int] = {}

    def top(cell: int) -> int:
        while (upper := above.setdefault(cell, cell)) != cell:
            above[cell] = above[upper]
            cell = upper
        return cell

    for cells in steps:
        tops = {top(cell) for cell in cells}
        if len(tops) < len(cells):
            return False
        first = next(iter(tops))
        above.update(dict.fromkeys(tops, first))
    return True


def as_dictionaries(rows: Rows) -> list[Row]:
    """Write each row as its cells and their whole coefficients."""
    listed: list[Row] = [{} for _ in range(rows.count)]
    for row, cell, sign in zip(rows.row.tolist(), rows.cell.tolist(), rows.sign.tolist(), strict=True):
        listed[row][cell] = listed[row].get(cell, 0) + int(sign)
    return [{cell: sign for cell, sign in row.items() if sign} for row in listed]


def _distinct(part: Ints, what: Ints, parts: int) -> Ints:
    pairs = np.unique(np.column_stack((part, what)), axis=0)
    return np.bincount(pairs[:, 0], minlength=parts).astype(np.int64)
