"""A file that has to stay the same while it is read."""

from collections.abc import Iterator
from pathlib import Path

from pipelines.errors import InputError
from pipelines.tabular.reading import Chunks


def mark(path: Path) -> tuple[int, int, int] | None:
    """Return which file lies at `path`, its size and its time of change in nanoseconds; None when none does."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def steady(chunks: Chunks) -> Chunks:
    """Return `chunks` which, once a file was read to its end, raise InputError if it is no longer as it was."""

    def watched(path: Path) -> Iterator[bytes]:
        before = mark(path)
        yield from chunks(path)
        if mark(path) != before:
            raise InputError("changed while it was read")

    return watched
