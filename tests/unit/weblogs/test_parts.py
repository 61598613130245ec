"""A batch is cut into a part a day without losing a byte, and what does not read back is not accepted."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import DamagedError
from pipelines.weblogs.lines import split_lines
from pipelines.weblogs.parts import cut_by_day, line_numbers, require_readable, require_whole, seal_parts

DAYS = [date(2015, 5, 19), date(2015, 5, 20), date(2015, 5, 21)]
DIGEST = "0123456789abcdef" * 4
LOG = st.lists(st.sampled_from([b"\n", b"one\n", b"two two\n", b"x" * 30 + b"\n"]), max_size=12).map(b"".join)


def array(days: list[date]) -> np.ndarray:
    return np.array([day.isoformat() for day in days], dtype="datetime64[D]")


@given(
    LOG,
    st.sampled_from([b"", b"end", b"y" * 25]),
    st.lists(st.sampled_from(DAYS), min_size=13, max_size=13),
    st.integers(1, 40),
)
def test_the_parts_hold_the_batch_byte_for_byte_and_line_for_line(log, end, days, batch_bytes):
    chunks = [(log + end)[at : at + 5] for at in range(0, len(log + end), 5)]
    taken, before = 0, DAYS[0]
    for batch in split_lines(chunks, batch_bytes=batch_bytes, max_line_bytes=10):
        of_batch = days[taken : taken + len(batch.lines)]
        parts = cut_by_day(batch, array(of_batch), before)
        found = bytearray(len(batch.raw))
        for part in parts:
            raw = part.raw
            for start, stop in part.stretches:
                found[start:stop], raw = raw[: stop - start], raw[stop - start :]
            assert not raw
        assert found == batch.raw
        numbers = {int(n): part.day for part in parts if not part.continues for n in line_numbers(part.runs)}
        assert numbers == {batch.first_line + at: day for at, day in enumerate(of_batch)}
        assert [part.continues for part in parts] == [batch.continues] * bool(parts) + [False] * (len(parts) - 1)
        if batch.continues:
            assert (parts[0].day, parts[0].runs) == (before, [(batch.first_line - 1, 1)])
        taken, before = taken + len(of_batch), of_batch[-1] if of_batch else before


def sealed(intake):
    (batch,) = split_lines([b"first\nsecond\nthird\nfourth"])
    parts = cut_by_day(batch, array([DAYS[0], DAYS[1], DAYS[0], DAYS[2]]), DAYS[0])
    return batch, parts, seal_parts(intake.vault, "web", DIGEST, 1000, parts)


def test_each_part_is_sealed_under_its_days_key_at_its_place(intake):
    batch, parts, segments = sealed(intake)
    assert [(s.day, s.first_line, s.first_byte, s.lines) for s in segments] == [
        (DAYS[0], 1, 1000, 2),
        (DAYS[1], 2, 1006, 1),
        (DAYS[2], 4, 1019, 1),
    ]
    assert len({s.key for s in segments}) == 3
    require_readable(intake.vault, segments, parts, batch.raw)


def test_parts_that_do_not_read_back_as_delivered_are_refused(intake):
    batch, parts, segments = sealed(intake)
    require_whole(parts, batch.raw)
    for raw, some in ((batch.raw + b"x", parts), (batch.raw, parts[1:]), (batch.raw, [*parts, parts[0]])):
        with pytest.raises(DamagedError, match="do not add up"):
            require_whole(some, raw)
    with pytest.raises(DamagedError, match="do not read back"):
        require_readable(intake.vault, segments, parts, batch.raw.replace(b"second", b"SECOND"))
    with pytest.raises(DamagedError):
        require_readable(intake.vault, segments, [parts[0], parts[2], replace(parts[1], day=DAYS[0])], batch.raw)
    path = intake.vault.folder / segments[1].path
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(DamagedError):
        require_readable(intake.vault, segments, parts, batch.raw)


def test_the_numbers_of_runs_are_those_of_their_lines():
    assert line_numbers([(3, 2), (9, 1)]).tolist() == [3, 4, 9]
