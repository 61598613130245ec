"""Rows of tables as bytes that do not depend on the file they lie in: values in the order of their columns' names."""

from collections.abc import Iterable, Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc

SEPARATOR = "\x1f"
BATCH_ROWS = 16_384


def row_text(columns: Sequence[str], row: Sequence[object]) -> bytes:
    """Return a row in the form `row_texts` gives it; a value of a column without a name counts as of the name ''."""
    names = [*columns, *[""] * (len(row) - len(columns))]
    pairs = sorted(zip(names, row, strict=False), key=lambda pair: pair[0])
    return SEPARATOR.join(_text(value) for _, value in pairs).encode(errors="surrogateescape")


def row_texts(batch: pa.RecordBatch | pa.Table) -> list[bytes]:
    """Return every row: its values as text (instants in UTC, to the microsecond; null is empty), by column name."""
    columns = [_texts(batch.column(name)) for name in sorted(batch.schema.names)]
    if not columns:
        return []
    joined = pc.binary_join_element_wise(*columns, SEPARATOR, null_handling="replace", null_replacement="")
    return [text.encode() for text in joined.to_pylist()]


def value_texts(batch: pa.RecordBatch) -> Iterator[bytes]:
    """Yield the distinct values of the columns of text, one a line."""
    for column in batch.columns:
        plain = column.dictionary_decode() if pa.types.is_dictionary(column.type) else column
        if pa.types.is_string(plain.type) or pa.types.is_large_string(plain.type):
            found = pc.unique(plain).drop_null()
            if len(found):
                yield "\n".join(found.to_pylist()).encode() + b"\n"
        elif pa.types.is_nested(plain.type):
            yield "\n".join(_strings(plain.to_pylist())).encode() + b"\n"


def blobs(batch: pa.RecordBatch) -> Iterator[bytes]:
    """Yield the distinct values of the columns of bytes, each a content of its own."""
    for column in batch.columns:
        if pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type):
            yield from pc.unique(column).drop_null().to_pylist()


def _texts(column: pa.Array) -> pa.Array:
    kind = column.type
    if pa.types.is_timestamp(kind):
        column = column.cast(pa.timestamp("us", kind.tz), safe=False).cast(pa.timestamp("us"))
    elif pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_nested(kind):
        return pa.array([_text(value) for value in column.to_pylist()], pa.string())
    return column.cast(pa.string())


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bytes):
        return value.hex()
    return value if isinstance(value, str) else str(value)


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    inner: Iterable[object] = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for each in inner:
        yield from _strings(each)
