"""What a member gave at sign-up, carried beside the row's state until the member leaves: as last delivered, without history."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa

from pipelines.registry.intervals import Interval, Key
from pipelines.registry.screening import is_one_way
from pipelines.registry.tables import VALID_TO, TableSpec
from pipelines.tabular.columns import Column
from pipelines.tabular.values import FaultError, Value, converted

Carried = tuple[Value, ...]
APPROVED, WITHDRAWN = "approved", "withdrawn"


def has_left(row: Mapping[str, Any], until: datetime) -> bool:
    """Say whether a row of `members`, as it stands at the instant `until`, speaks of a member who left.

    Its status says so; or it is approved still but left by then, and did not join again afterwards.
    """
    if row["status"] != APPROVED:
        return bool(row["status"] == WITHDRAWN)
    withdrawn, joined = row["withdrawn_at"], row["joined_at"]
    return withdrawn is not None and withdrawn <= until and (joined is None or joined <= withdrawn)


def carried_values(delivered: Mapping[str, object], spec: TableSpec) -> Carried:
    """Return what is carried of a delivered row. A value that does not fit, or a password in the clear, is left out."""
    return tuple(_value(delivered, column, spec) for column in spec.carried)


def stored_carried(rows: pa.Table, spec: TableSpec) -> dict[Key, Carried]:
    """Return what the stored rows that hold on carry, by key; a column that is carried only since then is null."""
    if not spec.carried:
        return {}
    names = [column.name for column in spec.carried]
    columns = [rows[name].to_pylist() if name in rows.column_names else [None] * len(rows) for name in names]
    keys = zip(*(rows[name].to_pylist() for name in spec.key), strict=True)
    carried = zip(*columns, strict=True)
    rows_on = zip(keys, carried, rows[VALID_TO].to_pylist(), strict=True)
    return {key: values for key, values, end in rows_on if end is None}


def carried_on(
    intervals: Iterable[Interval], before: Mapping[Key, Carried], delivered: Mapping[Key, Carried], spec: TableSpec
) -> dict[Key, Carried]:
    """Return what each row that holds on carries now: as delivered, or as before when it could not be read.

    A row that says that the member left may have been emptied: what it lacks is as it was before.
    """
    nothing: Carried = (None,) * len(spec.carried)
    names = [column.name for column in spec.columns]
    now: dict[Key, Carried] = {}
    for row in intervals:
        if row.valid_to is None:
            old, new = before.get(row.key, nothing), delivered.get(row.key)
            values = old if new is None else new
            if new is not None and None in new and _may_be_emptied(dict(zip(names, row.state, strict=True))):
                values = tuple(was if value is None else value for value, was in zip(new, old, strict=True))
            now[row.key] = values
    return now


def _may_be_emptied(row: Mapping[str, object]) -> bool:
    return row["status"] == WITHDRAWN or row["withdrawn_at"] is not None


def _value(delivered: Mapping[str, object], column: Column, spec: TableSpec) -> Value:
    try:
        value = converted(column, delivered.get(column.name))
    except FaultError:
        return None
    if column.name in spec.screen.passwords and not (isinstance(value, str) and is_one_way(value)):
        return None
    return value


def columns_of(intervals: Sequence[Interval], carried: Mapping[Key, Carried], spec: TableSpec) -> list[Sequence[Value]]:
    """Return the carried columns of a table of `intervals`: nothing in the rows that no longer hold."""
    nothing: Carried = (None,) * len(spec.carried)
    rows = [carried.get(row.key, nothing) if row.valid_to is None else nothing for row in intervals]
    return list(zip(*rows, strict=True)) or [()] * len(spec.carried)
