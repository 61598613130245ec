"""What became of the imported record files: rows accounted for, columns declared, sealed parts as they were."""

import hashlib
from datetime import date

import pandas as pd

from pipelines.records.ledgered import KIND, RecordFile
from pipelines.steps.gone import Gone
from pipelines.steps.metrics.scope import Only
from pipelines.steps.record_imports import record_files
from pipelines.steps.workspace import Workspace
from pipelines.storage.rewritten import KIND as REWRITTEN

COLUMNS = ["rows_unaccounted", "columns_undeclared", "columns_sensitive", "parts_spoilt", "quarantined_share"]


def record_file_frame(workspace: Workspace, dataset: str, only: Only) -> pd.DataFrame:
    """One row an imported file of `dataset`: COLUMNS. `parts_spoilt` counts sealed parts that are gone or were changed.

    The parts' bytes are compared for the days in `only`; that they are there, for all whose key was not destroyed. Rows past
    their period have no part.
    """
    gone, rows = Gone.of(workspace.keyring), []
    taken_out = _taken_out(workspace, dataset)
    for file, removed in zip(record_files(workspace, dataset), taken_out, strict=True):
        sealed = sum(segment["lines"] for segment in (*file.segments, *file.quarantine)) + removed
        set_aside, stored = sum(file.quarantined.values()), file.rows - file.past_period
        rows.append(
            {
                "rows_unaccounted": abs(stored - file.accepted - set_aside) + abs(stored - sealed),
                "columns_undeclared": len(file.undeclared_columns),
                "columns_sensitive": len(file.sensitive_columns),
                "parts_spoilt": _spoilt(workspace, file, gone, only),
                "quarantined_share": set_aside / file.rows if file.rows else 0.0,
            }
        )
    return pd.DataFrame(rows, columns=COLUMNS)


def _taken_out(workspace: Workspace, dataset: str) -> list[int]:
    """Return how many rows the ledger says were taken out of each import of `dataset`, oldest import first."""
    rewrites = {
        (entry.body["store"], rewrite["was"]): rewrite
        for entry in workspace.ledger.entries(REWRITTEN)
        for rewrite in entry.body["segments"]
    }
    found = []
    for file in [RecordFile.from_body(entry.body) for entry in workspace.ledger.entries(KIND)]:
        removed = 0
        for store, segments in (("vault", file.segments), ("quarantine", file.quarantine)):
            for segment in segments:
                now = segment
                while now is not None and (rewrite := rewrites.get((store, now["path"]))) is not None:
                    removed, now = removed + rewrite["removed"], rewrite["now"]
        if file.dataset == dataset:
            found.append(removed)
    return found


def _spoilt(workspace: Workspace, file: RecordFile, gone: Gone, only: Only) -> int:
    spoilt = 0
    for folder, segments in ((workspace.home.vault, file.segments), (workspace.home.quarantine, file.quarantine)):
        for segment in gone.still(segments):
            path = folder / segment["path"]
            if not path.is_file():
                spoilt += 1
            elif only is None or date.fromisoformat(segment["day"]) in only:
                spoilt += hashlib.sha256(path.read_bytes()).hexdigest() != segment["stored_sha256"]
    return spoilt
