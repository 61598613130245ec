"""Delivered values become the declared types; what does not fit is a fault that shows no value."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.tabular.columns import Column
from pipelines.tabular.values import FaultError, converted

NOON = datetime(2015, 5, 20, 3, tzinfo=UTC)
NAIVE_NOON = datetime(2015, 5, 20, 12)  # noqa: DTZ001 - as a database without zones has it


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("text", "가", "가"), ("text", 17, "17"), ("text", "", None), ("text", None, None),
        ("integer", "-7", -7), ("integer", 7, 7), ("integer", "2147483647", 2147483647),
        ("bigint", "9223372036854775807", 9223372036854775807), ("double", "1.5", 1.5), ("double", 2, 2.0),
        ("boolean", "TRUE", True), ("boolean", "0", False), ("boolean", True, True), ("boolean", 1, True),
        ("date", "2015-05-20", date(2015, 5, 20)), ("date", date(2015, 5, 20), date(2015, 5, 20)),
        ("date", datetime(2015, 5, 19, 15, tzinfo=UTC), date(2015, 5, 20)),
        ("instant", "2015-05-20T12:00:00+09:00", NOON), ("instant", "2015-05-20T03:00:00Z", NOON),
        ("instant", "2015-05-20 12:00:00", NOON), ("instant", NAIVE_NOON, NOON), ("instant", NOON, NOON),
        ("instant", "2015-05-20", datetime(2015, 5, 19, 15, tzinfo=UTC)),
        ("instant", date(2015, 5, 20), datetime(2015, 5, 19, 15, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_a_value_becomes_its_declared_type(kind: str, value: object, expected: object) -> None:
    result = converted(Column("c", kind, is_nullable=True), value)
    assert result == expected
    assert type(result) is type(expected)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("text", True), ("text", 1.5), ("text", ["kim"]), ("text", {"a": 1}), ("text", "\udcff"), ("text", b"kim"),
        ("integer", "kim"), ("integer", "2147483648"), ("integer", 2**31), ("integer", True), ("integer", "1.0"),
        ("integer", " 1"), ("bigint", 2**63), ("double", "nan"), ("double", "inf"), ("double", True),
        ("boolean", "yes"), ("boolean", 2), ("date", "20.05.2015"), ("date", "0000-00-00"), ("date", "1899-12-31"),
        ("date", 20150520), ("instant", "kim"), ("instant", "0001-01-01"), ("instant", "9999-12-31T23:59:59Z"),
        ("instant", 1432123456),
    ],
)  # fmt: skip
def test_a_value_that_does_not_fit_is_a_fault_without_the_value(kind: str, value: object) -> None:
    with pytest.raises(FaultError) as fault:
        converted(Column("c", kind, is_nullable=True), value)
    assert str(fault.value) == f"c: not a value of type {kind}"
    assert fault.value.__suppress_context__


def test_a_missing_value_is_a_fault_only_where_one_is_needed() -> None:
    assert converted(Column("c", "text", is_nullable=True), None) is None
    for nothing in (None, ""):
        with pytest.raises(FaultError, match=r"^c: missing$"):
            converted(Column("c", "text", is_nullable=False), nothing)


def test_only_declared_values_pass_where_they_are_listed() -> None:
    column = Column("status", "text", is_nullable=True, values=frozenset({"approved"}))
    assert converted(column, "approved") == "approved"
    with pytest.raises(FaultError, match=r"^status: not one of the declared values$"):
        converted(column, "Kim Min-su")


ANYTHING = st.one_of(
    st.none(), st.text(), st.integers(), st.floats(), st.booleans(), st.datetimes(), st.dates(), st.binary()
)


@given(st.sampled_from(["text", "integer", "bigint", "double", "boolean", "date", "instant"]), ANYTHING)
def test_any_value_is_converted_or_a_fault(kind: str, value: object) -> None:
    try:
        result = converted(Column("c", kind, is_nullable=True), value)
    except FaultError:
        return
    wanted = {"text": str, "integer": int, "bigint": int, "double": float, "boolean": bool, "date": date}
    assert result is None or isinstance(result, wanted.get(kind, datetime))
