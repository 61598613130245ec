"""Taking one delivered record file in: every row accepted or set aside with its reason, sealed by day, read back.

The ledger entry is the commit: before it nothing counts, and an import that runs again overwrites what a crash left.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path

from pipelines.clock import seoul_day
from pipelines.errors import DamagedError, InputError
from pipelines.records.ledgered import RecordFile
from pipelines.records.rows import read_row, row_line
from pipelines.records.specs import TIME, RecordSpec
from pipelines.storage.atomic import remove
from pipelines.storage.vault import Run, Segment, Vault
from pipelines.tabular.columns import reportable
from pipelines.tabular.reading import NOT_WELL_FORMED, Chunks, RawRow, TableReader, open_export
from pipelines.tabular.values import FaultError

BATCH_ROWS = 100_000
"""Rows sealed at a time; bounds memory."""
QUARANTINE = "quarantine"
COLUMNS_MISSING = "required columns are missing"
"""Of a file without a header this is all that is said: its first row stands where names of columns should."""


class ChangedFileError(InputError):
    """A file is not the one that was identified: it is being written still, and its turn comes later."""


@dataclass(frozen=True)
class Content:
    """Which content a file has: digest and length of its decompressed bytes, and the imported file it begins with, if any."""

    sha256: str
    bytes: int
    grown_from: RecordFile | None = None


@dataclass(frozen=True)
class Again:
    """A file that was taken in before, of which rows of `days` were lost, from `first_row` on."""

    known: RecordFile
    days: frozenset[date]
    first_row: int
    times: int
    """How often it was taken in before."""

    @property
    def offset(self) -> int:
        """What tells the names of its sealed parts from those of before: no content is as long."""
        return self.times * 10**13

    def told(self, record: RecordFile) -> RecordFile:
        """Return what the ledger keeps: counts of the rows taken now, and the file as it was known."""
        known = self.known
        return replace(record, total_rows=known.total_rows, can_grow=known.can_grow, extends=known.extends)


@dataclass(frozen=True)
class Stores:
    """Where rows go; `source` names the folder within."""

    source: str
    vault: Vault
    quarantine: Vault


def import_record_file(
    path: Path,
    content: Content,
    spec: RecordSpec,
    stores: Stores,
    *,
    chunks: Chunks,
    delivery_day: date,
    is_past: Callable[[date], bool] = lambda _day: False,
    again: Again | None = None,
) -> RecordFile:
    """Take in the file `path`, which was found to have `content`; of a file that grew, the rows that are new.

    Rows of days that `is_past` says so of are counted and not stored, a row that cannot be read with the one before it.
    With `again` only rows that were lost are taken; what was set aside once stays where it is.
    Writes into the stores and nowhere else; the caller appends the outcome to the ledger. Raises InputError when nothing of
    it can be read, when a required column is missing, or when it grew from a file that ended within a row; ChangedFileError
    when it changed since; DamagedError when what was sealed does not read back. Nothing is left in the stores then.
    """
    before = content.grown_from
    if before is not None and not before.can_grow:
        raise InputError(f"{path.name}: begins with an imported file that ended within a row")
    watched = _LastByte(chunks)
    reader = open_export(path, watched)
    tally = _Tally(content.sha256, spec, stores, delivery_day, is_past, again)
    try:
        for row in _new_rows(reader, spec, again.first_row if again else before.total_rows if before else 0):
            if tally.is_full:
                _require_columns(path, reader, spec)
                tally.seal()
            tally.take(row)
        _require_columns(path, reader, spec)
        tally.seal()
        if reader.content_sha256 != content.sha256:
            raise ChangedFileError(f"{path.name}: changed while it was read")
    except BaseException:
        tally.undo()
        raise
    record = _record(path.name, content, reader.columns, spec, tally, ends_with_newline=watched.last == b"\n")
    return record if again is None else again.told(record)


def _require_columns(path: Path, reader: TableReader, spec: RecordSpec) -> None:
    """Raise InputError, which names no column, for a file that does not have those it must, before anything of it is stored.

    Of JSON lines none of which is an object there are none, and each line is a fault of its own.
    """
    if reader.columns and spec.missing(reader.columns):
        raise InputError(f"{path.name}: {COLUMNS_MISSING}")


class _LastByte:
    """Hands chunks on and remembers the last byte."""

    def __init__(self, chunks: Chunks) -> None:
        self._chunks = chunks
        self.last = b""

    def __call__(self, path: Path) -> Iterator[bytes]:
        for chunk in self._chunks(path):
            self.last = chunk[-1:] or self.last
            yield chunk


def _new_rows(reader: TableReader, spec: RecordSpec, known: int) -> Iterator[RawRow]:
    for place, row in enumerate(reader.rows([column.name for column in spec.columns])):
        if place >= known:
            yield row


@dataclass
class _Tally:
    """The growing account of one file; `day` is where a row that cannot be read belongs: with the one before it."""

    file_sha256: str
    spec: RecordSpec
    stores: Stores
    day: date
    is_past: Callable[[date], bool]
    again: Again | None = None
    rows: int = 0
    past_period: int = 0
    last_fault: str | None = None
    quarantined: Counter[str] = field(default_factory=Counter)
    accepted_by_day: Counter[date] = field(default_factory=Counter)
    segments: list[Segment] = field(default_factory=list)
    quarantine: list[Segment] = field(default_factory=list)
    _is_settled: bool = False
    _place: int = 0
    _accepted: dict[date, list[tuple[int, bytes]]] = field(default_factory=lambda: defaultdict(list))
    _refused: dict[date, list[tuple[int, bytes]]] = field(default_factory=lambda: defaultdict(list))

    def take(self, row: RawRow) -> None:
        """Give a row its state; it is sealed with its batch."""
        self.rows += 1
        try:
            values = read_row(row, self.spec)
            time = values[TIME]
            if not isinstance(time, datetime):
                raise FaultError(f"{TIME}: missing")
        except FaultError as cause:
            self.last_fault = str(cause)
            if self.again is not None:
                self.rows -= 1
            elif not self._comes_late():
                self.quarantined[self.last_fault] += 1
                self._refused[self.day].append((row.number, _set_aside(self.file_sha256, row, self.last_fault)))
        else:
            self.last_fault = None
            self.day = seoul_day(time)
            if self.again is not None and self.day not in self.again.days:
                self.rows -= 1
                return
            self._settle_first_rows()
            if not self._comes_late():
                self.accepted_by_day[self.day] += 1
                self._accepted[self.day].append((row.number, row_line(values)))

    def _settle_first_rows(self) -> None:
        """Give rows that no readable one came before, once, to the first readable one's day if that comes too late.

        Else they would be set aside as today's.
        """
        if not self._is_settled and not self.quarantine and self.is_past(self.day):
            self.past_period += sum(map(len, self._refused.values()))
            self._refused.clear()
            self.quarantined.clear()
        self._is_settled = True

    @property
    def is_full(self) -> bool:
        """Whether a batch of rows is there to be sealed."""
        return self.rows > 0 and self.rows % BATCH_ROWS == 0

    def _comes_late(self) -> bool:
        """Count a row of a day that is past, and say whether it is one."""
        is_late = self.is_past(self.day)
        self.past_period += is_late
        return is_late

    def seal(self) -> None:
        """Seal what was taken since the last time, by day, and read it back."""
        taken = (
            (self.stores.vault, self.spec.dataset, self._accepted, self.segments),
            (self.stores.quarantine, QUARANTINE, self._refused, self.quarantine),
        )
        for vault, dataset, by_day, written in taken:
            for day, rows in sorted(by_day.items()):
                segment = self._write(vault, dataset, day, rows)
                written.append(segment)
                if vault.read_segment(segment).raw != b"".join(line for _, line in rows):
                    raise DamagedError(f"sealed rows of {dataset} do not read back as they were")
        self._place += sum(len(line) for _, _, by_day, _ in taken for rows in by_day.values() for _, line in rows)
        for _, _, by_day, _ in taken:
            by_day.clear()

    def undo(self) -> None:
        """Remove what was sealed: the import did not take place."""
        for vault, segments in ((self.stores.vault, self.segments), (self.stores.quarantine, self.quarantine)):
            for segment in segments:
                remove(vault.folder / segment.path)

    def _write(self, vault: Vault, dataset: str, day: date, rows: list[tuple[int, bytes]]) -> Segment:
        return vault.write_segment(
            dataset,
            self.stores.source,
            day,
            file_sha256=self.file_sha256,
            first_byte=self._place + (self.again.offset if self.again else 0),
            runs=_runs([number for number, _ in rows]),
            raw=b"".join(line for _, line in rows),
        )


def _set_aside(file_sha256: str, row: RawRow, reason: str) -> bytes:
    """Return a row that cannot be taken as its line at rest; of one that was split, the declared columns as delivered."""
    values = None if row.values is None else {name: None if v is None else str(v) for name, v in row.values.items()}
    document = {"file_sha256": file_sha256, "row": row.number, "reason": reason, "values": values}
    return json.dumps(document, separators=(",", ":")).encode() + b"\n"


def _runs(numbers: Sequence[int]) -> list[Run]:
    runs: list[Run] = []
    for number in numbers:
        if runs and number == sum(runs[-1]):
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            runs.append((number, 1))
    return runs


def _record(
    name: str, content: Content, delivered: Sequence[str], spec: RecordSpec, tally: _Tally, *, ends_with_newline: bool
) -> RecordFile:
    """Return what the ledger keeps. Raises AssertionError unless every row has a state."""
    undeclared = spec.undeclared(delivered)
    before = content.grown_from
    record = RecordFile(
        dataset=spec.dataset,
        name=name,
        sha256=content.sha256,
        bytes=content.bytes,
        rows=tally.rows,
        accepted=tally.accepted_by_day.total(),
        quarantined=dict(tally.quarantined),
        total_rows=tally.rows + (before.total_rows if before else 0),
        extends=before.sha256 if before else None,
        can_grow=ends_with_newline and tally.last_fault != NOT_WELL_FORMED,
        accepted_by_day={day.isoformat(): count for day, count in sorted(tally.accepted_by_day.items())},
        undeclared_columns=[reportable(column) for column in undeclared],
        sensitive_columns=[reportable(column) for column in undeclared if spec.is_sensitive(column)],
        segments=[segment.to_json() for segment in tally.segments],
        quarantine=[segment.to_json() for segment in tally.quarantine],
        past_period=tally.past_period,
    )
    if not record.is_balanced:
        raise AssertionError("rows accepted and quarantined are not the rows read")
    return record
