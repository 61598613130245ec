"""The sealed parts of an import as stretches of neighbouring lines, in the order they were delivered."""

import heapq
from collections.abc import Iterable, Iterator

import numpy as np

from pipelines.storage.vault import Segment, Vault

Piece = tuple[int, int, bytes]
"""A stretch of neighbouring lines: the first one's number, where its segment begins, its bytes."""


def in_order(vault: Vault, segments: Iterable[Segment]) -> Iterator[Piece]:
    """Yield the stretches of `segments`, of which not all of an import need to be there, in the order they were delivered.

    Holds about one batch at a time. Raises DamagedError or KeyMissingError when a segment cannot be read.
    """
    pieces: list[Piece] = []
    for segment in sorted(segments, key=lambda segment: (segment.first_line, segment.first_byte)):
        while pieces and pieces[0][:2] < (segment.first_line, segment.first_byte):
            yield heapq.heappop(pieces)
        for piece in _pieces(vault, segment):
            heapq.heappush(pieces, piece)
    while pieces:
        yield heapq.heappop(pieces)


def _pieces(vault: Vault, segment: Segment) -> Iterator[Piece]:
    content = vault.read_segment(segment)
    if not segment.lines:
        yield segment.first_line, segment.first_byte, content.raw
        return
    ends = np.append(np.flatnonzero(np.frombuffer(content.raw, np.uint8) == ord("\n")) + 1, len(content.raw))
    start = line = 0
    for first, count in content.runs:
        line += count
        end = int(ends[line - 1])
        yield first, segment.first_byte, content.raw[start:end]
        start = end
