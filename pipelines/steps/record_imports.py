"""Record files of the landing folder: cookie records and linked events, taken into the vault row by row."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Literal

from pipelines.errors import InputError
from pipelines.records.importing import Again, ChangedFileError, Content, Stores, import_record_file
from pipelines.records.ledgered import KIND, RecordFile
from pipelines.records.lost import first_new_row, lost_of
from pipelines.records.specs import record_spec
from pipelines.steps.gone import Gone, past_period
from pipelines.steps.landed import finished
from pipelines.steps.workspace import OpenHome, Workspace
from pipelines.storage.atomic import remove
from pipelines.storage.rewritten import Rewritten
from pipelines.weblogs.decompression import Limits, decompressed_chunks
from pipelines.weblogs.identity import identify
from pipelines.weblogs.quarantine import file_digest, quarantine_file
from pipelines.weblogs.records import QUARANTINED_FILE, QuarantinedFile

FOLDERS = {"cookies": "cookie_records", "linked": "linked_events"}
"""The folders below the landing place, and the policy's dataset that their records belong to."""


@dataclass(frozen=True)
class RecordReport:
    """What became of one file: taken in (`record`), quarantined as a whole (`reason`), or known before."""

    name: str
    outcome: Literal["imported", "known", "quarantined"]
    record: RecordFile | None = None
    reason: str | None = None

    @property
    def sentence(self) -> str:
        """The report as one line of a log; it names the file and counts, nothing of its content."""
        if self.record is not None:
            grown = " (grown)" if self.record.extends else ""
            bad, late = sum(self.record.quarantined.values()), self.record.past_period
            told = f" + {late} past their period" if late else ""
            rows, accepted = self.record.rows, self.record.accepted
            return f"{self.name}{grown}: {rows} rows = {accepted} accepted + {bad} quarantined{told}"
        return f"{self.name}: quarantined as a file: {self.reason}" if self.reason else f"{self.name}: imported before"


@dataclass
class RecordIntake:
    """What became of all files of one folder."""

    files: list[RecordReport] = field(default_factory=list)

    @property
    def records(self) -> list[RecordFile]:
        """The imports that were made."""
        return [report.record for report in self.files if report.record is not None]

    @property
    def rows(self) -> int:
        """Rows read."""
        return sum(record.rows for record in self.records)

    @property
    def accepted(self) -> int:
        """Rows accepted."""
        return sum(record.accepted for record in self.records)

    @property
    def quarantined(self) -> Counter[str]:
        """Rows set aside, by reason."""
        return sum((Counter(record.quarantined) for record in self.records), Counter())

    @property
    def undeclared_columns(self) -> tuple[str, ...]:
        """Columns delivered that the policy does not declare; they were not read."""
        return tuple(sorted({column for record in self.records for column in record.undeclared_columns}))

    @property
    def days(self) -> set[date]:
        """The days that rows were sealed in."""
        return {date.fromisoformat(day) for record in self.records for day in record.accepted_by_day}

    def count(self, outcome: str) -> int:
        """Count the files of one outcome."""
        return sum(report.outcome == outcome for report in self.files)


def record_files(opened: OpenHome, dataset: str | None = None) -> list[RecordFile]:
    """Return every import of a record file, of `dataset` or of all, oldest first. Raises DamagedError when the ledger is."""
    rewritten = Rewritten.of(opened.ledger)
    found = [RecordFile.from_body(entry.body) for entry in opened.ledger.entries(KIND)]
    return [
        replace(
            record,
            segments=rewritten.current("vault", record.segments),
            quarantine=rewritten.current("quarantine", record.quarantine),
        )
        for record in found
        if dataset in (None, record.dataset)
    ]


def import_record_files(
    workspace: Workspace, folder: str, *, on_file: Callable[[RecordReport], None] = lambda _report: None
) -> RecordIntake:
    """Take in every file of `landing/<folder>/` (`cookies` or `linked`), in order of name.

    What was imported before changes nothing, and of a file that grew only the new rows are taken.
    Landing copies are removed in a real home once their rows are sealed and read back. A file nothing of which can be read is
    quarantined as a whole, since half of its rows would be counted twice when it is delivered again. Raises InputError, when
    the others are in, for files that may not be opened or change meanwhile.
    """
    intake, faults = RecordIntake(), list[str]()
    files = finished(workspace.home.landing / folder)
    if files:
        workspace.home.enter(workspace.home.state().kind or "real")
    taker = _Taker(workspace, folder)
    for path in files:
        try:
            intake.files.append(taker.take(path))
        except ChangedFileError as cause:
            faults.append(str(cause))
            continue
        except OSError as cause:
            faults.append(f"{path.name}: cannot be read: {cause.strerror}")
            continue
        on_file(intake.files[-1])
        if _removes(workspace):
            remove(path)
    if faults:
        raise InputError("; ".join(faults))
    return intake


class _Taker:
    """Imports the files of one folder one after the other, each against all before it."""

    def __init__(self, workspace: Workspace, folder: str) -> None:
        self._workspace, self._folder = workspace, folder
        self._spec = record_spec(workspace.policy, FOLDERS[folder])
        gone = Gone.of(workspace.keyring)
        self._is_past = past_period(workspace.policy, gone, self._spec.dataset, workspace.today)
        self._lost = lost_of(workspace.ledger, self._is_past)
        self._known = record_files(workspace, self._spec.dataset)
        self._quarantined = {entry.body["delivered_sha256"] for entry in workspace.ledger.entries(QUARANTINED_FILE)}
        self._stores = Stores(folder, workspace.vault, workspace.quarantine)
        limits = Limits(workspace.settings.max_decompressed_bytes, workspace.settings.max_decompression_ratio)
        self._chunks = partial(decompressed_chunks, limits=limits)

    def take(self, path: Path) -> RecordReport:
        """Import a file and append what became of it to the ledger: this is the moment it counts."""
        if file_digest(path) in self._quarantined:
            return RecordReport(path.name, "known")
        try:
            content = self._identified(path)
            again, is_known = self._again(content.sha256), any(k.sha256 == content.sha256 for k in self._known)
            if is_known and again is None:
                return RecordReport(path.name, "known")
            record = import_record_file(
                path,
                content,
                self._spec,
                self._stores,
                chunks=self._chunks,
                delivery_day=self._workspace.today,
                is_past=self._is_past,
                again=again,
            )
        except ChangedFileError:
            raise
        except InputError as cause:
            return self._set_aside(path, str(cause).removeprefix(f"{path.name}: "))
        self._workspace.ledger.append(KIND, record.to_body(), self._workspace.clock.now())
        self._known.append(record)
        self._lost.pop(content.sha256, None)
        return RecordReport(path.name, "imported", record)

    def _again(self, sha256: str) -> Again | None:
        """Return what a restored backup lost of a file that is delivered once more; None where nothing is missing."""
        if sha256 not in self._lost:
            return None
        files = {known.sha256: known for known in self._known}
        before = {name: (known.extends, known.total_rows) for name, known in files.items()}
        first_row = first_new_row(self._lost, before, sha256)
        days = set[date]()
        chain: str | None = sha256
        while chain is not None and chain in self._lost:
            days |= self._lost[chain].rows.keys()
            chain = before[chain][0]
        times = sum(known.sha256 == sha256 for known in self._known)
        return Again(files[sha256], frozenset(days), first_row, times)

    def _identified(self, path: Path) -> Content:
        identity = identify(self._chunks(path), self._known)
        before = next((known for known in reversed(self._known) if known.sha256 == identity.grown_from), None)
        return Content(identity.sha256, identity.bytes, before)

    def _set_aside(self, path: Path, reason: str) -> RecordReport:
        digest, pieces = quarantine_file(self._workspace.quarantine, self._folder, path, self._workspace.today)
        body = QuarantinedFile(self._folder, path.name, digest, reason, [piece.to_json() for piece in pieces])
        self._workspace.ledger.append(QUARANTINED_FILE, body.to_body(), self._workspace.clock.now())
        self._quarantined.add(digest)
        return RecordReport(path.name, "quarantined", reason=reason)


def _removes(workspace: Workspace) -> bool:
    chosen = workspace.settings.remove_landing
    return (workspace.home.state().kind == "real") if chosen is None else chosen
