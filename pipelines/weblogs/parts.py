"""A batch of delivered lines cut into one part per day, sealed, and read back before anything else happens."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from pipelines.errors import DamagedError
from pipelines.storage.vault import Segment, Vault
from pipelines.weblogs.days import Days, Run, runs_by_day
from pipelines.weblogs.lines import LineBatch

ACCESS_LOGS = "access_logs"


@dataclass(frozen=True)
class Part:
    """The lines of one day within a batch.

    `runs` are `(first line number, count)`, `stretches` the `(start, end)` bytes of the batch they come from, `raw` those
    bytes as delivered; `continues` says that it is the rest of a line that began in an earlier batch.
    """

    day: date
    runs: list[Run]
    stretches: list[tuple[int, int]]
    raw: bytes
    continues: bool = False


def cut_by_day(batch: LineBatch, days: Days, day_before: date) -> list[Part]:
    """Cut a batch into a part per day. `days[i]` is the day of line i; the rest of an earlier line lies in `day_before`."""
    ends = _line_ends(batch)
    starts = np.concatenate((ends[:1] if batch.continues else [0], ends[int(batch.continues) : -1])).astype(np.int64)
    ends = ends[int(batch.continues) :]
    parts = []
    if batch.continues:
        rest = int(starts[0]) if len(starts) else len(batch.raw)
        parts.append(Part(day_before, [(batch.first_line - 1, 1)], [(0, rest)], batch.raw[:rest], continues=True))
    for day, positions in runs_by_day(days).items():
        runs = [(batch.first_line + position, count) for position, count in positions]
        stretches = [(int(starts[position]), int(ends[position + count - 1])) for position, count in positions]
        parts.append(Part(day, runs, stretches, b"".join(batch.raw[start:end] for start, end in stretches)))
    return parts


def _line_ends(batch: LineBatch) -> npt.NDArray[np.int64]:
    """Return the byte behind each line of `batch.raw`, the rest of an earlier line counted as one."""
    ends = np.flatnonzero(np.frombuffer(batch.raw, np.uint8) == ord("\n")) + 1
    return np.append(ends, len(batch.raw)) if batch.unterminated else ends


def seal_parts(vault: Vault, source: str, file_sha256: str, first_byte: int, parts: Sequence[Part]) -> list[Segment]:
    """Write each part into the vault under its day's key; `first_byte` is where the batch begins in the file."""
    return [
        vault.write_segment(
            ACCESS_LOGS,
            source,
            part.day,
            file_sha256=file_sha256,
            first_byte=first_byte + part.stretches[0][0],
            runs=part.runs,
            raw=part.raw,
            continues=part.continues,
        )
        for part in parts
    ]


def require_readable(vault: Vault, segments: Sequence[Segment], parts: Sequence[Part], raw: bytes) -> None:
    """Read `segments` back and raise DamagedError unless each gives the bytes of its stretches of the batch `raw` again."""
    for segment, part in zip(segments, parts, strict=True):
        if vault.read_segment(segment).raw != b"".join(raw[start:end] for start, end in part.stretches):
            raise DamagedError("the sealed parts of a file do not read back as it was delivered")


def require_whole(parts: Sequence[Part], raw: bytes) -> None:
    """Raise DamagedError unless the stretches of `parts`, put in order, are all of the batch `raw`, each byte once."""
    end = 0
    for first, last in sorted(stretch for part in parts for stretch in part.stretches):
        if first != end:
            break
        end = last
    if end != len(raw):
        raise DamagedError("the parts of a file do not add up to it as it was delivered")


def line_numbers(runs: Sequence[Run]) -> npt.NDArray[np.int64]:
    """Return the number of each line of a part, in order. Shape (lines,)."""
    return np.concatenate([np.arange(first, first + count, dtype=np.int64) for first, count in runs])
