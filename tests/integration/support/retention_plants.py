"""Plants of retention that change more than one file: rows delivered past their link, and things taken away that are owed."""

import json
from collections.abc import Callable
from datetime import timedelta

from pipelines.retention.states import State
from pipelines.steps.record_imports import import_record_files
from pipelines.steps.retention.ended_links import WAITS_DAYS
from pipelines.steps.workspace import Workspace

Undo = Callable[[], None]
Plant = Callable[[Workspace, State], Undo]


def row_past_its_link(workspace: Workspace, state: State) -> Undo:
    """Deliver a row of an ID that no link record names, of a day that an export describes since, or of before the grace."""
    pointer = workspace.registry.pointer("linked_accounts")
    assert pointer is not None
    day = pointer.as_of_day - timedelta(days=WAITS_DAYS if state is State.DUE else 8)
    ledger = [workspace.home.ledger / name for name in ("imports.jsonl", "imports.jsonl.head")]
    before, there = [path.read_bytes() for path in ledger], set(workspace.home.vault.rglob("*.age"))
    row = {"time": f"{day}T12:00:00+09:00", "service": "melon", "event": "stream", "partner_id": "P1"}
    delivered = workspace.home.landing / "linked" / "planted.jsonl"
    delivered.write_text(json.dumps({**row, "melon_member_id": "planted"}) + "\n")
    import_record_files(workspace, "linked")
    delivered.unlink(missing_ok=True)

    def undo() -> None:
        for path in set(workspace.home.vault.rglob("*.age")) - there:
            path.unlink()
        for path, content in zip(ledger, before, strict=True):
            path.write_bytes(content)
        workspace.ledger.verify()
        if (key := workspace.keyring.find("linked_events", day)) is not None:
            workspace.keyring.destroy(key.name)

    return undo


def taken_away(prefix: str, pattern: str) -> Plant:
    """Take the first file away that matches `pattern` below `prefix`; what it was is put back."""

    def plant(workspace: Workspace, _state: State) -> Undo:
        path = min((workspace.home.root / prefix).glob(pattern))
        held = path.read_bytes()
        path.unlink()
        return lambda: (path.write_bytes(held), None)[1]

    return plant


def chain_of_requests(workspace: Workspace, _state: State) -> Undo:
    """Take the whole chain of requests away: nothing of it is left that could be told to be cut."""
    paths = [workspace.home.ledger / name for name in ("requests.jsonl", "requests.jsonl.head")]
    held = [path.read_bytes() for path in paths]
    for path in paths:
        path.unlink()
    return lambda: [path.write_bytes(content) for path, content in zip(paths, held, strict=True)] and None
