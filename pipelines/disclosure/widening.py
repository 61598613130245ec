"""Hiding more where relations together give away what each for itself keeps."""

from collections.abc import Sequence

import numpy as np

from pipelines.disclosure.equations import Block, blocks, packed
from pipelines.disclosure.movements import TOLERANCE, cheapest
from pipelines.disclosure.rules import Booleans, Floats, Integers
from pipelines.disclosure.state import State


def widen(state: State) -> None:
    """Hide free cells until every hidden one is safe; raises DisclosureError when cells published before prevent it."""
    while True:
        found = state.entangled(state.hidden())
        narrow = state.narrow(found)
        leaks = [] if narrow else state.leaking(found)
        if not narrow and not leaks:
            return
        before = sum(state.lines.hidden)
        around = blocks(state.equations.matrix, state.may_move())
        _protect(state, around, sorted(narrow, key=lambda one: (-state.equations.need[one], one)))
        for wish in (0, 1):
            _stop_leaks(state, around, [variable for variable, kind in leaks if kind == wish], wish)
        is_better = sum(state.lines.hidden) > before or bool(state.reach.is_wide()[narrow].any())
        if not is_better:
            raise state.impossible(state.equations.cell[[*narrow, *(variable for variable, _ in leaks)]].tolist())
        state.mend(range(len(state.lines.tally)))


def _holding(around: Sequence[Block], variables: Sequence[int]) -> list[tuple[Block, int]]:
    """Return the blocks that hold the variables, each with the first of them."""
    place = {column: number for number, block in enumerate(around) for column in block.columns.tolist()}
    first: dict[int, int] = {}
    for variable in variables:
        first.setdefault(place[variable], variable)
    return [(around[number], variable) for number, variable in first.items()]


def _protect(state: State, around: Sequence[Block], narrow: Sequence[int]) -> None:
    """Hide the cheapest cells that let one narrow variable of each block rise far enough, or fall where it cannot rise."""
    wanted = _holding(around, narrow)
    amount = state.equations.need + state.reach.low
    missing = _rise(state, [block for block, _ in wanted], {target: float(amount[target]) for _, target in wanted})
    if missing:
        _fall(state, [block for block, target in wanted if target in missing], missing)


def _rise(state: State, chosen: Sequence[Block], amounts: dict[int, float]) -> dict[int, float]:
    """Let each target rise by its amount, hiding what moves; returns what is missing."""
    missing: dict[int, float] = {}
    for handful in packed(chosen):
        columns = _columns(handful)
        low = -state.equations.room[columns]
        for place, column in enumerate(columns.tolist()):
            low[place] = amounts.get(column, low[place])
        moved, short = _move(state, handful, low, np.full(len(columns), np.inf))
        state.reach.high[columns] = np.maximum(state.reach.high[columns], moved)
        missing |= {int(column): float(lack) for column, lack in zip(columns, short, strict=True) if lack > 0}
    return missing


def _fall(state: State, chosen: Sequence[Block], amounts: dict[int, float]) -> None:
    """Let each target fall by its amount, as far as it can, hiding what moves."""
    for handful in packed(chosen):
        columns = _columns(handful)
        room, low = state.equations.room[columns], np.full(len(columns), -np.inf)
        for place, column in enumerate(columns.tolist()):
            if column in amounts:
                low[place] = min(amounts[column], room[place])
        moved, _ = _move(state, handful, low, room)
        state.reach.low[columns] = np.minimum(state.reach.low[columns], -moved)


def _stop_leaks(state: State, around: Sequence[Block], leaks: Sequence[int], wish: int) -> None:
    """Hide the cheapest cells that let the wished movement happen."""
    for handful in packed([block for block, _ in _holding(around, leaks)]):
        columns = _columns(handful)
        least = state.wishes(columns)[wish]
        may_rise = np.where(_is_hidden(state, columns) | (least <= 0), least, 0)
        _move(state, handful, may_rise, np.full(len(columns), np.inf))


def _move(state: State, handful: Sequence[Block], low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Find the cheapest movement over blocks, hide the cells that move, and return it with what it falls short of."""
    rows, columns = np.concatenate([one.rows for one in handful]), _columns(handful)
    cell = state.equations.cell[columns]
    cost = np.where(_is_hidden(state, columns), 0, state.cells.costs()[cell])
    dearest = np.repeat(
        [max(cost[place].max(), 1) for place in _slices(handful)], [len(one.columns) for one in handful]
    )
    moved, short = cheapest(state.equations.matrix[rows][:, columns], cost / dearest, low, high)
    for one in np.unique(cell[np.abs(moved) > TOLERANCE]).tolist():
        if not state.lines.hidden[one]:
            state.lines.hide(one)
    return moved, short


def _columns(handful: Sequence[Block]) -> Integers:
    """Return the variables of blocks, one block after another."""
    return np.concatenate([one.columns for one in handful])


def _slices(handful: Sequence[Block]) -> list[slice]:
    """Return where each block's variables stand among them."""
    ends = np.cumsum([len(one.columns) for one in handful]).tolist()
    return [slice(end - len(one.columns), end) for one, end in zip(handful, ends, strict=True)]


def _is_hidden(state: State, columns: Integers) -> Booleans:
    """Return which of the variables are hidden."""
    return state.hidden()[columns]
