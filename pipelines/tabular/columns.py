"""A declared column of a delivered table, and what may be said of one that is not declared."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pyarrow as pa

from pipelines.policy.datasets import Dataset, FieldType

_ARROW_TYPES: Mapping[FieldType, pa.DataType] = {
    "text": pa.string(),
    "integer": pa.int32(),
    "bigint": pa.int64(),
    "double": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "instant": pa.timestamp("us", "UTC"),
}
_PLAIN_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,62}")


@dataclass(frozen=True)
class Column:
    """A stored column; `values` are the only ones allowed, if it lists any."""

    name: str
    type: FieldType
    is_nullable: bool
    values: frozenset[str] = frozenset()

    @property
    def arrow_field(self) -> pa.Field:
        """The column as it is stored; nullable, since rows from before it was declared have nothing in it."""
        return pa.field(self.name, _ARROW_TYPES[self.type])


def stored_columns(dataset: Dataset) -> tuple[Column, ...]:
    """Return the columns of `dataset` that are stored, in order: all but those of action `drop`."""
    return tuple(
        Column(name, field.type, field.nullable, frozenset(field.values))
        for name, field in dataset.fields.items()
        if field.action != "drop"
    )


def sensitive_category(column: str, sensitive: Mapping[str, Iterable[str]]) -> str | None:
    """Return the sensitive category that a column's name betrays (clause collect.no-sensitive), or None."""
    words = "_" + re.sub(r"[^a-z0-9]+", "_", column.lower()) + "_"
    return next((c for c, betrayals in sensitive.items() if any(f"_{w}_" in words for w in betrayals)), None)


def reportable(column: str) -> str:
    """Return a delivered column's name if it looks like one; a file without a header has people's data in its place."""
    return column if _PLAIN_NAME.fullmatch(column) else "(no plain name)"
