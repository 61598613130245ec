"""Sums of hidden cells that are known exactly, though none of the cells is: too few people may stand behind such a sum.

A cell that rests on enough people covers a sum it is in. So what matters are the combinations of relations in which no such cell
is left: mostly there are none, which row reduction in whole numbers shows for certain. Where there are some, every relation,
every row of their reduced form and every sum and difference of two of these are looked at.
"""

from collections.abc import Iterator
from itertools import combinations

import numpy as np

from pipelines.attack.arrays import Bools, counts
from pipelines.attack.elimination import Row, combinations_without
from pipelines.attack.parts import as_dictionaries, connected_parts, rows_by_part
from pipelines.attack.rows import Rows

Group = tuple[int, ...]

_PAIRS_AT_MOST = 200_000
"""Beyond this many pairs of rows in one part, only the rows themselves are looked at: decision page of the attack."""


def known_sums(rows: Rows, rests_on_k: Bools) -> tuple[Group, ...]:
    """List groups of two cells or more, none of which rests on k people, whose sum the exact rows give away.

    `rests_on_k` has shape (n,); rows have entries of cells that are open only. Single cells are the intervals' business.
    """
    exact = rows.only(rows.exact)
    plain = _plain_groups(exact, rests_on_k)
    left = _uncovered(exact, rests_on_k)
    if not left.count:
        return plain
    parts = connected_parts(left)
    found = set(plain)
    for members in rows_by_part(parts, np.ones(parts.count, dtype=np.bool_)):
        chosen = np.zeros(left.count, dtype=np.bool_)
        chosen[members] = True
        found.update(_combined_groups(left.only(chosen), rests_on_k))
    return tuple(sorted(found))


def _plain_groups(rows: Rows, rests_on_k: Bools) -> tuple[Group, ...]:
    """Look at each relation as it stands: what is left of it once the shown cells are taken off."""
    plus = counts(rows.row, rows.sign > 0, rows.count)
    size = np.bincount(rows.row, minlength=rows.count)
    covered = counts(rows.row, rests_on_k[rows.cell], rows.count) > 0
    bare = np.flatnonzero(((plus == 0) | (plus == size)) & ~covered & (size > 1))
    wanted = np.isin(rows.row, bare)
    groups: dict[int, list[int]] = {}
    for row, cell in zip(rows.row[wanted].tolist(), rows.cell[wanted].tolist(), strict=True):
        groups.setdefault(row, []).append(cell)
    return tuple(sorted({tuple(sorted(cells)) for cells in groups.values()}))


def _uncovered(rows: Rows, rests_on_k: Bools) -> Rows:
    """Leave out, again and again, rows with a covering cell that stands in no other row: it covers every sum with them."""
    while rows.count:
        cells, place = np.unique(rows.cell, return_inverse=True)
        lonely = (np.bincount(place, minlength=len(cells)) == 1)[place] & rests_on_k[rows.cell]
        if not lonely.any():
            break
        rows = rows.only(counts(rows.row, lonely, rows.count) == 0)
    return rows


def _combined_groups(rows: Rows, rests_on_k: Bools) -> Iterator[Group]:
    listed = as_dictionaries(rows)
    covering = {cell for cell in np.unique(rows.cell).tolist() if rests_on_k[cell]}
    reduced = combinations_without(listed, covering)
    if not reduced:
        return
    yield from _groups_of(reduced)
    candidates = [*listed, *reduced]
    if len(candidates) ** 2 <= _PAIRS_AT_MOST:
        for one, other in combinations(candidates, 2):
            if not one.keys().isdisjoint(other):
                yield from _groups_of(
                    row for row in (_plus(one, other, 1), _plus(one, other, -1)) if covering.isdisjoint(row)
                )


def _groups_of(rows: Iterator[Row] | list[Row]) -> Iterator[Group]:
    for row in rows:
        if len(row) > 1 and (set(row.values()) in ({1}, {-1})):
            yield tuple(sorted(row))


def _plus(one: Row, other: Row, sign: int) -> Row:
    combined = dict(one)
    for cell, value in other.items():
        combined[cell] = combined.get(cell, 0) + sign * value
    return {cell: value for cell, value in combined.items() if value}
