"""Which fields of a log line may go on, by the policy: what it does not name for statistics stays in the vault.

Clauses `collect.minimum` and `purpose.statistics`.
"""

from collections.abc import Mapping, Sequence

import pyarrow as pa

from pipelines.errors import CheckFailedError

LINE_COLUMNS: Mapping[str, Sequence[str]] = {
    "time": ("occurred_at",),
    "client_address": ("client_address",),
    "cookie": ("member_login", "cookie_state"),
    "method": ("method",),
    "target": ("target",),
    "status": ("status",),
    "bytes_sent": ("bytes_sent",),
    "referrer": ("referrer",),
    "user_agent": ("user_agent",),
}
"""The columns of a read line that speak of each field; a field that is not here never leaves the reader."""


def allowed_lines(lines: pa.Table, fields: Mapping[str, object]) -> pa.Table:
    """Keep of `lines` only the columns whose field is in `fields`; the others become null, so that they cannot be used."""
    allowed = {column for field in fields for column in LINE_COLUMNS.get(field, ())}
    columns = {}
    for column in (name for names in LINE_COLUMNS.values() for name in names):
        kind = lines.schema.field(column).type
        columns[column] = lines[column] if column in allowed else pa.nulls(len(lines), kind)
    return pa.table(columns)


def require_declared(columns: Sequence[str], declared: Sequence[str]) -> None:
    """Raise CheckFailedError unless `columns` are exactly the `declared` ones, in any order."""
    undeclared = sorted(set(columns) - set(declared))
    missing = sorted(set(declared) - set(columns))
    if undeclared or missing:
        faults = f"undeclared {', '.join(undeclared) or 'none'}; missing {', '.join(missing) or 'none'}"
        raise CheckFailedError(f"events do not match the policy: {faults}")
