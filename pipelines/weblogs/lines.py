"""Split a file's bytes into numbered lines, in batches of bounded size, without losing a byte."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

BATCH_BYTES = 32 * 1024 * 1024
MAX_LINE_BYTES = 1024 * 1024
# A file of newlines has a line a byte: without this bound a batch of it would take gigabytes of lines and reasons.
BATCH_LINES = 500_000


@dataclass(frozen=True)
class LineBatch:
    """A stretch of a file: its bytes as delivered, and the lines that begin in it.

    The batches' `raw` in order are the file. `lines[i]` is line number `first_line + i` (from 1), without its newline (a
    carriage return stays). A line longer than allowed stands in `lines` with its first bytes only, its index in `too_long`; where
    it goes on in the next batch, `continues` is true there and `raw` begins with the rest of that line.
    """

    first_line: int
    first_byte: int
    raw: bytes
    lines: list[bytes]
    too_long: tuple[int, ...]
    continues: bool

    @property
    def unterminated(self) -> bool:
        """Whether `raw` does not end with a newline: the file ends so, or a line that is too long goes on."""
        return not self.raw.endswith(b"\n")


def split_lines(
    chunks: Iterable[bytes],
    *,
    batch_bytes: int = BATCH_BYTES,
    max_line_bytes: int = MAX_LINE_BYTES,
    batch_lines: int = BATCH_LINES,
) -> Iterator[LineBatch]:
    """Yield batches of about `batch_bytes` that end with a line's end, or within a line longer than `max_line_bytes`.

    A batch has at most `batch_lines` line ends.

    Memory is bounded by the larger of the two plus a chunk, however long a line is.
    """
    cutter = _Cutter(max_line_bytes)
    pieces: list[bytes] = []
    size = 0
    for chunk in chunks:
        pieces.append(chunk)
        size += len(chunk)
        if size < batch_bytes:
            continue
        block = b"".join(pieces)
        end = block.rfind(b"\n") + 1
        if not end and (cutter.within or size > max_line_bytes):
            end = size
        if end:
            yield from map(cutter.cut, _with_few_lines(block[:end], batch_lines))
        pieces = [block[end:]]
        size -= end
    if size:
        yield from map(cutter.cut, _with_few_lines(b"".join(pieces), batch_lines))


def _with_few_lines(raw: bytes, most: int) -> Iterator[bytes]:
    """Yield `raw` in pieces that end with a line's end and have at most `most` (at least 1) of them."""
    if raw.count(b"\n") <= most:
        yield raw
        return
    middle = raw.rfind(b"\n", 0, len(raw) // 2) + 1 or raw.find(b"\n") + 1
    yield from _with_few_lines(raw[:middle], most)
    yield from _with_few_lines(raw[middle:], most)


class _Cutter:
    """Keeps the place in the file from one batch to the next."""

    def __init__(self, max_line_bytes: int) -> None:
        self._longest = max_line_bytes
        self._line = 1
        self._byte = 0
        self.within = False

    def cut(self, raw: bytes) -> LineBatch:
        continues, ends = self.within, raw.endswith(b"\n")
        lines = raw.split(b"\n")
        if ends:
            lines.pop()
        if continues:
            del lines[0]
        too_long = tuple(at for at, line in enumerate(lines) if len(line) > self._longest)
        for at in too_long:
            lines[at] = lines[at][: self._longest]
        batch = LineBatch(self._line, self._byte, raw, lines, too_long, continues)
        self._line += len(lines)
        self._byte += len(raw)
        self.within = not ends
        return batch
