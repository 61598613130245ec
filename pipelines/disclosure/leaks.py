"""What the relations of connected blocks give away together though each for itself keeps it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from pipelines.disclosure.equations import Block, packed
from pipelines.disclosure.movements import cheapest
from pipelines.disclosure.rules import Booleans
from pipelines.disclosure.state import State
from pipelines.disclosure.sums import Lot, doubtful_sums

UNBOUNDED = 1_000_000
"""How many people may be in a cell of k or more, for those to whom that is all that is said of it."""


@dataclass(slots=True)
class Leaks:
    """Sums of too few people, and the variables in them."""

    sums: list["Leak"] = field(default_factory=list)
    variables: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True, eq=False)
class Leak:
    """A sum that `rows` of the equations give away together, in a block; `is_found`: not only could it not be excluded."""

    rows: list[int]
    is_found: bool
    block: Block


def leaking(state: State, found: Sequence[Block]) -> Leaks:
    """Return what blocks give away; those that were safe before are not looked at again.

    What cannot be searched to its end counts as given away.
    """
    waiting = [one for one in found if one.columns.tobytes() not in state.safe]
    leaks = Leaks()
    for handful in packed(waiting):
        for block, suspects in _suspects(state, handful):
            for known in doubtful_sums(_lot(state, block, suspects)):
                leaks.sums.append(Leak(block.rows[known.relations].tolist(), known.is_proven, block))
                leaks.variables |= set(block.columns[known.cells].tolist())
    state.safe |= {one.columns.tobytes() for one in waiting if leaks.variables.isdisjoint(one.columns.tolist())}
    return leaks


def _suspects(state: State, handful: Sequence[Block]) -> list[tuple[Block, Booleans]]:
    """Return the blocks that give sums away over cells none of which could be shown by itself, with these cells.

    By Farkas' lemma such a cell is in such a sum if, and only if, it cannot rise while none of them falls.
    """
    rows = np.concatenate([one.rows for one in handful])
    columns = np.concatenate([one.columns for one in handful])
    bare = ~state.is_safe[state.equations.cell[columns]]
    least = np.where(bare, 1.0, -10.0 * (1 + bare.sum()))
    matrix, endless = state.equations.matrix[rows][:, columns], np.full(len(columns), np.inf)
    _, short = cheapest(matrix, np.zeros(len(columns)), least, endless)
    ends = np.cumsum([len(one.columns) for one in handful])[:-1]
    return [pair for pair in zip(handful, np.split(short > 0, ends), strict=True) if pair[1].any()]


def _lot(state: State, block: Block, suspects: Booleans) -> Lot:
    """Return a block as the search for sums takes it."""
    rows, cell = block.rows.tolist(), state.equations.cell[block.columns]
    tallies = [state.lines.tally[row] for row in rows]
    place = {one: number for number, one in enumerate(cell.tolist())}
    totals = [place[state.lines.total[row]] if state.lines.tally[row].is_total_hidden else -1 for row in rows]
    return Lot(
        matrix=state.equations.matrix[block.rows][:, block.columns],
        total=np.array(totals, dtype=np.int64),
        certain=np.array([one.people - one.left for one in tallies], dtype=np.int64),
        is_whole=np.array([one.is_whole for one in tallies], dtype=np.bool_),
        threshold=state.equations.threshold[block.rows],
        most=np.where(state.is_large[cell], UNBOUNDED, state.rules.threshold[cell] - 1),
        is_safe=state.is_safe[cell],
        may_be=suspects & ~state.is_safe[cell],
        is_new=state.is_new[block.rows],
    )
