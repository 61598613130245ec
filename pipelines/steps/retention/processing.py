"""Records of the processing of pseudonymised data, written when the data goes: from then on the law orders them kept.

A file of JSON lines in `ledger/processing`, named after the SHA-256 of its bytes; the register's entry of the destruction names
it, so that one that is gone is missed. No line speaks of a person.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from pipelines.clock import seoul_day
from pipelines.retention.items import Kind
from pipelines.retention.plan import Planned
from pipelines.steps.day_files import LINKED, LINKED_EVENTS, read_day_states
from pipelines.steps.workspace import Workspace
from pipelines.storage.atomic import write_text
from pipelines.warehouse.rebuilding import EVENTS

FOLDER = "ledger/processing"


def record_processing(workspace: Workspace, items: Sequence[Planned], at: datetime) -> str | None:
    """Write the record of what is about to go, on the disk when this returns; return its digest, None where none is owed.

    `items` are of one dataset and kind. Call it before the files go; the same items and instant write the same file again.
    """
    dataset, rows = items[0].dataset, defaultdict[date, int](int)
    if items[0].kind not in (Kind.FILE, Kind.KEY) or workspace.policy.dataset(dataset).stage != "events":
        return None
    counted = _rows_of_days(workspace, dataset) if items[0].kind is Kind.KEY else {}
    for item in items:
        if item.day is not None:
            rows[item.day] += counted.get(item.day, item.count)
    fields = workspace.policy.dataset(dataset).fields.values()
    served = sorted({purpose for field in fields for purpose in field.purposes})
    lines = [
        {"recorded_at": at.isoformat(), "dataset": dataset, "event_day": f"{day}", "purpose": purpose, "rows": count}
        for day, count in sorted(rows.items())
        for purpose in served
    ]
    text = "".join(f"{json.dumps(line)}\n" for line in lines)
    digest = hashlib.sha256(text.encode()).hexdigest()
    write_text(workspace.home.root / place_of_record(digest), text)
    return digest


def place_of_record(digest: str) -> str:
    """Return where the record with that digest lies below the home."""
    return f"{FOLDER}/{digest}.jsonl"


def recorded_on(path: Path) -> date | None:
    """Return the Asia/Seoul day on which a record was written, from inside; None for a file that is none, or was changed."""
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != path.stem or not content:
        return None
    return seoul_day(datetime.fromisoformat(json.loads(content.splitlines()[0])["recorded_at"]))


def _rows_of_days(workspace: Workspace, dataset: str) -> dict[date, int]:
    folders = {EVENTS: workspace.home.events, LINKED_EVENTS: workspace.home.events / LINKED}
    return {day: state.rows for day, state in read_day_states(folders[dataset]).items()}
