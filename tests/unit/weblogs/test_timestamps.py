"""A log's time becomes one instant, or none."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.weblogs.timestamps import microseconds_of

SEOUL = ZoneInfo("Asia/Seoul")
HALF_PAST = 1_431_857_103


@pytest.mark.parametrize(
    ("text", "microseconds"),
    [
        (b"17/May/2015:10:05:03 +0000", HALF_PAST * 1_000_000),
        (b"17/May/2015:19:05:03 +0900", HALF_PAST * 1_000_000),
        (b"17/May/2015:05:35:03 -0430", HALF_PAST * 1_000_000),
        (b"17/May/2015:19:05:03", HALF_PAST * 1_000_000),
        (b"17/May/2015:10:05:03.25 +0000", HALF_PAST * 1_000_000 + 250_000),
        (b"2015-05-17T10:05:03+00:00", HALF_PAST * 1_000_000),
        (b"2015-05-17T10:05:03Z", HALF_PAST * 1_000_000),
        (b"2015-05-17 19:05:03.000001", HALF_PAST * 1_000_000 + 1),
        (b"2015-05-17T10:05:03.123456789Z", HALF_PAST * 1_000_000 + 123_456),
        (b"1431857103", HALF_PAST * 1_000_000),
        (b"1431857103.262", HALF_PAST * 1_000_000 + 262_000),
        (b"1431857103262", HALF_PAST * 1_000_000 + 262_000),
        (b"1431857103262.5", HALF_PAST * 1_000_000 + 262_500),
        (b"1431857103262001", HALF_PAST * 1_000_000 + 262_001),
        (b"1431857103262001999", HALF_PAST * 1_000_000 + 262_001),
        (b"0", 0),
    ],
)
def test_a_time_is_read_in_each_way_servers_write_it(text: bytes, microseconds: int) -> None:
    assert microseconds_of(text, SEOUL) == microseconds


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"-",
        b"17/Mai/2015:10:05:03 +0000",
        b"32/May/2015:10:05:03 +0000",
        b"29/Feb/2015:10:05:03 +0000",
        b"17/May/2015:24:00:00 +0000",
        b"17/May/2015:10:05:03 +2400",
        b"17/May/2015:10:05:03 +0000 ",
        b"17/May/0000:10:05:03 +0000",
        b"01/Jan/0001:00:00:00 +0900",
        b"31/Dec/9999:23:59:59 -2359",
        b"31/Dec/1969:23:59:59 +0000",
        b"2015-05-17",
        b"2015-W20-7",
        b"20150517T100503Z",
        b"2015-13-17T10:05:03Z",
        b"99999999999999999999",
        b"1.5e9",
        b"-5",
        b"\xff\xfe",
        "１４３１８５７１０３".encode(),
    ],
)
def test_what_is_no_time_is_none(text: bytes) -> None:
    assert microseconds_of(text, SEOUL) is None


def test_the_zone_counts_only_where_the_time_has_no_offset() -> None:
    new_york = ZoneInfo("America/New_York")
    assert microseconds_of(b"17/May/2015:10:05:03 +0000", new_york) == microseconds_of(
        b"17/May/2015:10:05:03 +0000", UTC
    )
    assert microseconds_of(b"17/May/2015:06:05:03", new_york) == HALF_PAST * 1_000_000


def test_a_pattern_of_the_formats_own_is_read() -> None:
    assert microseconds_of(b"17.05.2015 19:05:03", SEOUL, "%d.%m.%Y %H:%M:%S") == HALF_PAST * 1_000_000
    assert microseconds_of(b"17/05/2015", SEOUL, "%d.%m.%Y") is None


@given(
    st.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1)),  # noqa: DTZ001  the offset is drawn beside it
    st.integers(-14 * 60, 14 * 60),
)
def test_every_way_of_writing_gives_the_same_instant(wall: datetime, offset: int) -> None:
    instant = wall.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=offset)))
    expected = int(instant.timestamp()) * 1_000_000
    clf = instant.strftime("%d/%b/%Y:%H:%M:%S %z").encode()
    assert microseconds_of(clf, SEOUL) == expected
    assert microseconds_of(instant.isoformat().encode(), SEOUL) == expected
