"""Only fields the policy names for statistics go on; a column nobody declared stops the step."""

from datetime import UTC, datetime

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import CheckFailedError
from pipelines.privacy.field_rules import LINE_COLUMNS, allowed_lines, require_declared
from pipelines.weblogs.columns import BINARY
from pipelines.weblogs.reading import SCHEMA

VALUES = {
    "position": 0,
    "occurred_at": datetime(2015, 5, 20, tzinfo=UTC),
    "status": 200,
    "bytes_sent": 5,
    "other_cookies": 1,
}
ROW = {f.name: VALUES.get(f.name, b"bytes" if f.type == BINARY else "text") for f in SCHEMA}
LINES = pa.table({f.name: pa.array([ROW[f.name]]).cast(f.type) for f in SCHEMA})


@given(st.sets(st.sampled_from(sorted(LINE_COLUMNS))))
def test_only_the_columns_of_allowed_fields_have_values(fields):
    kept = {column for field in fields for column in LINE_COLUMNS[field]}
    lines = allowed_lines(LINES, dict.fromkeys(fields))
    assert len(lines) == 1
    for column in lines.column_names:
        assert (lines[column].null_count == 0) == (column in kept), column
        assert lines.schema.field(column).type == SCHEMA.field(column).type


def test_the_columns_of_fields_that_are_never_needed_are_not_even_there():
    lines = allowed_lines(LINES, dict.fromkeys([*LINE_COLUMNS, "forwarded_for", "request", "host", "protocol"]))
    assert not {"cookie", "forwarded_for", "request", "host", "protocol", "other_cookies", "position"} & set(
        lines.column_names
    )


@pytest.mark.parametrize("columns", [["a", "b"], ["b", "a"]])
def test_the_declared_columns_in_any_order_pass(columns):
    require_declared(columns, ["a", "b"])


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (["a", "b", "raw"], "undeclared raw; missing none"),
        (["a"], "undeclared none; missing b"),
        ([], "undeclared none; missing a, b"),
    ],
)
def test_any_other_columns_stop_the_step(columns, message):
    with pytest.raises(CheckFailedError, match=message):
        require_declared(columns, ["a", "b"])
