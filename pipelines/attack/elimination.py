"""Row reduction in whole numbers, exact: rows are columns to coefficients, without zeros."""

from collections.abc import Iterable, Set
from math import gcd
from typing import TypeAlias

Row: TypeAlias = dict[int, int]
CONSTANT = -1
"""The column of what is no cell; a row with nothing else says 0 = 1."""


def independent(rows: Iterable[Row]) -> list[bool]:
    """Say of each row, in order, whether it says something that no combination of those before it says."""
    basis: dict[int, Row] = {}
    answers = []
    for row in rows:
        rest = dict(row)
        while rest and (pivot := next((column for column in rest if column in basis), None)) is not None:
            rest = _cancel(rest, basis[pivot], pivot)
        if rest:
            pivot = next((column for column in rest if column != CONSTANT), CONSTANT)
            for column, other in basis.items():
                if pivot in other:
                    basis[column] = _cancel(other, rest, pivot)
            basis[pivot] = rest
        answers.append(bool(rest))
    return answers


def combinations_without(rows: Iterable[Row], columns: Set[int]) -> list[Row]:
    """Return a basis, in reduced form, of all combinations of `rows` in which none of `columns` is left."""
    left = [dict(row) for row in rows]
    while True:
        held = [row for row in left if not columns.isdisjoint(row)]
        if not held:
            return _reduced(left)
        shortest = min(held, key=len)
        pivot = min(
            (column for column in shortest if column in columns), key=lambda column: sum(column in row for row in held)
        )
        left = [_cancel(row, shortest, pivot) if pivot in row else row for row in left if row is not shortest]
        left = [row for row in left if row]


def _reduced(rows: list[Row]) -> list[Row]:
    done: list[Row] = []
    while rows:
        row = min(rows, key=len)
        pivot = next(iter(row))
        rows = [_cancel(other, row, pivot) if pivot in other else other for other in rows if other is not row]
        rows = [other for other in rows if other]
        done = [_cancel(other, row, pivot) if pivot in other else other for other in done]
        done.append(row)
    return done


def _cancel(row: Row, by: Row, pivot: int) -> Row:
    """Combine `row` with `by` so that column `pivot` is gone, and divide by what all coefficients share."""
    ours, theirs = row[pivot], by[pivot]
    shared = gcd(ours, theirs)
    times, take = theirs // shared, ours // shared
    combined = {column: times * value for column, value in row.items()}
    for column, value in by.items():
        combined[column] = combined.get(column, 0) - take * value
    combined = {column: value for column, value in combined.items() if value}
    divisor = gcd(*combined.values())
    return {column: value // divisor for column, value in combined.items()} if divisor > 1 else combined
