"""Delivered values, text or typed, become what the policy declares; a value that does not fit is a fault, never shown."""

import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time

from pipelines.clock import SEOUL
from pipelines.policy.datasets import FieldType
from pipelines.tabular.columns import Column

Value = str | int | float | bool | date | datetime | None

FIRST_YEAR, LAST_YEAR = 1900, 9998
"""Years a date may have; outside of them stand placeholders (0001-01-01, 9999-12-31), not days of anybody's life."""

_INTEGER = re.compile(r"[+-]?[0-9]{1,19}")
_TRUTHS = {"true": True, "1": True, "false": False, "0": False}


class FaultError(ValueError):
    """Why a value cannot be taken; the message names the column and no value."""


def converted(column: Column, value: object) -> Value:
    """Return `value` as the column's type: text, int, float, bool, date, or an aware UTC instant.

    The empty text is None. An instant without an offset, and a day where an instant is wanted, are read in Asia/Seoul.
    Raises FaultError.
    """
    if value is None or value == "":
        if not column.is_nullable:
            raise FaultError(f"{column.name}: missing")
        return None
    try:
        result = _CONVERTERS[column.type](value)
    except (ValueError, TypeError, OverflowError):
        raise FaultError(f"{column.name}: not a value of type {column.type}") from None
    if column.values and result not in column.values:
        raise FaultError(f"{column.name}: not one of the declared values")
    return result


def _text(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise TypeError
    # Bytes that are not UTF-8 were read as lone surrogates, which no encoding takes.
    value.encode()
    return value


def _integer(bits: int) -> Callable[[object], int]:
    def convert(value: object) -> int:
        if isinstance(value, str) and _INTEGER.fullmatch(value):
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool) or not -(2 ** (bits - 1)) <= value < 2 ** (bits - 1):
            raise ValueError
        return value

    return convert


def _double(value: object) -> float:
    if not isinstance(value, str | int | float) or isinstance(value, bool) or not math.isfinite(number := float(value)):
        raise ValueError
    return number


def _boolean(value: object) -> bool:
    truth = value if isinstance(value, bool) else _TRUTHS.get(str(value).lower())
    if truth is None:
        raise ValueError
    return truth


def _date(value: object) -> date:
    if isinstance(value, datetime):
        day = value.astimezone(SEOUL).date() if value.tzinfo else value.date()
    else:
        day = value if isinstance(value, date) else date.fromisoformat(_iso(value))
    return _in_range(day)


def _instant(value: object) -> datetime:
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time(), SEOUL)
    instant = value if isinstance(value, datetime) else datetime.fromisoformat(_iso(value))
    _in_range(instant)
    return (instant if instant.tzinfo else instant.replace(tzinfo=SEOUL)).astimezone(UTC)


def _iso(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _in_range(day: date) -> date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError
    return day


_CONVERTERS: Mapping[FieldType, Callable[[object], Value]] = {
    "text": _text,
    "integer": _integer(32),
    "bigint": _integer(64),
    "double": _double,
    "boolean": _boolean,
    "date": _date,
    "instant": _instant,
}
