"""Sums of hidden cells that are known exactly, though none of the cells is: too few people may stand behind such a sum.

A cell that rests on enough people covers a sum it is in. So what matters are the combinations of relations in which no such cell
is left: mostly there are none, which row reduction in whole numbers shows for certain. Where there are a few, every group they
give away is found; where there are many (more than `_ROWS_AT_MOST` that hang together), those of single rows and of two rows.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import combinations

import numpy as np
from scipy.sparse import csr_array

from pipelines.attack.arrays import Bools, counts
from pipelines.attack.certainty import Certainty
from pipelines.attack.elimination import Row, combinations_without
from pipelines.attack.pairs import groups_of_pairs, handfuls
from pipelines.attack.parts import as_dictionaries, connected_parts, pieces
from pipelines.attack.rows import Rows

Group = tuple[int, ...]

_ROWS_AT_MOST = 8
"""Up to this many combinations that hang together, all their sums are looked at: 255 of them."""


def known_sums(rows: Rows, rests_on_k: Bools, certainty: Certainty) -> tuple[Group, ...]:
    """List groups of two cells or more whose sum the exact rows give away, and which are not sure to rest on k people.

    `rests_on_k` has shape (n,); rows have entries of cells that are open only. Single cells are the intervals' business.
    """
    exact = rows.only(rows.exact)
    found: set[Group] = set()
    for groups in _given_away(exact, rests_on_k):
        unsure = groups[~certainty.rests_on_enough(groups)]
        found.update(_cells_of(unsure))
    return tuple(sorted(found))


def _given_away(rows: Rows, rests_on_k: Bools) -> Iterator[csr_array]:
    """Yield groups by the handful, shape (g, n): a row has a 1 for each of its cells."""
    yield from _plain_groups(rows, rests_on_k)
    left = _uncovered(rows, rests_on_k)
    if left.count:
        parts = connected_parts(left)
        for _, piece in pieces(left, parts, np.ones(parts.count, dtype=np.bool_)):
            yield from _combined_groups(piece, rests_on_k)


def _plain_groups(rows: Rows, rests_on_k: Bools) -> Iterator[csr_array]:
    """Look at each relation as it stands: what is left of it once the shown cells are taken off."""
    plus = counts(rows.row, rows.sign > 0, rows.count)
    size = np.bincount(rows.row, minlength=rows.count)
    covered = counts(rows.row, rests_on_k[rows.cell], rows.count) > 0
    bare = rows.only(((plus == 0) | (plus == size)) & ~covered & (size > 1))
    matrix = csr_array((np.ones(len(bare.row), dtype=np.int64), (bare.row, bare.cell)), (bare.count, len(rests_on_k)))
    yield from handfuls(matrix)


def _uncovered(rows: Rows, rests_on_k: Bools) -> Rows:
    """Leave out, again and again, rows with a covering cell that stands in no other row: it covers every sum with them."""
    while rows.count:
        cells, place = np.unique(rows.cell, return_inverse=True)
        lonely = (np.bincount(place, minlength=len(cells)) == 1)[place] & rests_on_k[rows.cell]
        if not lonely.any():
            break
        rows = rows.only(counts(rows.row, lonely, rows.count) == 0)
    return rows


def _combined_groups(rows: Rows, rests_on_k: Bools) -> Iterator[csr_array]:
    listed = as_dictionaries(rows)
    covering = {cell for cell in np.unique(rows.cell).tolist() if rests_on_k[cell]}
    for reduced in _apart(combinations_without(listed, covering)):
        if len(reduced) <= _ROWS_AT_MOST:
            yield from handfuls(_matrix(_all_groups(reduced), len(rests_on_k)))
        else:
            bare = [row for row in listed if covering.isdisjoint(row)]
            yield from groups_of_pairs(_matrix([*reduced, *bare], len(rests_on_k)))


def _apart(rows: list[Row]) -> list[list[Row]]:
    """Split rows into lists that share no cell."""
    lists: list[tuple[set[int], list[Row]]] = []
    for row in rows:
        near = [one for one in lists if not one[0].isdisjoint(row)]
        lists = [one for one in lists if one[0].isdisjoint(row)]
        lists.append(
            (set(row).union(*(cells for cells, _ in near)), [row, *(other for _, held in near for other in held)])
        )
    return [held for _, held in lists]


def _all_groups(reduced: list[Row]) -> Iterator[Row]:
    """Yield every group that rows in reduced form give away.

    Each row has a cell of its own, in which a group has 0 or 1: so a group is a sum of some of the rows, each divided by its
    coefficient there, and there are no others.
    """
    in_rows = Counter(cell for row in reduced for cell in row)
    own = [next(value for cell, value in row.items() if in_rows[cell] == 1) for row in reduced]
    scaled = [{cell: Fraction(value, of) for cell, value in row.items()} for row, of in zip(reduced, own, strict=True)]
    for size in range(1, len(scaled) + 1):
        for chosen in combinations(scaled, size):
            group = _sum(*chosen)
            if len(group) > 1 and set(group.values()) == {1}:
                yield dict.fromkeys(group, 1)


def _matrix(rows: Iterator[Row] | list[Row], cells: int) -> csr_array:
    """Write rows as a matrix in whole numbers, shape (r, n)."""
    listed = list(rows)
    entries = [(row, cell, value) for row, each in enumerate(listed) for cell, value in each.items()]
    row, cell, value = np.array(entries, dtype=np.int64).reshape(-1, 3).T
    return csr_array((value, (row, cell)), shape=(len(listed), cells))


def _cells_of(groups: csr_array) -> Iterator[Group]:
    for begin, end in zip(groups.indptr[:-1].tolist(), groups.indptr[1:].tolist(), strict=True):
        yield tuple(sorted(groups.indices[begin:end].tolist()))


def _sum(*rows: Mapping[int, Fraction | int]) -> dict[int, Fraction | int]:
    combined: dict[int, Fraction | int] = {}
    for row in rows:
        for cell, value in row.items():
            combined[cell] = combined.get(cell, 0) + value
    return {cell: value for cell, value in combined.items() if value}
