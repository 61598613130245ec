"""What an audit of retention costs: 10,000 partitions (day folders of sources) judged, against listing the same files.

Run by hand: `.venv/bin/python bench/retention_audit.py [DAYS] [SOURCES]`. Machines are noisy: compare ratios, not seconds.
"""

import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

from pipelines.retention.states import State
from pipelines.settings import load_settings
from pipelines.steps.retention.auditing import Audit, audit
from pipelines.steps.retention.byte_files import files_below
from pipelines.steps.workspace import Workspace
from pipelines.storage.vault import Segment
from pipelines.weblogs.records import KIND

NOW = "2026-03-06T02:00:00+09:00"
LAST = date(2026, 3, 5)
MOST_SECONDS = 10.0
DATASET = "access_logs"


def filled(folder: Path, days: int, sources: int) -> Workspace:
    """Return a home with a segment of every source on each of `days`, as the ledger says; the bytes are no ciphertext."""
    workspace = Workspace.open(load_settings(home=folder / "home", clock=NOW))
    spans = [LAST - timedelta(days=back) for back in range(days)]
    keys = {day: workspace.keyring.data_key(DATASET, day).name for day in spans}
    for number in range(sources):
        segments = [_segment(workspace, f"source-{number:03d}", day, keys[day]) for day in spans]
        body = {
            "sha256": f"{number:064x}",
            "delivered_sha256": f"{number:064x}",
            "segments": [segment.to_json() for segment in segments],
            "quarantine": [],
            "accepted_by_day": {day.isoformat(): 1 for day in spans},
        }
        workspace.ledger.append(KIND, body, workspace.clock.now())
    return workspace


def _segment(workspace: Workspace, source: str, day: date, key: str) -> Segment:
    path = f"{DATASET}/{source}/{day}/{'0' * 16}-{0:015d}.age"
    file = workspace.home.vault / path
    file.parent.mkdir(parents=True)
    file.write_bytes(b"segment")
    return Segment(path, DATASET, source, day, 1, 0, 1, 7, "0" * 64, key)


def timed_audit(workspace: Workspace) -> tuple[float, Audit]:
    """Return the seconds an audit took, and what it found."""
    began = time.perf_counter()
    found = audit(Workspace.open(workspace.settings), workspace.today)
    return time.perf_counter() - began, found


def timed_listing(workspace: Workspace) -> tuple[float, int]:
    """Return the seconds it took to list every file with its size and times, and how many there are."""
    began = time.perf_counter()
    files = sum(1 for _ in files_below({"": workspace.home.root, "keys": workspace.settings.key_folder}))
    return time.perf_counter() - began, files


def main() -> None:
    """Print seconds and ratio. Exits 1 when 10,000 partitions take longer than they may."""
    days, sources = (int(text) for text in (sys.argv[1:] + ["100", "100"][len(sys.argv) - 1 :])[:2])
    with tempfile.TemporaryDirectory() as folder:
        workspace = filled(Path(folder), days, sources)
        listing, files = timed_listing(workspace)
        seconds, found = timed_audit(workspace)
    states = {state.value: sum(s.items for s in found.of(state) if s.dataset == DATASET) for state in State}
    print(f"{days * sources:,} partitions, {files:,} files: {states}")
    print(f"listed in {listing:.2f} s, audited in {seconds:.2f} s: {seconds / listing:.1f} times a listing")
    if days * sources >= 10_000 and seconds > MOST_SECONDS:
        sys.exit(1)


if __name__ == "__main__":
    main()
