"""Record files that break the policy, delivered, and what is stored of them changed."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pipelines.records.ledgered import KIND
from pipelines.steps import registry
from pipelines.steps.day_files import read_day_states
from pipelines.steps.events import derive_stale_days
from pipelines.steps.people import people_of
from pipelines.steps.record_imports import import_record_files
from pipelines.steps.workspace import Workspace
from pipelines.storage.ledger import Ledger

Corruption = Callable[[Workspace], None]
Row = dict[str, Any]
NOON = "2026-03-05T12:00:00+09:00"
COOKIE: Row = {"time": NOON, "event": "issued", "cookie_name": "pc_member", "member_id": "kim", "expires": None}
LINKED: Row = {"time": NOON, "service": "melon", "event": "stream", "partner_id": "P00001", "melon_member_id": "m1"}
FOLDERS = {"cookies": COOKIE, "linked": LINKED}


def deliver(workspace: Workspace, folder: str, *rows: Row) -> None:
    """Deliver rows as a file of JSON lines and take it in; every one of them is read."""
    path = workspace.home.landing / folder / "delivered.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    intake = import_record_files(workspace, folder)
    assert (intake.rows, intake.accepted) == (len(rows), len(rows))


def record(folder: str, **changed: Any) -> Corruption:
    """Deliver one record that differs from a harmless one by `changed`."""
    return lambda workspace: deliver(workspace, folder, {**FOLDERS[folder], **changed})


def record_ledger(folder: str, change: Callable[[dict[str, Any]], None]) -> Corruption:
    """Deliver a harmless record, then write the whole ledger anew, with a valid chain, after `change` of its entry."""

    def corrupt(workspace: Workspace) -> None:
        deliver(workspace, folder, FOLDERS[folder])
        entries = workspace.ledger.entries()
        for path in workspace.home.ledger.glob("imports.jsonl*"):
            path.unlink()
        change(next(entry for entry in entries if entry.kind == KIND).body)
        forged = Ledger(workspace.home.ledger / "imports.jsonl")
        for entry in entries:
            forged.append(entry.kind, entry.body, entry.at)

    return corrupt


def record_part(folder: str, dataset: str, change: Callable[[Path], None]) -> Corruption:
    """Deliver a harmless record, then change the sealed file it lies in."""

    def corrupt(workspace: Workspace) -> None:
        deliver(workspace, folder, FOLDERS[folder])
        change(next((workspace.home.vault / dataset).rglob("*.age")))

    return corrupt


def cookies_that_ended(workspace: Workspace) -> None:
    """Let every member's cookie end at the first instant of the last day, and derive the day anew."""
    day = max(read_day_states(workspace.home.events))
    logins = people_of(workspace.registry, day).members["login_id"].to_pylist()
    ended = {**COOKIE, "event": "ended", "time": f"{day}T00:00:00+09:00"}
    deliver(workspace, "cookies", *({**ended, "member_id": login} for login in logins))
    derive_stale_days(workspace)


def shown(name: str) -> Corruption:
    """Change what the last day's state says its lines' cookies showed."""

    def corrupt(workspace: Workspace) -> None:
        path = max(workspace.home.events.glob("????-??-??.json"))
        body = json.loads(path.read_bytes())
        body["cookies"][name] += 1
        path.write_text(json.dumps(body))

    return corrupt


def export_finding(table: str, **found: Any) -> Corruption:
    """Let the ledger say of the latest export of `table` what it should not have had."""
    clean = {"refused": {}, "undeclared_columns": [], "sensitive_columns": [], "flags": {}}
    body = {"table": table, "sha256": "0" * 64, "as_of_day": "2026-03-05", "rows": 10, **clean, **found}
    return lambda workspace: workspace.ledger.append(registry.KIND, body, workspace.clock.now()) and None


def consents_of_nobody(workspace: Workspace) -> None:
    """Deliver a table of consents in which no member has one."""
    path = workspace.home.landing / "registry" / "consents.csv"
    path.write_text("account_key,consent,given_at,until,withdrawn_at\nAK0,sign_up,2026-01-01T00:00:00+09:00,,\n")
    assert registry.import_registry(workspace, "consents").rows == 1
