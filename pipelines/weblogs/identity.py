"""Which file is this: the digest of its decompressed content, and the imported file it grew from, if any."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar


class Known(Protocol):
    """A file imported before: the digest and length of its decompressed content."""

    @property
    def sha256(self) -> str:
        """Hex digest of the decompressed content."""
        ...

    @property
    def bytes(self) -> int:
        """Length of the decompressed content."""
        ...


K = TypeVar("K", bound=Known)
OPENING_LINES = 16
_OPENING_BYTES = 64 * 1024


@dataclass(frozen=True)
class FileIdentity:
    """`sha256` and `bytes` of the decompressed content; `grown_from` is the digest of the longest known file it begins with.

    `opening` are the lengths in bytes of its first whole lines, newline included: of a file and a longer one that begins with
    it, one opening begins with the other. They tell nothing of what a line says.
    """

    sha256: str
    bytes: int
    grown_from: str | None
    opening: tuple[int, ...]


def identify(chunks: Iterable[bytes], known: Sequence[K]) -> FileIdentity:
    """Digest `chunks` in one pass, comparing at the length of every known file. An empty file is nobody's beginning."""
    marks = sorted({file.bytes for file in known if file.bytes > 0})
    digests = {(file.bytes, file.sha256) for file in known}
    digest, position, grown_from = hashlib.sha256(), 0, None
    head = b""
    for chunk in chunks:
        rest = memoryview(chunk)
        if len(head) < _OPENING_BYTES:
            head += rest[: _OPENING_BYTES - len(head)]
        while marks and marks[0] <= position + len(rest):
            mark = marks.pop(0)
            digest.update(rest[: mark - position])
            rest, position = rest[mark - position :], mark
            if (mark, digest.hexdigest()) in digests:
                grown_from = digest.hexdigest()
        digest.update(rest)
        position += len(rest)
    opening = tuple(len(line) + 1 for line in head.split(b"\n", OPENING_LINES)[:-1])
    return FileIdentity(digest.hexdigest(), position, grown_from, opening)
