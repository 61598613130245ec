"""Slow and plain: the same questions answered without the package."""

from collections.abc import Callable, Sequence
from itertools import combinations

import numpy as np
import pytest
from scipy.optimize import linprog

from pipelines.attack import Kind, Relation, View

FAR = 1e5
"""An end for what has none: told an endless program, the solver may call it infeasible."""
Bounds = list[tuple[float, float]]


def _row(size: int, plus: Sequence[int], minus: Sequence[int]) -> np.ndarray:
    row = np.zeros(size)
    np.add.at(row, list(plus), 1)
    np.add.at(row, list(minus), -1)
    return row


def _linear_programs(view: View, relations: Sequence[Relation]) -> Bounds:
    """Two programs for each open cell, over all relations and all cells at once."""
    size = view.size
    equal = [_row(size, one.parts, [one.total]) for one in relations if one.kind == Kind.ADDS_UP]
    at_most = [_row(size, [part], [one.total]) for one in relations if one.kind != Kind.ADDS_UP for part in one.parts]
    at_most += [_row(size, [one.total], one.parts) for one in relations if one.kind == Kind.UNION]
    known = np.nan_to_num(view.value)
    box = [
        (low, min(high, FAR)) if is_open else (value, value)
        for low, high, is_open, value in zip(view.floor, view.ceiling, view.is_open, known, strict=True)
    ]
    ends: Bounds = []
    for cell in np.flatnonzero(view.is_open):
        both = []
        for sign in (1, -1):
            found = linprog(
                sign * _row(size, [cell], []),
                A_eq=np.array(equal) if equal else None,
                b_eq=np.zeros(len(equal)) if equal else None,
                A_ub=np.array(at_most) if at_most else None,
                b_ub=np.zeros(len(at_most)) if at_most else None,
                bounds=box,
            )
            assert found.status == 0, found.message
            both.append(sign * found.fun)
        ends.append((both[0], both[1] if both[1] < FAR / 100 else np.inf))
    return ends


def _groups(view: View, relations: Sequence[Relation]) -> set[tuple[int, ...]]:
    """Every set of two or more open cells without k people whose sum the relations fix: tried one by one, by rank."""
    cells = np.flatnonzero(view.is_open)
    system = np.array([_row(view.size, one.parts, [one.total])[cells] for one in relations if one.kind == Kind.ADDS_UP])
    rank = np.linalg.matrix_rank(system) if len(system) else 0
    small = [place for place, cell in enumerate(cells) if not view.rests_on_k[cell]]
    found = set()
    for size in range(2, len(small) + 1):
        for chosen in combinations(small, size):
            row = _row(len(cells), chosen, [])
            if len(system) and np.linalg.matrix_rank(np.vstack((system, row))) == rank:
                found.add(tuple(int(cells[place]) for place in chosen))
    return found


def _is_certain(view: View, relations: Sequence[Relation], group: Sequence[int]) -> bool:
    """Whether k people are sure to stand behind a sum: one relation after another, until nothing grows."""
    within, before = set(group), set()
    while within != before:
        before = set(within)
        for one in relations:
            hidden = {part for part in one.parts if view.is_open[part]}
            if hidden.isdisjoint(within) and one.total not in within:
                continue
            if view.is_shown[one.total] and _is_covered(view, one, hidden - within):
                return True
            is_complete = not any(view.is_shown[part] and view.shown[part] for part in one.parts)
            if view.is_open[one.total] and (one.total in within or (is_complete and hidden <= within)):
                within |= {one.total, *hidden}
    return any(view.rests_on_k[cell] for cell in within)


def _is_covered(view: View, one: Relation, left_out: set[int]) -> bool:
    """Whether a shown total is k people more than those who are in its shown parts, or can be in parts that are left out."""
    known = [part for part in one.parts if view.is_shown[part] and view.shown[part]]
    beyond = view.people[one.total] - sum(view.people[known]) - sum(view.threshold[cell] - 1 for cell in left_out)
    is_said = all(view.people[cell] >= 0 for cell in (one.total, *known))
    return is_said and not any(view.rests_on_k[cell] for cell in left_out) and beyond >= view.threshold[one.total]


@pytest.fixture(scope="session")
def plain_bounds() -> Callable[[View, Sequence[Relation]], Bounds]:
    return _linear_programs


@pytest.fixture(scope="session")
def plain_groups() -> Callable[[View, Sequence[Relation]], set[tuple[int, ...]]]:
    return _groups


@pytest.fixture(scope="session")
def plain_certainty() -> Callable[[View, Sequence[Relation], Sequence[int]], bool]:
    return _is_certain
