"""Records as the vault has them: the rows of chosen days, put together again."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date

import pyarrow as pa

from pipelines.records.ledgered import RecordFile
from pipelines.records.rows import read_lines
from pipelines.records.specs import RecordSpec
from pipelines.storage.vault import Segment, Vault


def segments_of(files: Iterable[RecordFile], is_wanted: Callable[[date], bool]) -> Iterator[Segment]:
    """Yield the segments of the days that `is_wanted`, in the order of their import."""
    for file in files:
        for body in file.segments:
            segment = Segment.from_json(body)
            if is_wanted(segment.day):
                yield segment


def read_records(vault: Vault, segments: Iterable[Segment], spec: RecordSpec) -> pa.Table:
    """Return the rows of `segments` as a table of the spec's schema, unordered.

    Raises DamagedError or KeyMissingError when a segment cannot be read.
    """
    return read_lines((vault.read_segment(segment).raw for segment in segments), spec, spec.dataset)
