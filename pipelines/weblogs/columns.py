"""Columns of a batch: dictionary-encoded, so that each distinct value is worked on once."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

BINARY = pa.dictionary(pa.int32(), pa.binary())
TEXT = pa.dictionary(pa.int32(), pa.string())


def encoded(slabs: Sequence[pa.Array]) -> pa.DictionaryArray:
    """Return the slabs of one column as one dictionary-encoded array."""
    if not slabs:
        return pa.array([], pa.binary()).dictionary_encode()
    column = pa.chunked_array(slabs).dictionary_encode().combine_chunks()
    return column.chunk(0) if isinstance(column, pa.ChunkedArray) else column


def distinct(column: pa.DictionaryArray) -> list[Any]:
    """Return the distinct values of a column, in the order of its dictionary."""
    values: list[Any] = column.dictionary.to_pylist()
    return values


def spread(values: Sequence[object], kind: pa.DataType, column: pa.DictionaryArray) -> pa.Array:
    """Return the column with its n-th distinct value replaced by `values[n]`; null stays null.

    A dictionary kind is encoded again: what was distinct as written may be one value now, and a null is no value.
    """
    if not pa.types.is_dictionary(kind):
        return pa.array(values, kind).take(column.indices)
    again = pa.array(values, kind.value_type).dictionary_encode()
    return pa.DictionaryArray.from_arrays(again.indices.take(column.indices), again.dictionary)


def mapped(column: pa.DictionaryArray, convert: Callable[[Any], object], kind: pa.DataType) -> pa.Array:
    """Return the column with `convert` applied to each distinct value; null stays null."""
    return spread([convert(value) for value in distinct(column)], kind, column)


def paired(first: pa.DictionaryArray, second: pa.DictionaryArray) -> tuple[list[tuple[Any, Any]], pa.Array]:
    """Return the distinct pairs of two columns' values (null as None), and for each row the index of its pair."""
    left, right = ([*distinct(column), None] for column in (first, second))
    codes = _codes(first, len(left) - 1) * len(right) + _codes(second, len(right) - 1)
    pairs, rows = np.unique(codes, return_inverse=True)
    return [(left[code // len(right)], right[code % len(right)]) for code in pairs.tolist()], pa.array(rows, pa.int32())


def _codes(column: pa.DictionaryArray, null: int) -> "np.ndarray[Any, np.dtype[np.int64]]":
    codes: np.ndarray[Any, np.dtype[np.int64]] = column.indices.fill_null(null).to_numpy().astype(np.int64)
    return codes


def first_known(first: pa.DictionaryArray, second: pa.DictionaryArray | None) -> pa.DictionaryArray:
    """Return `first`, its nulls filled from `second`."""
    if second is None or not first.null_count:
        return first
    return pc.coalesce(first.dictionary_decode(), second.dictionary_decode()).dictionary_encode()


def nulls(length: int, kind: pa.DataType) -> pa.Array:
    """Return a column of nulls."""
    if pa.types.is_dictionary(kind):
        return pa.nulls(length, kind.value_type).dictionary_encode().cast(kind)
    return pa.nulls(length, kind)
