"""A record at rest: one JSON object a line, with the kept columns alone, in the policy's order; instants in UTC."""

import io
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime

import pyarrow as pa
import pyarrow.json as pj

from pipelines.errors import DamagedError
from pipelines.records.specs import RecordSpec
from pipelines.tabular.reading import RawRow
from pipelines.tabular.values import FaultError, Value, converted


def read_row(row: RawRow, spec: RecordSpec) -> dict[str, Value]:
    """Return the kept columns of a delivered row. Raises FaultError, which names the column and no value."""
    if row.values is None:
        raise FaultError(row.fault or "cannot be read")
    return {column.name: converted(column, row.values.get(column.name)) for column in spec.columns}


def row_line(values: Mapping[str, Value]) -> bytes:
    """Return a row as its line at rest, newline included."""
    return json.dumps(dict(values), default=_text, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"


def read_lines(contents: Iterable[bytes], spec: RecordSpec, what: str) -> pa.Table:
    """Return the rows of `contents`, lines at rest, as a table of the spec's schema. Raises DamagedError, naming `what`."""
    data = b"".join(contents)
    if not data:
        return spec.schema.empty_table()
    # A column that is no longer declared is passed over; one that was declared since is null.
    options = pj.ParseOptions(explicit_schema=spec.schema, unexpected_field_behavior="ignore")
    try:
        return pj.read_json(io.BytesIO(data), parse_options=options)
    except pa.ArrowException:
        raise DamagedError(f"{what}: not the rows that were sealed") from None


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError
