"""The import records of the ledger, as typed values."""

from pipelines.storage.ledger import Ledger
from pipelines.weblogs.records import KIND, QUARANTINED_FILE, ImportRecord

__all__ = ["KIND", "QUARANTINED_FILE", "import_records"]


def import_records(ledger: Ledger) -> list[ImportRecord]:
    """Return every import of a log file, oldest first. Raises DamagedError when the ledger is."""
    return [ImportRecord.from_body(entry.body) for entry in ledger.entries(KIND)]
