"""Streams of bytes in chunks: read from a file, unpacked, cut into blocks of whole lines; never the whole of one in memory."""

import bz2
import gzip
import io
import lzma
import zlib
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import zstandard

CHUNK = 256 * 1024
BLOCK = 1024 * 1024
LONGEST_LINE = 8 * 1024 * 1024
"""A longer line is cut; what is looked for inside lines is still found."""

_ZSTD_WINDOW = 128 * 1024 * 1024
_PACKED: dict[bytes, str] = {
    b"\x1f\x8b": "gzip",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"x\x01": "zlib",
    b"x\x5e": "zlib",
    b"x\x9c": "zlib",
    b"x\xda": "zlib",
}
_DAMAGE = (OSError, EOFError, zlib.error, lzma.LZMAError, zstandard.ZstdError)


class DamagedStreamError(Exception):
    """Packed data is broken or cut off; what came before it was yielded."""


def file_chunks(path: Path) -> Iterator[bytes]:
    """Yield the bytes of `path`. Raises OSError when it cannot be read."""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def peeked(chunks: Iterator[bytes], size: int) -> tuple[bytes, Iterator[bytes]]:
    """Return the first `size` bytes (fewer at the end) and a stream of everything, those included."""
    head: list[bytes] = []
    while sum(map(len, head)) < size and (chunk := next(chunks, None)) is not None:
        head.append(chunk)
    return b"".join(head)[:size], chain(head, chunks)


def packing(head: bytes) -> str | None:
    """Say what a stream that begins with `head` is packed in, or None; zlib's two bytes must also unpack."""
    found = next((name for magic, name in _PACKED.items() if head.startswith(magic)), None)
    return None if found == "zlib" and not _is_zlib(head) else found


def unpacked(kind: str, chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield what `chunks`, packed as `packing` said, hold: all members, frames or streams.

    Raises DamagedStreamError after yielding what could be unpacked.
    """
    if kind == "zlib":
        yield from _inflated(chunks)
        return
    opened = _OPENED[kind](io.BufferedReader(_ChunkFile(chunks)))
    try:
        while chunk := opened.read(CHUNK):
            yield chunk
    except _DAMAGE:
        raise DamagedStreamError(f"the {kind} data is damaged or cut off") from None


def blocks(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the stream in blocks of about `BLOCK` bytes that end with a line; the last one as it ends."""
    held: list[bytes] = []
    size = 0
    for chunk in chunks:
        held.append(chunk)
        size += len(chunk)
        if size >= BLOCK:
            block = b"".join(held)
            cut = block.rfind(b"\n") + 1 or (size if size >= LONGEST_LINE else 0)
            if cut:
                yield block[:cut]
                block = block[cut:]
            held, size = [block], len(block)
    if rest := b"".join(held):
        yield rest


def _is_zlib(head: bytes) -> bool:
    try:
        return bool(zlib.decompressobj().decompress(head, 1))
    except zlib.error:
        return False


def _inflated(chunks: Iterator[bytes]) -> Iterator[bytes]:
    inflate = zlib.decompressobj()
    try:
        for chunk in chunks:
            rest = chunk
            while rest and not inflate.eof:
                yield inflate.decompress(rest, CHUNK)
                rest = inflate.unconsumed_tail
    except zlib.error:
        raise DamagedStreamError("the zlib data is damaged") from None


class _ChunkFile(io.RawIOBase):
    """A file made of chunks, for the libraries that want one."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        super().__init__()
        self._chunks, self._rest = chunks, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 -- as io says it
        while not self._rest:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._rest = chunk
        size = min(len(buffer), len(self._rest))
        buffer[:size], self._rest = self._rest[:size], self._rest[size:]
        return size


def _zstd(source: io.BufferedReader) -> zstandard.ZstdDecompressionReader:
    return zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).stream_reader(source, read_across_frames=True)


def _gzip(source: io.BufferedReader) -> gzip.GzipFile:
    return gzip.GzipFile(fileobj=source)


_OPENED: dict[str, Callable[[io.BufferedReader], Any]] = {
    "gzip": _gzip,
    "bzip2": bz2.BZ2File,
    "xz": lzma.LZMAFile,
    "zstd": _zstd,
}
