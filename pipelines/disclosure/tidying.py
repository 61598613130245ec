"""Showing again what later hiding made superfluous: the dearest complementary cells first."""

from collections.abc import Sequence

import numpy as np

from pipelines.disclosure.equations import Block
from pipelines.disclosure.leaks import leaking
from pipelines.disclosure.state import State

EFFORT = 2_000
"""Variables that the trials may solve again, block by block; what is dearest comes first, and what is left stays hidden."""
LARGEST = 400
"""Variables of a block that is tried at all: one cell that may be shown again is not worth proving thousands of others anew."""


def tidy(state: State, complementary: Sequence[int]) -> None:
    """Show again each of the cells, dearest first, whose showing leaves all others safe.

    Each round tries one cell of every entangled block, so that blocks are solved by the handful.
    """
    cost, spent = state.cost, 0
    waiting = sorted(complementary, key=lambda cell: (-cost[cell], cell))
    while waiting and spent < EFFORT:
        waiting, solved = _try_round(state, waiting)
        spent += solved


def _try_round(state: State, waiting: Sequence[int]) -> tuple[list[int], int]:
    """Try the first cell of each block; returns the cells whose blocks were taken by another, and the largest block tried."""
    found = state.entangled(state.hidden())
    block_of = {column: number for number, block in enumerate(found) for column in block.columns.tolist()}
    trials: dict[int, int] = {}
    later: list[int] = []
    for cell in waiting:
        own = {block_of[variable] for variable in state.variables_of[cell] if variable in block_of}
        if any(len(found[number].columns) > LARGEST for number in own):
            continue
        if not own.isdisjoint(trials):
            later.append(cell)
            continue
        state.lines.show(cell)
        if state.lines.holds_around(cell):
            trials |= dict.fromkeys(own, cell)
        else:
            state.lines.hide(cell)
    _judge(state, found, trials, block_of)
    return later, max((len(found[number].columns) for number in trials), default=0)


def _judge(state: State, found: Sequence[Block], trials: dict[int, int], block_of: dict[int, int]) -> None:
    """Hide a tried cell again when any block that held it is no longer safe."""
    if not trials:
        return
    columns = np.concatenate([found[number].columns for number in sorted(trials)])
    tried = np.array([trials[block_of[column]] for column in columns.tolist()], dtype=np.int64)
    low, high = state.reach.low[columns], state.reach.high[columns]
    state.reach.low[columns] = state.reach.high[columns] = 0
    active = np.zeros(len(state.equations.cell), dtype=np.bool_)
    active[columns] = True
    left = state.entangled(state.hidden() & active)
    unsafe = [*state.narrow(left), *sorted(leaking(state, left).variables)]
    failed = {trials[block_of[variable]] for variable in unsafe}
    for cell in sorted(failed):
        state.lines.hide(cell)
    back = np.isin(tried, sorted(failed))
    state.reach.low[columns[back]], state.reach.high[columns[back]] = low[back], high[back]
