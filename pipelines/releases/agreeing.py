"""Makes totals agree with their parts before anything is hidden, where what was published stands and statistics moved on.

Late lines that were left out of a published day are left out of what is made of it; what a hidden row was when it was published
is not remembered, so that its value today is bent to what the shown rows around it tell.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipelines.errors import DamagedError
from pipelines.releases.frame import Booleans, Frame
from pipelines.releases.relations import Integers, Structure

_ROUNDS = 6


@dataclass(frozen=True, slots=True)
class Equation:
    """One measure of one equation: the total's is the sum of the parts'."""

    total_measure: str
    part_measure: str
    total: int
    parts: tuple[int, ...]


def agreed(frame: Frame, found: Sequence[Structure], made: frozenset[str]) -> list[Equation]:
    """Return the equations, after bending values of `frame` until they hold; one that cannot hold any more is left out.

    `made` names the tables whose rows are made of their days: late lines left out of those are left out of their other parts
    too, from the greatest down. Raises DamagedError for new rows that do not add up, naming the table.
    """
    for _ in range(_ROUNDS):
        # Bending one equation may unbalance another that shares a row with it.
        equations = _bent(frame, found, made)
        broken = [one for one in equations if not _holds(frame, one)]
        if not broken:
            return equations
    is_new = frame.is_new
    if any(is_new[[one.total, *one.parts]].any() for one in broken):
        raise DamagedError(
            f"rows of {frame.tables[frame.table_of[broken[0].total]]} do not add up with what was published"
        )
    return [one for one in equations if _holds(frame, one)]


def reached(frame: Frame, equations: Sequence[Equation]) -> list[Equation]:
    """Return the equations that new rows stand in, and from there on those that share a hidden row: the others were decided."""
    carries = frame.is_new
    of_row: dict[int, list[int]] = {}
    for place, one in enumerate(equations):
        for row in (one.total, *one.parts):
            of_row.setdefault(row, []).append(place)
    waiting = [row for row in of_row if carries[row]]
    found: set[int] = set()
    while waiting:
        for place in set(of_row[waiting.pop()]) - found:
            found.add(place)
            one = equations[place]
            waiting += [row for row in (one.total, *one.parts) if frame.is_hidden_before[row]]
    return [equations[place] for place in sorted(found)]


def _holds(frame: Frame, equation: Equation) -> bool:
    parts = int(frame.values[equation.part_measure][list(equation.parts)].sum())
    return parts == int(frame.values[equation.total_measure][equation.total])


def _bent(frame: Frame, found: Sequence[Structure], made: frozenset[str]) -> list[Equation]:
    return [
        equation
        for structure in found
        for part_measure, total_measure in structure.adds_up.items()
        for equation in _of(frame, structure, part_measure, total_measure, made)
    ]


def _of(
    frame: Frame, structure: Structure, part_measure: str, total_measure: str, made: frozenset[str]
) -> list[Equation]:
    parts_of, totals_of = frame.values[part_measure], frame.values[total_measure]
    sums = np.add.reduceat(parts_of[structure.parts], structure.starts[:-1])
    unequal, is_whole = sums != totals_of[structure.total], _is_whole(frame, structure, part_measure, total_measure)
    equations = []
    for place, (total, parts) in enumerate(structure):
        if not is_whole[place]:
            continue
        if unequal[place]:
            _bend(frame, structure.table, (part_measure, total_measure), (total, parts), made)
        equations.append(Equation(total_measure, part_measure, total, tuple(parts.tolist())))
    return equations


def _is_whole(frame: Frame, structure: Structure, part_measure: str, total_measure: str) -> Booleans:
    """Return which equations have every row's measure: one that a shown row was published without is remembered by nobody."""
    lacks = {name: frame.is_shown_before & ~frame.has[name] for name in {part_measure, total_measure}}
    of_parts = np.logical_or.reduceat(lacks[part_measure][structure.parts], structure.starts[:-1])
    return np.asarray(~of_parts & ~lacks[total_measure][structure.total])


def _bend(
    frame: Frame, table: str, measures: tuple[str, str], cells: tuple[int, Integers], made: frozenset[str]
) -> None:
    """Make one equation hold, as far as it can."""
    (part_measure, total_measure), (total, parts) = measures, cells
    values, totals = frame.values[part_measure], frame.values[total_measure]
    beyond = int(totals[total] - values[parts].sum())
    is_new = frame.is_new
    if is_new[parts].any():
        if beyond < 0 and table in made:
            _spread(values, parts[is_new[parts]], beyond)
    elif is_new[total] or (frame.is_hidden_before[total] and part_measure == total_measure):
        totals[total] -= beyond
        frame.people[total] = max(frame.people[total], int(totals[total] > 0))
    else:
        hidden = parts[frame.is_hidden_before[parts]]
        _spread(values, hidden, beyond)
        frame.people[hidden] = np.maximum(frame.people[hidden], values[hidden] > 0)


def _spread(values: Integers, rows: Integers, change: int) -> None:
    """Change `rows` by `change` in all, the greatest first and none below 0."""
    for row in rows[np.argsort(-values[rows], kind="stable")].tolist():
        taken = max(change, -int(values[row]))
        values[row] += taken
        change -= taken
        if change == 0:
            break
