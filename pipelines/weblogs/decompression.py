"""Delivered files as bytes, whatever they are packed in, within limits of size and ratio.

What a file is packed in is told by its first bytes, never by its name. One layer is undone: a gzip file within a gzip file comes
out as a gzip file. Several members, frames or streams in one file are one content, as gzip, zstd and bzip2 themselves hold.
"""

import bz2
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

import zstandard

from pipelines.errors import InputError

CHUNK = 256 * 1024
_READ = 64 * 1024
# zstandard's incremental interface has no limit on its output. A block of four bytes makes at most 128 KiB, so that this many
# bytes make at most 8 MiB at a time.
_ZSTD_READ = 256
_ZSTD_WINDOW = 128 * 1024 * 1024


class DecompressionBombError(InputError):
    """A file decompresses to more than the limits allow."""


class DamagedFileError(InputError):
    """A file's compression is broken, cut off, followed by something else, or of a kind that is not read."""


class CorruptFileError(DamagedFileError):
    """A file's compressed bytes were changed: what was decoded of it may never have been written so."""


@dataclass(frozen=True)
class Limits:
    """Bounds on what one file may decompress to; the ratio counts from `ratio_floor_bytes` on. Plain files count as ratio 1."""

    max_bytes: int
    max_ratio: float
    ratio_floor_bytes: int = 16 * 1024 * 1024

    def check(self, delivered: int, decompressed: int) -> None:
        """Raise DecompressionBombError if so many bytes may not come out of so many."""
        if decompressed > self.max_bytes:
            raise DecompressionBombError(f"decompresses to more than {self.max_bytes} bytes")
        if decompressed > self.ratio_floor_bytes and decompressed > self.max_ratio * delivered:
            raise DecompressionBombError(f"decompresses to more than {self.max_ratio:g} times its size")


class _Member(Protocol):
    """One gzip member, zstd frame or bzip2 stream."""

    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def feed(self, data: bytes) -> Iterator[bytes]: ...


class _GzipMember:
    def __init__(self) -> None:
        self._inflate = zlib.decompressobj(wbits=31)

    @property
    def eof(self) -> bool:
        return self._inflate.eof

    @property
    def unused_data(self) -> bytes:
        return self._inflate.unused_data

    def feed(self, data: bytes) -> Iterator[bytes]:
        while True:
            before = self._inflate.copy()
            try:
                chunk = self._inflate.decompress(data, CHUNK)
            except zlib.error:
                self._inflate = before
                yield from self._up_to_the_damage(data)
                raise
            yield chunk
            data = self._inflate.unconsumed_tail
            if self._inflate.eof or (not data and len(chunk) < CHUNK):
                return

    def _up_to_the_damage(self, data: bytes) -> Iterator[bytes]:
        """Yield what comes out byte by byte: zlib gives nothing of a call in which it meets damage."""
        found = bytearray()
        for byte in data:
            try:
                found += self._inflate.decompress(bytes((byte,)))
            except zlib.error:
                break
            if len(found) >= CHUNK:
                yield bytes(found)
                found.clear()
        yield bytes(found)


class _Bzip2Member:
    def __init__(self) -> None:
        self._expand = bz2.BZ2Decompressor()

    @property
    def eof(self) -> bool:
        return self._expand.eof

    @property
    def unused_data(self) -> bytes:
        return self._expand.unused_data

    def feed(self, data: bytes) -> Iterator[bytes]:
        yield self._expand.decompress(data, CHUNK)
        while not (self._expand.eof or self._expand.needs_input):
            yield self._expand.decompress(b"", CHUNK)


class _ZstdFrame:
    def __init__(self) -> None:
        self._expand = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).decompressobj()
        self._rest = b""

    @property
    def eof(self) -> bool:
        return self._expand.eof

    @property
    def unused_data(self) -> bytes:
        return self._expand.unused_data + self._rest

    def feed(self, data: bytes) -> Iterator[bytes]:
        for start in range(0, len(data), _ZSTD_READ):
            yield self._expand.decompress(data[start : start + _ZSTD_READ])
            if self._expand.eof:
                self._rest = data[start + _ZSTD_READ :]
                return


_ZSTD_SKIPPABLE = tuple(bytes((0x50 + at, 0x2A, 0x4D, 0x18)) for at in range(16))
_KINDS: tuple[tuple[tuple[bytes, ...], Callable[[], _Member]], ...] = (
    ((b"\x1f\x8b\x08",), _GzipMember),
    ((b"\x28\xb5\x2f\xfd", *_ZSTD_SKIPPABLE), _ZstdFrame),
    (tuple(b"BZh%d" % level + mark for level in range(1, 10) for mark in (b"1AY&SY", b"\x17rE8P\x90")), _Bzip2Member),
)
_UNREAD = {
    b"\xfd7zXZ\x00": "xz",
    b"PK\x03\x04": "zip",
    b"\x1f\x9d": "compress",
    b"\x04\x22\x4d\x18": "lz4",
    b"7z\xbc\xaf\x27\x1c": "7z",
}
_LONGEST_MAGIC = 10


def decompressed_chunks(path: Path, limits: Limits) -> Iterator[bytes]:
    """Yield the content of a plain, gzip, zstd or bzip2 file in chunks of at most a few MiB.

    Raises DecompressionBombError before yielding a byte more than `limits` allow, and DamagedFileError, naming the file, after
    yielding what could be decoded (of a damaged bzip2 or zstd file, up to the block before the damage).
    """
    with path.open("rb") as file:
        delivered = _Delivered(file)
        total = 0
        try:
            for chunk in _content(delivered):
                total += len(chunk)
                limits.check(delivered.count, total)
                if chunk:
                    yield chunk
        except DecompressionBombError as cause:
            raise DecompressionBombError(f"{path.name}: {cause}") from None
        except DamagedFileError as cause:
            raise type(cause)(f"{path.name}: {cause}") from None


class _Delivered:
    """A file that counts what was read of it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.count = 0

    def read(self, size: int = _READ) -> bytes:
        data = self._file.read(size)
        self.count += len(data)
        return data


def _content(file: _Delivered) -> Iterator[bytes]:
    head = file.read()
    for magic, name in _UNREAD.items():
        if head.startswith(magic):
            raise DamagedFileError(f"{name} files are not read; deliver it plain or as gzip, zstd or bzip2")
    for magics, member in _KINDS:
        if head.startswith(magics):
            yield from _members(file, head, magics, member)
            return
    while head:
        yield head
        head = file.read()


def _members(file: _Delivered, data: bytes, magics: tuple[bytes, ...], new: Callable[[], _Member]) -> Iterator[bytes]:
    """Yield the content of one member after the other; `data` is what was read of the file already."""
    while data:
        member = new()
        yield from _member(file, data, member)
        if not member.eof:
            raise DamagedFileError("the compressed data is cut off")
        data = member.unused_data
        if len(data) < _LONGEST_MAGIC:
            data += file.read()
        # Tape blocks are filled up with zeros: gzip ignores them, and so does this.
        if data and not data.startswith(magics):
            if _only_zeros(file, data):
                return
            raise DamagedFileError("something that is not compressed data follows the compressed data")


def _member(file: _Delivered, data: bytes, member: _Member) -> Iterator[bytes]:
    while data and not member.eof:
        try:
            yield from member.feed(data)
        except (zlib.error, OSError, zstandard.ZstdError):
            raise CorruptFileError("the compressed data is damaged") from None
        data = b"" if member.eof else file.read()


def _only_zeros(file: _Delivered, data: bytes) -> bool:
    while data:
        if data.strip(b"\0"):
            return False
        data = file.read()
    return True
