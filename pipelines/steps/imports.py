"""Taking in what was delivered: every log file below the landing folder, or files named by hand."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from pipelines.errors import InputError, UsageError
from pipelines.home import HomeKind
from pipelines.steps.gone import Gone, past_period
from pipelines.steps.landed import finished
from pipelines.steps.records import import_records
from pipelines.steps.workspace import Workspace
from pipelines.storage.atomic import remove
from pipelines.weblogs.decompression import Limits
from pipelines.weblogs.importing import Delivery, Outcome, Stores, import_file
from pipelines.weblogs.parts import ACCESS_LOGS
from pipelines.weblogs.reading_records import record_of, record_of_format
from pipelines.weblogs.records import KIND, QUARANTINED_FILE, ImportRecord

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class FileReport:
    """What became of one file."""

    source: str
    name: str
    outcome: Outcome

    @property
    def sentence(self) -> str:
        """The report as one line of a log; it names the file and counts, nothing of its content."""
        record, whole = self.outcome.record, self.outcome.quarantined
        where = f"{self.source}/{self.name}"
        if record is not None:
            grown = " (grown)" if record.extends else ""
            damage = f"; damaged: {record.damage}" if record.damage else ""
            return (
                f"{where}{grown}: {record.lines} lines = {record.accepted} accepted + {sum(record.filtered.values())} "
                f"filtered + {sum(record.quarantined.values())} quarantined{damage}"
            )
        return f"{where}: quarantined as a file: {whole.reason}" if whole else f"{where}: imported before"


@dataclass
class IntakeReport:
    """What became of all files of one intake."""

    files: list[FileReport] = field(default_factory=list)

    @property
    def records(self) -> list[ImportRecord]:
        """The imports that were made."""
        return [report.outcome.record for report in self.files if report.outcome.record is not None]

    def count(self, kind: str) -> int:
        """Count the files of one outcome."""
        return sum(report.outcome.kind == kind for report in self.files)

    @property
    def lines(self) -> int:
        """Lines read."""
        return sum(record.lines for record in self.records)

    @property
    def accepted(self) -> int:
        """Lines accepted."""
        return sum(record.accepted for record in self.records)

    @property
    def bytes(self) -> int:
        """Bytes of the files read, decompressed."""
        return sum(record.bytes for record in self.records)

    def labels(self, state: str) -> Counter[str]:
        """Count lines `filtered` by rule or `quarantined` by reason."""
        return sum((Counter(getattr(record, state)) for record in self.records), Counter())

    @property
    def days(self) -> set[date]:
        """The days that lines were sealed in."""
        return {date.fromisoformat(segment["day"]) for record in self.records for segment in record.segments}


def import_landing(
    workspace: Workspace,
    *,
    on_file: Callable[[FileReport], None] = lambda _report: None,
    progress: Progress = lambda _what, _done, _total: None,
) -> IntakeReport:
    """Take in every file below `landing/access/<source>/`, in order of name; what was imported before changes nothing.

    A folder that no declared source has is left alone (`unknown_deliveries` counts what lies there).

    Landing copies of real sources are removed once their lines are sealed and read back. A file whose content cannot be read is
    quarantined and the others go on; they do too before InputError is raised for one that may not be opened or changes meanwhile.
    Raises HomeError for real input in a demo home and the other way round.
    """
    report = IntakeReport()
    folder = workspace.home.landing / "access"
    deliveries: list[tuple[Delivery, bool]] = []
    for source_folder in sorted(path for path in folder.glob("*") if path.is_dir()):
        source = workspace.sources.sources.get(source_folder.name)
        if source is None:
            continue
        reading = record_of(source, workspace.settings.max_line_bytes)
        removes = source.remove_after_import if (chosen := workspace.settings.remove_landing) is None else chosen
        found = [Delivery(path, source_folder.name, reading) for path in finished(source_folder)]
        if found:
            workspace.home.enter(source.kind)
        deliveries += [(delivery, removes) for delivery in found]
    intake = _Intake(workspace, progress)
    faults: list[InputError] = []
    for delivery, removes in deliveries:
        try:
            report.files.append(intake.take(delivery))
        except InputError as cause:
            faults.append(cause)
            continue
        on_file(report.files[-1])
        if removes:
            remove(delivery.path)
    if faults:
        raise InputError("; ".join(map(str, faults)))
    return report


def import_named(
    workspace: Workspace,
    paths: Sequence[Path],
    source: str,
    format_text: str | None,
    *,
    on_file: Callable[[FileReport], None] = lambda _report: None,
    progress: Progress = lambda _what, _done, _total: None,
) -> IntakeReport:
    """Take in named files of a declared source, or of another one with a preset's name or a format string.

    The files stay where they are. Raises UsageError for a source that is not declared when no format is given, InputError for
    a file that is not there, HomeError for the wrong kind of home.
    """
    declared = workspace.sources.sources.get(source)
    limit = workspace.settings.max_line_bytes
    if format_text is not None:
        reading = record_of_format(format_text, limit, declared)
    elif declared is not None:
        reading = record_of(declared, limit)
    else:
        known = ", ".join(sorted(workspace.sources.sources))
        raise UsageError(f"source {source!r} is not declared (declared: {known}); name a format with --format")
    for path in paths:
        if not path.is_file():
            raise InputError(f"{path}: no such file")
    kind: HomeKind = declared.kind if declared else "real"
    workspace.home.enter(kind)
    intake, report = _Intake(workspace, progress), IntakeReport()
    for path in paths:
        report.files.append(intake.take(Delivery(path, source, reading)))
        on_file(report.files[-1])
    return report


class _Intake:
    """Imports one file after the other, each against all before it."""

    def __init__(self, workspace: Workspace, progress: Progress) -> None:
        self._workspace, self._progress = workspace, progress
        self._known = import_records(workspace.ledger)
        self._quarantined = {entry.body["delivered_sha256"] for entry in workspace.ledger.entries(QUARANTINED_FILE)}
        self._is_past = past_period(workspace.policy, Gone.of(workspace.keyring), ACCESS_LOGS, workspace.today)
        self._stores = Stores(
            workspace.vault,
            workspace.quarantine,
            Limits(workspace.settings.max_decompressed_bytes, workspace.settings.max_decompression_ratio),
            workspace.settings.batch_bytes,
        )

    def take(self, delivery: Delivery) -> FileReport:
        """Import a file and append what became of it to the ledger: this is the moment it counts."""
        outcome = import_file(
            delivery,
            self._stores,
            self._known,
            delivery_day=self._workspace.today,
            is_quarantined=self._quarantined.__contains__,
            is_past=self._is_past,
            progress=lambda done, total: self._progress(f"import {delivery.path.name}", done, total),
        )
        now = self._workspace.clock.now()
        if outcome.quarantined is not None:
            self._workspace.ledger.append(QUARANTINED_FILE, outcome.quarantined.to_body(), now)
            self._quarantined.add(outcome.quarantined.delivered_sha256)
        if outcome.record is not None:
            self._workspace.ledger.append(KIND, outcome.record.to_body(), now)
            self._known.append(outcome.record)
        return FileReport(delivery.source, delivery.path.name, outcome)
