"""The import records of the ledger, as typed values; their segments are those that stand now."""

from dataclasses import replace

from pipelines.storage.ledger import Ledger
from pipelines.storage.rewritten import Rewritten
from pipelines.weblogs.records import KIND, QUARANTINED_FILE, ImportRecord, QuarantinedFile

__all__ = ["KIND", "QUARANTINED_FILE", "import_records", "quarantined_files"]


def import_records(ledger: Ledger) -> list[ImportRecord]:
    """Return every import of a log file, oldest first. Raises DamagedError when the ledger is."""
    rewritten = Rewritten.of(ledger)
    records = [ImportRecord.from_body(entry.body) for entry in ledger.entries(KIND)]
    return [
        replace(
            record,
            segments=rewritten.current("vault", record.segments),
            quarantine=rewritten.current("quarantine", record.quarantine),
        )
        for record in records
    ]


def quarantined_files(ledger: Ledger) -> list[QuarantinedFile]:
    """Return every file that was quarantined as a whole, oldest first. Raises DamagedError when the ledger is."""
    rewritten = Rewritten.of(ledger)
    files = [QuarantinedFile(**entry.body) for entry in ledger.entries(QUARANTINED_FILE)]
    return [replace(file, pieces=rewritten.current("quarantine", file.pieces)) for file in files]
