"""Hiding more where relations together give away what each for itself keeps."""

from collections.abc import Sequence

import numpy as np

from pipelines.disclosure.equations import Block, blocks, packed
from pipelines.disclosure.leaks import Leak, Leaks, leaking
from pipelines.disclosure.movements import TOLERANCE, cheapest
from pipelines.disclosure.rules import Booleans, Floats, Integers, Standing
from pipelines.disclosure.state import State

AT_ONCE = 16
"""So many narrow values of a block are protected before it is looked at again; what protects one often protects others."""


def widen(state: State) -> None:
    """Hide free cells until every hidden one is safe; raises DisclosureError when cells published before prevent it."""
    while True:
        found = state.entangled(state.hidden())
        narrow = state.narrow(found, AT_ONCE)
        leaks = Leaks() if narrow else leaking(state, found)
        if not narrow and not leaks.sums:
            return
        before = sum(state.lines.hidden)
        around = blocks(state.equations.matrix, state.may_move())
        _protect(state, around, sorted(narrow, key=lambda one: (-state.equations.need[one], one)))
        _break_sums(state, leaks.sums)
        if narrow and sum(state.lines.hidden) == before and not state.reach.is_wide()[narrow].any():
            raise state.impossible(state.equations.cell[narrow].tolist())
        state.mend()


def _holding(around: Sequence[Block], variables: Sequence[int]) -> list[tuple[Block, int]]:
    """Return the blocks that hold the variables, each with the first of them."""
    place = {column: number for number, block in enumerate(around) for column in block.columns.tolist()}
    first: dict[int, int] = {}
    for variable in variables:
        first.setdefault(place[variable], variable)
    return [(around[number], variable) for number, variable in first.items()]


def _protect(state: State, around: Sequence[Block], narrow: Sequence[int]) -> None:
    """Hide the cheapest cells that let narrow variables rise far enough, or fall where they cannot rise."""
    waiting = list(narrow)
    while waiting:
        wanted = _holding(around, waiting)
        _protect_one_of_each(state, wanted)
        seen, wide = {variable for _, variable in wanted}, state.reach.is_wide()
        waiting = [one for one in waiting if one not in seen and not wide[one]]


def _protect_one_of_each(state: State, wanted: Sequence[tuple[Block, int]]) -> None:
    """Protect one variable of each block."""
    amount = state.equations.need + state.reach.low
    missing = _reach_for(
        state, [block for block, _ in wanted], {one: float(amount[one]) for _, one in wanted}, is_up=True
    )
    if missing:
        again = [block for block, one in wanted if one in missing]
        fallen = state.reach.low.copy()
        missing = _reach_for(state, again, {one: lack - fallen[one] for one, lack in missing.items()}, is_up=False)
    for variable in missing:
        _accept(state, variable)


def _accept(state: State, variable: int) -> None:
    """Ask no more for a cell than what was published before leaves it, though everything free were hidden.

    This release gives nothing away that was not known. A cell that was promised its protection keeps it, and the release fails.
    """
    if state.cells.promised is None or state.cells.fixed[state.equations.cell[variable]] == Standing.FREE:
        state.equations.need[variable] = state.reach.high[variable] - state.reach.low[variable]


def _reach_for(state: State, chosen: Sequence[Block], amounts: dict[int, float], *, is_up: bool) -> dict[int, float]:
    """Let each target rise (or fall) by its amount as far as it can, hiding what moves; returns what is missing."""
    missing: dict[int, float] = {}
    for handful in packed(chosen):
        columns = np.concatenate([one.columns for one in handful])
        room, endless = state.equations.room[columns], np.full(len(columns), np.inf)
        low, high = (-room, endless) if is_up else (-endless, room)
        target = np.array([column in amounts for column in columns.tolist()], dtype=np.bool_)
        asked = np.array([amounts.get(column, 0.0) for column in columns.tolist()])
        moved, short = _move(state, handful, np.where(target, np.minimum(asked, high), low), high)
        seen = (state.reach.high, moved) if is_up else (state.reach.low, -moved)
        seen[0][columns] = np.maximum(seen[0][columns], seen[1]) if is_up else np.minimum(seen[0][columns], seen[1])
        lack = np.where(target, short + np.maximum(asked - high, 0), 0)
        missing |= {int(column): float(rest) for column, rest in zip(columns, lack, strict=True) if rest > TOLERANCE}
    return missing


def _break_sums(state: State, sums: Sequence[Leak]) -> None:
    """Hide the cheapest cell of each sum that was found, and the cheapest quarter where relations are too many to search.

    Where all of a block was decided before, this release adds nothing to what is known of it. That is so only if nothing was left
    to hide: what was hidden for one sum may have been the last for the next one, and blocks are looked at again.
    """
    before = sum(state.lines.hidden)
    for leak in sums:
        free = _free_cells(state, leak.rows) or _free_cells(state, leak.block.rows.tolist())
        for one in free[: 1 if leak.is_found else (len(free) + 3) // 4]:
            state.lines.hide(one)
    if sum(state.lines.hidden) == before:
        state.safe |= {leak.block.columns.tobytes() for leak in sums}


def _free_cells(state: State, rows: Sequence[int]) -> list[int]:
    """Return the cells of some relations that may be hidden and are not, the cheapest first."""
    cells = {cell for row in rows for cell in (*state.lines.part[row], state.lines.total[row])}
    free = [one for one in cells if one >= 0 and state.lines.free[one] and not state.lines.hidden[one]]
    return sorted(free, key=lambda one: (state.cost[one], one))


def _move(state: State, handful: Sequence[Block], low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Find the cheapest movement over blocks, hide the cells that move, and return it with what it falls short of."""
    rows, columns = np.concatenate([one.rows for one in handful]), _columns(handful)
    cell = state.equations.cell[columns]
    cost = np.where(_is_hidden(state, columns), 0, state.cost[cell])
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
