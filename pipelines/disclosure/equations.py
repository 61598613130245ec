"""The relations as one sparse system of equations, and the connected blocks it falls into."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from pipelines.disclosure.cells import Cells, Relation, Rules, is_standing
from pipelines.disclosure.rules import Booleans, Floats, Integers, Standing, widths


@dataclass(frozen=True, slots=True, eq=False)
class Equations:
    """What may move: a variable is one measure of a cell not known for good. A row: +1 for a part, -1 for the total, sum 0."""

    matrix: sparse.csr_array
    """Relations by variables."""
    relation: Integers
    """Of each row: the place of its relation among those given."""
    cell: Integers
    """Of each variable: its cell."""
    room: Floats
    """How far a hidden value may fall in the adversary's eyes: to 0. Which rows are empty may be known; which are not is not."""
    need: Floats
    """How wide the interval of the variable must be when it is hidden."""
    measure: Integers
    """Of each variable: the place of its measure among their names in order."""
    people: Integers
    """Of each row: the people of its total."""
    people_of_parts: Integers
    """Of each row: the people of its parts, added up; who is in several counts several times."""
    threshold: Integers
    """Of each row: on how many people its total has to rest."""
    margin: Floats
    """Of each row: what its total has beyond the p% rule, less the amounts of its parts; nothing where amounts do not add up."""


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Equations and variables that hang together; nothing of another block says anything about them."""

    rows: Integers
    columns: Integers


def equations_of(
    cells: Cells, relations: Sequence[Relation], rules: Rules, is_primary: Booleans, margin: Floats
) -> Equations:
    """Write the relations as equations; cells that are known for good fall out: those shown before, and empty ones.

    Variables are numbered by measure (in the order of its name), then by cell. A cell that the rule hides by itself needs the
    rule's protection; one that is hidden for others' sake could be shown as it is, and needs an interval of k.
    """
    measures = {name: place for place, name in enumerate(sorted(cells.values))}
    size = len(cells)
    lengths = np.array([len(one.parts) + 1 for one in relations], dtype=np.int64)
    row = np.repeat(np.arange(len(relations)), lengths)
    offset = np.repeat(np.array([measures[one.measure] for one in relations], dtype=np.int64), lengths)
    offset[np.cumsum(lengths) - lengths] = [measures[one.of_total] for one in relations]
    place = np.fromiter((cell for one in relations for cell in (one.total, *one.parts)), np.int64, int(lengths.sum()))
    sign = np.ones(len(row))
    sign[np.cumsum(lengths) - lengths] = -1
    kept = ((cells.people > 0) & ~is_standing(cells, Standing.SHOWN))[place]
    row, place, offset, sign = row[kept], place[kept], offset[kept], sign[kept]
    known, variable = np.unique(offset * size + place, return_inverse=True)
    used, row = np.unique(row, return_inverse=True)
    totals = np.array([one.total for one in relations], dtype=np.int64)[used]
    parts = [list(one.parts) for one in relations]
    of_parts = np.array([int(cells.people[one].sum()) for one in parts], dtype=np.int64)[used]
    amounts = np.array([int(cells.amounts()[one].sum()) for one in parts], dtype=np.int64)[used]
    cell = known % size
    stacked = np.stack([cells.values[name] for name in measures]) if measures else np.zeros((0, size), dtype=np.int64)
    value = stacked[known // size, cell] if len(known) else np.zeros(0, dtype=np.int64)
    need = widths(value * is_primary[cell], rules.threshold[cell], rules.protection_percent[cell])
    if cells.promised is not None and len(known):
        promised = np.stack([cells.promised[name] for name in measures])[known // size, cell]
        need = np.where(is_standing(cells, Standing.HIDDEN)[cell], promised, need)
    return Equations(
        matrix=sparse.csr_array((sign, (row, variable)), shape=(len(used), len(known))),
        relation=used,
        cell=cell,
        room=value.astype(np.float64),
        need=need,
        measure=known // size,
        people=cells.people[totals],
        people_of_parts=of_parts,
        threshold=rules.threshold[totals],
        margin=np.where(amounts == cells.amounts()[totals], margin[totals], -np.inf) - amounts,
    )


def blocks(matrix: sparse.csr_array, active: Booleans) -> list[Block]:
    """Return the connected blocks of the active variables, by their first variable, with places in the whole matrix."""
    columns = np.flatnonzero(active)
    if not len(columns):
        return []
    part = matrix[:, columns]
    rows = np.flatnonzero(np.diff(part.indptr))
    part = part[rows]
    both = sparse.block_array([[None, part], [part.T, None]], format="csr")
    _, label = csgraph.connected_components(both, directed=False)
    of_row, of_column = label[: len(rows)], label[len(rows) :]
    return [
        Block(rows[inside_rows], columns[inside_columns])
        for inside_rows, inside_columns in zip(_groups(of_row, of_column), _groups(of_column, of_column), strict=True)
    ]


def _groups(label: Integers, order: Integers) -> Iterator[Integers]:
    """Yield the places of each label, labels in the order in which they first appear in `order`."""
    _, first = np.unique(order, return_index=True)
    wanted = order[np.sort(first)]
    by_label = np.argsort(label, kind="stable")
    starts = np.searchsorted(label[by_label], wanted, side="left")
    ends = np.searchsorted(label[by_label], wanted, side="right")
    for start, end in zip(starts, ends, strict=True):
        yield by_label[start:end]


def packed(found: Sequence[Block], columns: int = 1500) -> Iterator[list[Block]]:
    """Yield blocks by the handful: one solver run over many small blocks costs less than a run for each."""
    handful: list[Block] = []
    size = 0
    for block in found:
        if handful and size + len(block.columns) > columns:
            yield handful
            handful, size = [], 0
        handful.append(block)
        size += len(block.columns)
    if handful:
        yield handful
