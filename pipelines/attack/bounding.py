"""The interval of each hidden cell: by propagation where that is exact, by linear programs where relations form rings."""

from dataclasses import dataclass, field

import numpy as np

from pipelines.attack.arrays import Bools, Floats, Ints
from pipelines.attack.findings import Work
from pipelines.attack.parts import Parts, connected_parts, is_tree_without_repetition, pieces
from pipelines.attack.programs import Answer, Programs, UnsolvedError
from pipelines.attack.propagation import Bounds, narrow
from pipelines.attack.relations import Relations
from pipelines.attack.rows import Rows, linear_rows, together

_FIRST_SWEEPS = 30
_ENTRIES_IN_A_PROGRAM = 3_000


@dataclass(slots=True, eq=False)
class Bounded:
    """What is known of each cell after all: `bounds`, and the rows that are left once known cells are constants.

    `broken`: relations that contradict what was published. `unsolved`: cells for which the solver had no answer.
    """

    bounds: Bounds
    rows: Rows
    broken: Ints
    unsolved: Ints
    work: Work


@dataclass(slots=True)
class _Failures:
    broken: list[Ints] = field(default_factory=list)
    unsolved: list[Ints] = field(default_factory=list)


def bound(relations: Relations, value: Floats, bounds: Bounds, required: Floats, *, exact: bool) -> Bounded:
    """Bound every cell whose `value` is NaN, over all `relations`; arrays of shape (n,), `bounds` is narrowed in place.

    `exact` asks for both ends of every cell; without it, cells that are shown to be `required` wide keep an outer bound.
    """
    failures = _Failures()
    rows, broken = linear_rows(relations).with_known(value).split()
    failures.broken.append(broken)
    narrow(rows, bounds, _FIRST_SWEEPS)
    rows = _settled(rows, bounds, failures)
    parts = connected_parts(rows)
    longest = int(np.bincount(parts.of_row, minlength=1).max())
    _rest(rows.only(parts.is_tree[parts.of_row]), bounds, longest, failures)
    rings, repeated = _rings(rows, parts)
    _rest(rows.only(repeated), bounds, longest, failures)
    programs = sum(_solve(batch, bounds, required, failures, exact=exact) for batch in _batches(rings))
    work = Work(parts=parts.count, rings=len(rings), programs=programs)
    rows = _settled(rows, bounds, failures)
    return Bounded(bounds, rows, _joined(failures.broken), _joined(failures.unsolved), work)


def _settled(rows: Rows, bounds: Bounds, failures: _Failures) -> Rows:
    """Turn cells with one value left into constants, and take out the relations of cells with none."""
    crossed = bounds.crossed[rows.cell]
    if crossed.any():
        failures.broken.append(np.unique(rows.source[rows.row[crossed]]))
    pinned = np.where(bounds.pinned, np.ceil(bounds.lower - 0.5), np.nan)
    rows, broken = rows.with_known(pinned).split()
    failures.broken.append(broken)
    return rows.only(~np.isin(rows.source, _joined(failures.broken)))


def _rest(rows: Rows, bounds: Bounds, longest: int, failures: _Failures) -> None:
    """Narrow until nothing moves, in a tree no more sweeps than there and back again: what then moves still has no solution."""
    moving = narrow(rows, bounds, 2 * longest + 2)
    failures.broken.append(np.unique(rows.source[moving]))


def _rings(rows: Rows, parts: Parts) -> tuple[list[Rows], Bools]:
    """Return each part that needs programs, and which rows are in parts that are trees but for repetitions."""
    rings: list[Rows] = []
    repeated = np.zeros(rows.count, dtype=np.bool_)
    for members, piece in pieces(rows, parts, ~parts.is_tree):
        if is_tree_without_repetition(piece):
            repeated[members] = True
        else:
            rings.append(piece)
    return rings, repeated


def _batches(rings: list[Rows]) -> list[Rows]:
    """Put parts of about the same size together, until a program has enough entries."""
    batches: list[list[Rows]] = []
    filled = _ENTRIES_IN_A_PROGRAM
    for piece in sorted(rings, key=lambda piece: len(piece.row)):
        if filled + len(piece.row) > _ENTRIES_IN_A_PROGRAM:
            batches.append([])
            filled = 0
        batches[-1].append(piece)
        filled += len(piece.row)
    return [together(batch) for batch in batches]


def _solve(rows: Rows, bounds: Bounds, required: Floats, failures: _Failures, *, exact: bool) -> int:
    """Bound the cells of one batch; where it has no answer, each of its parts alone. Return how many programs were solved."""
    parts = connected_parts(rows)
    programs = Programs(rows, parts.of_row[rows.row], bounds.lower, bounds.upper, required)
    try:
        _take(programs.solve(exact=exact), bounds)
    except UnsolvedError as error:
        if parts.count == 1:
            if error.infeasible:
                failures.broken.append(np.unique(rows.source))
            else:
                failures.unsolved.append(programs.cells)
        else:
            alone = pieces(rows, parts, np.ones(parts.count, dtype=np.bool_))
            return programs.programs + sum(_solve(one, bounds, required, failures, exact=exact) for _, one in alone)
    return programs.programs


def _take(answer: Answer, bounds: Bounds) -> None:
    bounds.lower[answer.cells] = np.maximum(bounds.lower[answer.cells], answer.lower)
    bounds.upper[answer.cells] = np.minimum(bounds.upper[answer.cells], answer.upper)


def _joined(listed: list[Ints]) -> Ints:
    return np.unique(np.concatenate((np.zeros(0, dtype=np.int64), *listed)))
