"""Lines are numbered from 1, none is lost, no byte is lost, and memory is bounded."""

import tracemalloc
from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.weblogs.lines import LineBatch, split_lines

LOG = st.lists(st.sampled_from([b"\n", b"\r\n", b"a", b"line", b"\0", b"long" * 5])).map(b"".join)


def batches_of(data: bytes, chunk: int, batch: int, longest: int) -> list[LineBatch]:
    chunks = (data[start : start + chunk] for start in range(0, len(data), chunk))
    return list(split_lines(chunks, batch_bytes=batch, max_line_bytes=longest, batch_lines=3))


def lines_of(data: bytes) -> list[bytes]:
    lines = data.split(b"\n")
    return lines if lines[-1] else lines[:-1]


@given(LOG, st.integers(1, 50), st.integers(1, 50), st.integers(1, 50))
def test_any_chunking_gives_the_same_bytes_and_the_same_lines(
    data: bytes, chunk: int, batch: int, longest: int
) -> None:
    batches = batches_of(data, chunk, batch, longest)
    assert b"".join(found.raw for found in batches) == data
    expected = lines_of(data)
    assert [line for found in batches for line in found.lines] == [line[:longest] for line in expected]
    too_long = [found.first_line + at for found in batches for at in found.too_long]
    assert too_long == [number for number, line in enumerate(expected, 1) if len(line) > longest]


@given(LOG, st.integers(1, 50), st.integers(1, 50), st.integers(1, 50))
def test_each_batch_knows_its_place(data: bytes, chunk: int, batch: int, longest: int) -> None:
    line, byte = 1, 0
    batches = batches_of(data, chunk, batch, longest)
    for found in batches:
        assert (found.first_line, found.first_byte) == (line, byte)
        assert found.raw
        assert found.raw.count(b"\n") <= 3
        line, byte = line + len(found.lines), byte + len(found.raw)
    for before, after in pairwise(batches):
        assert after.continues == before.unterminated
        assert not before.unterminated or before.too_long == (len(before.lines) - 1,) or before.continues
    if batches:
        assert not batches[0].continues
        assert batches[-1].unterminated == (not data.endswith(b"\n"))


def test_an_empty_file_has_no_lines() -> None:
    assert list(split_lines([])) == []
    assert list(split_lines([b"", b""])) == []


def test_empty_lines_count_and_a_carriage_return_stays() -> None:
    (batch,) = split_lines([b"a\r\n\n\n", b"b"])
    assert batch.lines == [b"a\r", b"", b"", b"b"]
    assert batch.unterminated


def test_a_file_of_newlines_is_read_in_batches_of_few_lines() -> None:
    batches = list(split_lines([b"\n" * 100_000] * 13))
    assert sum(len(batch.lines) for batch in batches) == 1_300_000
    assert max(len(batch.lines) for batch in batches) <= 500_000


@pytest.mark.parametrize(("length", "too_long"), [(10, ()), (11, (0,))])
def test_a_line_of_just_the_allowed_length_is_whole(length: int, too_long: tuple[int, ...]) -> None:
    (batch,) = split_lines([b"x" * length + b"\n"], max_line_bytes=10)
    assert batch.too_long == too_long
    assert batch.lines == [b"x" * 10]


def test_a_line_of_100_megabytes_is_one_line_in_bounded_memory() -> None:
    mebibyte = 1024 * 1024

    def chunks() -> Iterator[bytes]:
        yield b"before\n"
        for _ in range(100):
            yield b"x" * mebibyte
        yield b"\nafter\n"

    tracemalloc.start()
    size, lines, too_long = 0, [], []
    for batch in split_lines(chunks(), batch_bytes=4 * mebibyte, max_line_bytes=mebibyte):
        size += len(batch.raw)
        too_long += [batch.first_line + at for at in batch.too_long]
        lines += [len(line) for line in batch.lines]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert size == 100 * mebibyte + 14
    assert lines == [6, mebibyte, 5]
    assert too_long == [2]
    assert peak < 24 * mebibyte
