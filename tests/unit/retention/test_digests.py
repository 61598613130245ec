"""Lines are known by keyed digests, and by what stands around a time in them."""

import json
from datetime import date

import pytest
from scanning_by_hand import DAY, LINE, OTHER

from pipelines.retention.digests import SHORTEST, Digester, date_texts, lines_of, windows

KEY = bytes(range(32))


def test_a_digest_says_nothing_without_its_key():
    assert Digester(KEY).digest(LINE) == Digester(KEY).digest(LINE)
    assert Digester(KEY).digest(LINE) != Digester(bytes(32)).digest(LINE)
    assert Digester(KEY).digest(LINE) != Digester(KEY).digest(OTHER)


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_key_of_another_length_is_refused(length: int):
    with pytest.raises(ValueError, match="32 bytes"):
        Digester(bytes(length))


def test_a_line_has_a_digest_from_its_shortest_length_on():
    assert [*Digester(KEY).digests([b"x" * (SHORTEST - 1)])] == []
    assert [*Digester(KEY).digests([b"x" * SHORTEST])] == [Digester(KEY).digest(b"x" * SHORTEST)]


def test_lines_are_the_same_with_either_end():
    assert lines_of(b"one\r\ntwo\r\n") == lines_of(b"one\ntwo\n")
    assert lines_of(b"one\rtwo") == [b"one\rtwo"]


@pytest.mark.parametrize(
    "written",
    [LINE, b"\x00\xffa log: " + LINE + b"\x00\x01", json.dumps(LINE.decode()).encode(), LINE.replace(b'"', b'""')],
)
def test_a_line_is_known_by_its_time_however_it_is_embedded(written: bytes):
    dates = date_texts([DAY])
    assert [*windows(LINE, dates)]
    assert {*windows(LINE, dates)} <= {*windows(written, dates)}
    assert not {*windows(OTHER, dates)} & {*windows(written, dates)}


@pytest.mark.parametrize(("day", "is_near"), [(3, False), (4, True), (5, True), (6, True), (7, False)])
def test_a_time_counts_on_the_days_next_to_the_one_that_is_looked_for(day: int, is_near: bool):
    assert bool([*windows(LINE, date_texts([date(2026, 3, day)]))]) == is_near


@pytest.mark.parametrize(
    ("line", "number"),
    [
        (b'{"occurred_at":"2026-03-05T00:05:07+09:00","what":"played","track":"T000000000001","service":"melon"}', 1),
        (b'{"track":"T000000000001","account_key":"AK0000001","what":"played","at":"2026-03-05T00:05:07"}', 1),
        (
            b'{"track":"T000000000001","account_key":"AK0000001","at":"2026-03-05 00:05:07+09:00",'
            b'"what":"played","service":"melon","seconds":214}',
            2,
        ),
        (b'"2026-03-05T00:05:07"', 0),
    ],
)
def test_a_time_in_iso_form_counts_wherever_it_stands_in_the_line(line: bytes, number: int):
    assert len([*windows(line, date_texts([DAY]))]) == number
