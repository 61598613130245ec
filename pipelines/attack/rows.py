"""The relations as linear rows over the cells that are still open; what is known goes into each row's constant."""

from dataclasses import dataclass

import numpy as np

from pipelines.attack.arrays import TOLERANCE, Bools, Floats, Ints, sums
from pipelines.attack.relations import Kind, Relations


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Rows: sum of sign x cell, plus `constant`, is 0 (`exact`) or at most 0; entries are of open cells only.

    `row`, `cell`, `sign`: one entry each; `constant`, `exact`, `source` (the relation): one for each row.
    A row may be left without entries; it then says nothing.
    """

    row: Ints
    cell: Ints
    sign: Floats
    constant: Floats
    exact: Bools
    source: Ints

    @property
    def count(self) -> int:
        """How many rows there are."""
        return len(self.constant)

    def only(self, chosen: Bools) -> "Rows":
        """Return the chosen rows, numbered anew."""
        number = np.cumsum(chosen, dtype=np.int64) - 1
        entries = chosen[self.row]
        return Rows(
            number[self.row[entries]],
            self.cell[entries],
            self.sign[entries],
            self.constant[chosen],
            self.exact[chosen],
            self.source[chosen],
        )

    def with_known(self, value: Floats) -> "Rows":
        """Move the entries of cells whose `value` is known (not NaN) into the constants."""
        known = ~np.isnan(value[self.cell])
        moved = sums(self.row[known], self.sign[known] * value[self.cell[known]], self.count)
        return Rows(
            self.row[~known],
            self.cell[~known],
            self.sign[~known],
            self.constant + moved,
            self.exact,
            self.source,
        )

    def split(self) -> tuple["Rows", Ints]:
        """Take off the rows without entries: return the others, and the relations whose emptied rows do not hold."""
        filled = np.bincount(self.row, minlength=self.count) > 0
        broken = np.where(self.exact, np.abs(self.constant) > TOLERANCE, self.constant > TOLERANCE) & ~filled
        return self.only(filled), np.unique(self.source[broken])


def linear_rows(relations: Relations) -> Rows:
    """Write relations as rows; one of kind UNION becomes total <= sum(parts), and part <= total for each of its parts."""
    of_entry = relations.of_entry
    union = relations.kinds == Kind.UNION
    is_total = relations.signs < 0
    totals = np.zeros(relations.count, dtype=np.int64)
    totals[of_entry[is_total]] = relations.cells[is_total]
    pairs = np.flatnonzero(union[of_entry] & ~is_total)
    pair_rows = relations.count + np.arange(len(pairs), dtype=np.int64)
    signs = np.where(union[of_entry], -relations.signs, relations.signs).astype(np.float64)
    ones = np.ones(len(pairs), dtype=np.float64)
    return Rows(
        row=np.concatenate((of_entry, pair_rows, pair_rows)),
        cell=np.concatenate((relations.cells, relations.cells[pairs], totals[of_entry[pairs]])),
        sign=np.concatenate((signs, ones, -ones)),
        constant=np.zeros(relations.count + len(pairs)),
        exact=np.concatenate((relations.kinds == Kind.ADDS_UP, np.zeros(len(pairs), dtype=np.bool_))),
        source=np.concatenate((np.arange(relations.count, dtype=np.int64), of_entry[pairs])),
    )


def together(listed: list[Rows]) -> Rows:
    """Put rows behind each other, numbered anew."""
    shifts = np.cumsum([0, *(rows.count for rows in listed[:-1])])
    return Rows(
        np.concatenate([rows.row + shift for rows, shift in zip(listed, shifts, strict=True)]),
        np.concatenate([rows.cell for rows in listed]),
        np.concatenate([rows.sign for rows in listed]),
        np.concatenate([rows.constant for rows in listed]),
        np.concatenate([rows.exact for rows in listed]),
        np.concatenate([rows.source for rows in listed]),
    )
