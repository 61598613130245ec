"""Taking one delivered log file in: identify it, seal its lines by day, read them back, record what became of each line.

The ledger entry is the commit: before it nothing counts, and an import that runs again overwrites what a crash left.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pipelines.errors import InputError
from pipelines.storage.vault import Vault
from pipelines.weblogs.decompression import (
    CorruptFileError,
    DamagedFileError,
    DecompressionBombError,
    Limits,
    decompressed_chunks,
)
from pipelines.weblogs.identity import FileIdentity, identify
from pipelines.weblogs.lines import LineBatch, split_lines
from pipelines.weblogs.quarantine import file_digest, quarantine_file
from pipelines.weblogs.reading_records import reading_of
from pipelines.weblogs.records import ImportRecord, QuarantinedFile
from pipelines.weblogs.stored import is_shorter_copy
from pipelines.weblogs.tally import Tally


@dataclass(frozen=True)
class Delivery:
    """A file to take in: where it is, whose it is, and the record of how its lines are read (see `reading_records`)."""

    path: Path
    source: str
    reading: dict[str, Any]


@dataclass(frozen=True)
class Stores:
    """Where lines go, and within which bounds."""

    vault: Vault
    quarantine: Vault
    limits: Limits
    batch_bytes: int


@dataclass(frozen=True)
class Outcome:
    """What became of a file: `imported` (new, or grown from `record.extends`), `known` before, or `quarantined` as a whole."""

    kind: Literal["imported", "known", "quarantined"]
    record: ImportRecord | None = None
    quarantined: QuarantinedFile | None = None


Progress = Callable[[int, int], None]
"""Called with the bytes done and the bytes in all."""


def import_file(
    delivery: Delivery,
    stores: Stores,
    known: Sequence[ImportRecord],
    *,
    delivery_day: date,
    is_quarantined: Callable[[str], bool],
    is_past: Callable[[date], bool] = lambda _day: False,
    progress: Progress = lambda _done, _total: None,
) -> Outcome:
    """Take `delivery` in. `known` are the imports so far; `delivery_day` is the Asia/Seoul day it is now.

    Of the days that `is_past` says so of, nothing is stored, and what was is gone: their lines are filtered.

    Writes into the stores and nowhere else; the caller appends the outcome to the ledger. Raises DamagedError when what was
    sealed does not read back, UsageError for a format that cannot be compiled, and InputError, naming the file, when it may not
    be read or changes meanwhile. A file that is too large when decompressed, or whose compressed bytes were changed, is
    quarantined as a whole; one that is cut off or followed by something else is too, and what could be decoded of it is imported.
    A shorter copy of an imported file is known.
    """
    reading_of(delivery.reading)
    content = _Content(delivery.path, stores.limits)
    delivered = content.delivered_sha256()
    if is_quarantined(delivered) or any(record.delivered_sha256 == delivered for record in known):
        return Outcome("known")
    of_source = [record for record in known if record.source == delivery.source]
    try:
        identity = identify(content.chunks(), of_source)
    except DecompressionBombError as cause:
        return _quarantined(delivery, stores, delivery_day, _reason(cause, delivery))
    if content.is_corrupt and content.damage is not None:
        return _quarantined(delivery, stores, delivery_day, content.damage)
    is_known = any(record.sha256 == identity.sha256 for record in known)
    if is_known or is_shorter_copy(identity, content.chunks, of_source, stores.vault, is_past):
        return (
            Outcome("known") if content.damage is None else _quarantined(delivery, stores, delivery_day, content.damage)
        )
    record = _sealed(delivery, delivered, content, identity, stores, known, delivery_day, is_past, progress)
    if content.damage is None:
        return Outcome("imported", record)
    whole = _quarantined(delivery, stores, delivery_day, content.damage)
    return Outcome("imported", record, whole.quarantined)


class _Content:
    """A file's decompressed content, and what was wrong with its compression."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self._path, self._limits = path, limits
        self.damage: str | None = None
        self.is_corrupt = False

    def delivered_sha256(self) -> str:
        """Return the digest of the file as it is. Raises InputError when it may not be read."""
        with self._named():
            return file_digest(self._path)

    def chunks(self) -> Iterator[bytes]:
        """Yield what can be decoded; damage ends it and is remembered. Raises InputError, as a DecompressionBombError."""
        try:
            with self._named():
                yield from decompressed_chunks(self._path, self._limits)
        except DamagedFileError as cause:
            self.damage = str(cause).removeprefix(f"{self._path.name}: ")
            self.is_corrupt = isinstance(cause, CorruptFileError)

    def identified(self, identity: FileIdentity) -> Iterator[bytes]:
        """Yield the content that was identified, without what was appended since. Raises InputError when it is another one."""
        digest, left = hashlib.sha256(), identity.bytes
        for chunk in self.chunks():
            digest.update(chunk[:left])
            yield chunk[:left]
            left -= len(chunk[:left])
            if not left:
                break
        if digest.hexdigest() != identity.sha256:
            raise InputError(f"{self._path.name}: changed while it was read")

    @contextmanager
    def _named(self) -> Iterator[None]:
        try:
            yield
        except OSError as cause:
            raise InputError(f"{self._path}: cannot be read: {cause.strerror}") from None


def _sealed(
    delivery: Delivery,
    delivered: str,
    content: _Content,
    identity: FileIdentity,
    stores: Stores,
    known: Sequence[ImportRecord],
    delivery_day: date,
    is_past: Callable[[date], bool],
    progress: Progress,
) -> ImportRecord:
    before = next((record for record in reversed(known) if record.sha256 == identity.grown_from), None)
    start, line = (0, 1) if before is None else before.resume_at
    day = delivery_day if before is None or before.last_day is None else before.last_day
    reading = reading_of(delivery.reading)
    tally = Tally(
        delivery.source,
        identity.sha256,
        stores.vault,
        stores.quarantine,
        reading,
        day,
        is_past,
        is_new=before is None,
    )
    batches = split_lines(
        _skip(content.identified(identity), start),
        batch_bytes=stores.batch_bytes,
        max_line_bytes=delivery.reading["max_line_bytes"],
    )
    for batch in batches:
        moved = LineBatch(
            batch.first_line + line - 1,
            batch.first_byte + start,
            batch.raw,
            batch.lines,
            batch.too_long,
            batch.continues,
        )
        tally.take(moved)
        progress(moved.first_byte + len(moved.raw), identity.bytes)
    return ImportRecord(
        source=delivery.source,
        name=delivery.path.name,
        sha256=identity.sha256,
        delivered_sha256=delivered,
        bytes=identity.bytes,
        opening=identity.opening,
        first_line=line,
        total_lines=line - 1 + tally.counts.lines,
        extends=identity.grown_from,
        completes=before.tail if before and not _is_completed(before, known) else None,
        damage=content.damage,
        reading=delivery.reading,
        **tally.to_fields(),
    )


def _is_completed(before: ImportRecord, known: Sequence[ImportRecord]) -> bool:
    """Whether an earlier import completed the last line already: two files may have grown from one."""
    return any(record.extends == before.sha256 and record.completes for record in known)


def _skip(chunks: Iterable[bytes], count: int) -> Iterator[bytes]:
    for chunk in chunks:
        if count < len(chunk):
            yield chunk[count:] if count else chunk
        count = max(0, count - len(chunk))


def _quarantined(delivery: Delivery, stores: Stores, day: date, reason: str) -> Outcome:
    digest, segments = quarantine_file(stores.quarantine, delivery.source, delivery.path, day)
    pieces = [segment.to_json() for segment in segments]
    return Outcome(
        "quarantined", quarantined=QuarantinedFile(delivery.source, delivery.path.name, digest, reason, pieces)
    )


def _reason(cause: Exception, delivery: Delivery) -> str:
    return str(cause).removeprefix(f"{delivery.path.name}: ")
