"""What became of the delivered files: lines accounted for, sealed parts present and unaltered, none left without a source."""

import hashlib
from collections import Counter
from datetime import date

import pandas as pd

from pipelines.clock import seoul_day
from pipelines.steps.deliveries import unknown_deliveries
from pipelines.steps.gone import Gone
from pipelines.steps.metrics.scope import Only
from pipelines.steps.record_imports import FOLDERS
from pipelines.steps.records import QUARANTINED_FILE, import_records
from pipelines.steps.workspace import Workspace
from pipelines.weblogs.records import PAST_PERIOD, ImportRecord, restated_counts

WHOLE = ["access", *FOLDERS]


def files(workspace: Workspace, only: Only) -> pd.DataFrame:
    """One row an imported file: `lines_unaccounted, parts_missing, parts_altered, quarantined_share`.

    The parts' bytes are compared for the days in `only`; that they are there, for all whose key was not destroyed. Lines past
    their period have no part.
    """
    gone = Gone.of(workspace.keyring)
    records = import_records(workspace.ledger)
    counts = restated_counts(records)
    columns = ["lines_unaccounted", "parts_missing", "parts_altered", "quarantined_share"]
    rows = []
    for record in records:
        stored = counts[record.sha256]
        states = stored.accepted + sum(stored.filtered.values()) + sum(stored.quarantined.values())
        sealed = sum(segment["lines"] for segment in record.segments) + record.filtered.get(PAST_PERIOD, 0)
        missing, altered = _parts(workspace, record, gone, only)
        rows.append(
            {
                "lines_unaccounted": abs(stored.lines - states) + abs(stored.lines - sealed),
                "parts_missing": missing,
                "parts_altered": altered,
                "quarantined_share": sum(stored.quarantined.values()) / stored.lines if stored.lines else 0.0,
            }
        )
    return pd.DataFrame(rows, columns=columns)


def whole_files(workspace: Workspace, _: Only) -> pd.DataFrame:
    """One row: files set aside as a whole on the Asia/Seoul day it is now, by where they were delivered (WHOLE)."""
    entries = workspace.ledger.entries(QUARANTINED_FILE)
    sources = Counter(entry.body["source"] for entry in entries if seoul_day(entry.at) == workspace.today)
    records = {folder: sources.pop(folder, 0) for folder in FOLDERS}
    return pd.DataFrame([{"access": sources.total(), **records}], columns=WHOLE)


def landing(workspace: Workspace, _: Only) -> pd.DataFrame:
    """One row: `deliveries_unknown`, the files in the landing folder that nothing takes in."""
    return pd.DataFrame([{"deliveries_unknown": unknown_deliveries(workspace)}])


def _parts(workspace: Workspace, record: ImportRecord, gone: Gone, only: Only) -> tuple[int, int]:
    missing = altered = 0
    for folder, segments in ((workspace.home.vault, record.segments), (workspace.home.quarantine, record.quarantine)):
        for segment in gone.still(segments):
            path = folder / segment["path"]
            if not path.is_file():
                missing += 1
            elif only is None or date.fromisoformat(segment["day"]) in only:
                altered += hashlib.sha256(path.read_bytes()).hexdigest() != segment["stored_sha256"]
    return missing, altered
