"""Files are told by their first bytes, given out as far as they are whole, and stopped when they swell."""

import bz2
import gzip
import io
import random
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from pipelines.weblogs.decompression import DamagedFileError, DecompressionBombError, Limits, decompressed_chunks

MEBIBYTE = 1024 * 1024
OPEN = Limits(max_bytes=2**40, max_ratio=2**40)
LINES = b"".join(b"%d %d\n" % (at, random.Random(at).getrandbits(64)) for at in range(40_000))  # noqa: S311  not a secret


def zstd(data: bytes) -> bytes:
    return zstandard.ZstdCompressor(write_checksum=True).compress(data)


PACKERS: dict[str, Callable[[bytes], bytes]] = {"gzip": gzip.compress, "zstd": zstd, "bzip2": bz2.compress}
each_packer = pytest.mark.parametrize("pack", PACKERS.values(), ids=PACKERS)


def read(folder: Path, content: bytes, limits: Limits = OPEN) -> bytes:
    file = folder / "some.log"
    file.write_bytes(content)
    return b"".join(decompressed_chunks(file, limits))


def read_damaged(folder: Path, content: bytes) -> tuple[bytes, str]:
    file = folder / "some.log"
    file.write_bytes(content)
    found = []
    with pytest.raises(DamagedFileError) as raised:
        for chunk in decompressed_chunks(file, OPEN):
            found.append(chunk)
    return b"".join(found), str(raised.value)


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"a line\n", b"\x1f", b"\x1f\x8b", b"BZ", b"BZhello", b"(\xb5/", LINES]
)
def test_a_plain_file_is_given_as_it_is(tmp_path: Path, content: bytes) -> None:
    assert read(tmp_path, content) == content


@each_packer
@pytest.mark.parametrize("content", [b"", b"\n", LINES], ids=["empty", "newline", "lines"])
def test_a_packed_file_is_given_unpacked_whatever_its_name(
    tmp_path: Path, pack: Callable[[bytes], bytes], content: bytes
) -> None:
    assert read(tmp_path, pack(content)) == content


@each_packer
def test_members_frames_and_streams_in_a_row_are_one_content(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    parts = [LINES[:1000], b"", LINES[1000:300_000], LINES[300_000:]]
    assert read(tmp_path, b"".join(map(pack, parts))) == LINES


def test_many_small_members_are_one_content(tmp_path: Path) -> None:
    assert read(tmp_path, b"".join(gzip.compress(b"%d\n" % at) for at in range(5000))) == b"".join(
        b"%d\n" % at for at in range(5000)
    )


def test_a_skippable_zstd_frame_is_skipped(tmp_path: Path) -> None:
    skippable = b"\x50\x2a\x4d\x18" + (5).to_bytes(4, "little") + b"aside"
    assert read(tmp_path, skippable + zstd(LINES) + skippable + zstd(b"end\n")) == LINES + b"end\n"


@each_packer
def test_only_one_layer_is_undone(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    inner = gzip.compress(LINES, mtime=0)
    assert read(tmp_path, pack(inner)) == inner


@each_packer
def test_a_file_cut_off_gives_what_is_there_and_says_so(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    whole = pack(LINES) + pack(LINES)
    found, message = read_damaged(tmp_path, whole[: len(pack(LINES)) + 40_000 if pack is gzip.compress else -20])
    assert message == "some.log: the compressed data is cut off"
    assert (LINES + LINES).startswith(found)
    assert len(found) >= len(LINES)


def test_a_gzip_file_without_its_last_bytes_gives_every_line(tmp_path: Path) -> None:
    for missing in range(1, 9):
        assert read_damaged(tmp_path, gzip.compress(LINES)[:-missing])[0] == LINES


def test_a_gzip_file_with_a_wrong_checksum_gives_every_line_and_says_so(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(LINES))
    packed[-8] ^= 1
    assert read_damaged(tmp_path, bytes(packed)) == (LINES, "some.log: the compressed data is damaged")


def test_a_gzip_file_damaged_within_gives_what_stands_before(tmp_path: Path) -> None:
    deflate = zlib.compressobj(wbits=31)
    before = deflate.compress(LINES) + deflate.flush(zlib.Z_FULL_FLUSH)
    found, _ = read_damaged(tmp_path, before + b"\xff" * 100)
    assert found == LINES


@pytest.mark.parametrize("pack", [zstd, bz2.compress], ids=["zstd", "bzip2"])
def test_a_damaged_file_never_gives_wrong_bytes_beyond_the_damaged_block(
    tmp_path: Path, pack: Callable[[bytes], bytes]
) -> None:
    first = pack(LINES)
    second = bytearray(pack(LINES))
    second[len(second) // 2] ^= 0xFF
    found, message = read_damaged(tmp_path, first + bytes(second))
    assert message == "some.log: the compressed data is damaged"
    assert found[: len(LINES)] == LINES


@each_packer
@pytest.mark.parametrize("junk", [b"x", b"trailing junk\n", b"\0\0\0x", b"\0" * 100_000 + b"x"])
def test_junk_behind_the_content_is_said_and_the_content_given(
    tmp_path: Path, pack: Callable[[bytes], bytes], junk: bytes
) -> None:
    found, message = read_damaged(tmp_path, pack(LINES) + junk)
    assert found == LINES
    assert message == "some.log: something that is not compressed data follows the compressed data"


def test_zeros_behind_the_content_are_a_tapes_filling(tmp_path: Path) -> None:
    assert read(tmp_path, gzip.compress(LINES) + b"\0" * 100_000) == LINES


@pytest.mark.parametrize("head", [b"\xfd7zXZ\x00rest", b"PK\x03\x04rest", b"\x04\x22\x4d\x18rest"])
def test_a_packing_that_is_not_read_is_refused_not_read_as_lines(tmp_path: Path, head: bytes) -> None:
    found, message = read_damaged(tmp_path, head)
    assert found == b""
    assert "are not read" in message


def bomb(pack: str, megabytes: int) -> bytes:
    """Return zeros, packed without ever holding them."""
    block = bytes(MEBIBYTE)
    if pack == "zstd":
        packed = io.BytesIO()
        with zstandard.ZstdCompressor().stream_writer(packed, closefd=False) as writer:
            for _ in range(megabytes):
                writer.write(block)
        return packed.getvalue()
    packer = zlib.compressobj(9, wbits=31) if pack == "gzip" else bz2.BZ2Compressor()
    return b"".join([packer.compress(block) for _ in range(megabytes)] + [packer.flush()])


@pytest.mark.parametrize("pack", PACKERS)
def test_a_bomb_is_stopped_at_the_limit_of_size_in_bounded_memory(tmp_path: Path, pack: str) -> None:
    file = tmp_path / "bomb"
    file.write_bytes(bomb(pack, 300))
    limit = 50 * MEBIBYTE
    total = 0
    tracemalloc.start()
    with pytest.raises(DecompressionBombError, match="bomb: decompresses to more than"):
        for chunk in decompressed_chunks(file, Limits(limit, 2**40)):
            total += len(chunk)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert limit - 8 * MEBIBYTE < total <= limit
    assert peak < 24 * MEBIBYTE


@pytest.mark.parametrize("pack", PACKERS)
def test_a_bomb_is_stopped_at_the_limit_of_ratio(tmp_path: Path, pack: str) -> None:
    content = bomb(pack, 300)
    assert 300 * MEBIBYTE / len(content) > 1000
    file = tmp_path / "bomb"
    file.write_bytes(content)
    floor, ratio, total = 4 * MEBIBYTE, 100, 0
    with pytest.raises(DecompressionBombError, match="100 times its size"):
        for chunk in decompressed_chunks(file, Limits(2**40, ratio, floor)):
            total += len(chunk)
    assert total <= max(floor, ratio * min(len(content), 64 * 1024 * (1 + total // (64 * 1024 * ratio))))


def test_limits_hold_on_both_sides(tmp_path: Path) -> None:
    content = gzip.compress(LINES)
    assert read(tmp_path, content, Limits(len(LINES), 1000)) == LINES
    with pytest.raises(DecompressionBombError):
        read(tmp_path, content, Limits(len(LINES) - 1, 1000))
    with pytest.raises(DecompressionBombError):
        read(tmp_path, LINES, Limits(len(LINES) - 1, 1000))
    assert read(tmp_path, content, Limits(len(LINES), 1, len(LINES))) == LINES
    with pytest.raises(DecompressionBombError):
        read(tmp_path, content, Limits(len(LINES), 1, len(LINES) - 1))
