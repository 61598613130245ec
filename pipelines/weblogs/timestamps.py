"""When a request was served, from the ways servers write it."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo

_CLF = re.compile(r"(\d\d)/([A-Z][a-z]{2})/(\d{4}):(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?(?: ([+-])(\d\d):?(\d\d))?")
_ISO = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?")
_NUMBER = re.compile(r"(\d{1,19})(?:\.(\d{1,9}))?")
_MONTHS = {
    name: number
    for number, name in enumerate("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1)  # noqa: SIM905  reads better
}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
# Two days short of year 10000, so that no time zone moves an accepted instant out of the calendar.
_LATEST = (datetime(9999, 12, 30, tzinfo=UTC) - _EPOCH) // _MICROSECOND


def microseconds_of(value: bytes, zone: tzinfo, pattern: str | None = None) -> int | None:
    """Return microseconds since 1970 UTC of a log's time, or None if it is none.

    Reads the common log format's time, ISO 8601, and seconds, milli-, micro- or nanoseconds since 1970 told apart by their
    size; or, if the format has one, the `strptime` `pattern`. `zone` is used only where the time carries no offset.
    """
    try:
        text = value.decode("ascii")
        instant = _by_pattern(text, pattern) if pattern else _by_shape(text)
        if isinstance(instant, datetime):
            aware = instant if instant.tzinfo else instant.replace(tzinfo=zone)
            instant = (aware - _EPOCH) // _MICROSECOND
    except (ValueError, OverflowError):
        return None
    return instant if instant is not None and 0 <= instant <= _LATEST else None


def _by_pattern(text: str, pattern: str) -> datetime:
    return datetime.strptime(text, pattern)  # noqa: DTZ007  the zone is added by the caller where the pattern has none


def _by_shape(text: str) -> datetime | int | None:
    if clf := _CLF.fullmatch(text):
        return _from_clf(clf)
    if _ISO.fullmatch(text):
        return datetime.fromisoformat(text)
    if number := _NUMBER.fullmatch(text):
        return _from_number(number)
    return None


def _from_clf(clf: re.Match[str]) -> datetime:
    day, month, year, hour, minute, second, fraction, sign, offset_hours, offset_minutes = clf.groups()
    zone = None
    if sign:
        offset = timedelta(hours=int(offset_hours), minutes=int(offset_minutes))
        zone = timezone(-offset if sign == "-" else offset)
    if month not in _MONTHS:
        raise ValueError("no such month")
    microsecond = int(fraction.ljust(6, "0")) if fraction else 0
    return datetime(int(year), _MONTHS[month], int(day), int(hour), int(minute), int(second), microsecond, tzinfo=zone)


def _from_number(number: re.Match[str]) -> int:
    whole, fraction = int(number[1]), int((number[2] or "").ljust(9, "0"))
    per_unit, nanoseconds = 1, 1_000_000_000
    while whole >= 10**11 * per_unit and nanoseconds > 1:
        per_unit *= 1000
        nanoseconds //= 1000
    return (whole * nanoseconds + fraction * nanoseconds // 1_000_000_000) // 1000
