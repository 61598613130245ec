"""Rows of others that a restored backup lost with those of an erased member: named in the ledger, so that they may come again."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date

from pipelines.records.lost import KIND, entry_body
from pipelines.steps.gone import Gone, past_period
from pipelines.steps.record_imports import record_files
from pipelines.steps.subjects.linked_rows import DATASET
from pipelines.steps.workspace import Workspace
from pipelines.storage.rewritten import KIND as REWRITTEN
from pipelines.storage.rewritten import Rewrite
from pipelines.storage.rewritten import entry_body as rewritten


def note_lost_rows(workspace: Workspace, places: Collection[str]) -> int:
    """Enter the rows of linked events in the segments at `places`, about to go, whose day's period runs; return how many.

    Call it before the first is removed; said again, nothing changes.
    """
    is_past = past_period(workspace.policy, Gone.of(workspace.keyring), DATASET, workspace.today)
    by_file: dict[str, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    rewrites = []
    for record in record_files(workspace, DATASET):
        for body in record.segments:
            day = date.fromisoformat(body["day"])
            if f"vault/{body['path']}" in places and not is_past(day):
                by_file[record.sha256][day] += body["lines"]
                rewrites.append(Rewrite(body["path"], None, body["lines"]))
    if rewrites:
        workspace.ledger.append(KIND, entry_body(by_file), workspace.clock.now())
        workspace.ledger.append(REWRITTEN, rewritten("vault", rewrites), workspace.clock.now())
    return sum(rewrite.removed for rewrite in rewrites)
