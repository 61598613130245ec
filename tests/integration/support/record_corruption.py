"""Record files that break the policy, delivered, and what is stored of them changed."""

import hashlib
import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
from support.corruption import one_event

from pipelines.clock import seoul_day
from pipelines.privacy.lookups import member_text
from pipelines.privacy.pseudonyms import Pseudonymiser, Purpose
from pipelines.records.ledgered import KIND
from pipelines.rights.holds import Hold, On
from pipelines.rights.requests import Request
from pipelines.steps import registry
from pipelines.steps.day_files import read_day_states
from pipelines.steps.events import derive_stale_days
from pipelines.steps.imports import import_landing
from pipelines.steps.linked import derive_linked_days, linked_folder
from pipelines.steps.people import people_of
from pipelines.steps.record_imports import import_record_files
from pipelines.steps.retention.lost_rows import note_lost_rows
from pipelines.steps.subjects.linked_rows import segments_by_day
from pipelines.steps.workspace import Workspace
from pipelines.storage.engine import add_key
from pipelines.storage.ledger import Ledger
from pipelines.storage.parquet import scan, write_parquet

Corruption = Callable[[Workspace], None]
Row = dict[str, Any]
DAY = date(2026, 3, 5)
NOON = "2026-03-05T12:00:00+09:00"
COOKIE: Row = {"time": NOON, "event": "issued", "cookie_name": "pc_member", "member_id": "kim", "expires": None}
LINKED: Row = {"time": NOON, "service": "melon", "event": "stream", "partner_id": "P00001", "melon_member_id": "m1"}
FOLDERS = {"cookies": COOKIE, "linked": LINKED}


def deliver(workspace: Workspace, folder: str, *rows: Row) -> None:
    """Deliver rows as a file of JSON lines and take it in; every one of them is read."""
    _lay(workspace, folder, "delivered.jsonl", list(rows))
    intake = import_record_files(workspace, folder)
    assert (intake.rows, intake.accepted) == (len(rows), len(rows))


def record(folder: str, **changed: Any) -> Corruption:
    """Deliver one record that differs from a harmless one by `changed`."""
    return lambda workspace: deliver(workspace, folder, {**FOLDERS[folder], **changed})


def delivery_of_bad_rows(folder: str, rows: int, bad: int) -> Corruption:
    """Deliver a file of which `bad` of `rows` rows have a time that cannot be read."""

    def corrupt(workspace: Workspace) -> None:
        row = FOLDERS[folder]
        _lay(workspace, folder, "bad.jsonl", [row] * (rows - bad) + [{**row, "time": "yesterday"}] * bad)
        assert sum(import_record_files(workspace, folder).quarantined.values()) == bad

    return corrupt


def delivery_without_a_header(folder: str) -> Corruption:
    """Deliver a CSV file whose first row stands where names of columns should."""

    def corrupt(workspace: Workspace) -> None:
        path = _lay(workspace, folder, "headless.csv", [])
        path.write_text(",".join(str(value or "") for value in FOLDERS[folder].values()) + "\n")
        assert import_record_files(workspace, folder).count("quarantined") == 1

    return corrupt


def _lay(workspace: Workspace, folder: str, name: str, rows: list[Row]) -> Path:
    path = workspace.home.landing / folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def record_ledger(folder: str, change: Callable[[dict[str, Any]], None]) -> Corruption:
    """Deliver a harmless record, then write the whole ledger anew, with a valid chain, after `change` of its entry."""

    def corrupt(workspace: Workspace) -> None:
        deliver(workspace, folder, FOLDERS[folder])
        entries = workspace.ledger.entries()
        for path in workspace.home.ledger.glob("imports.jsonl*"):
            path.unlink()
        change(next(entry for entry in reversed(entries) if entry.kind == KIND).body)
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


def linked_day(select: str) -> Corruption:
    """Link a member, deliver two events of theirs, derive the day, and write its file anew as `select` has `linked`."""

    def corrupt(workspace: Workspace) -> None:
        workspace_with_a_link(workspace)
        state = read_day_states(linked_folder(workspace))[DAY]
        assert state.rows == 2
        key, path = workspace.keyring.get(state.key), linked_folder(workspace) / state.file_name
        with workspace.connection() as connection:
            add_key(connection, key)
            connection.execute(f"CREATE TABLE linked AS SELECT * FROM {scan(path, state.key)}")  # noqa: S608
            connection.execute("CREATE TABLE changed AS " + select)
            write_parquet(connection, "SELECT * FROM changed", path, key)

    return corrupt


def workspace_with_a_link(workspace: Workspace) -> None:
    """Link a processed member's account, deliver two events of theirs, and derive the day."""
    account = people_of(workspace.registry, DAY).members["account_key"].to_pylist()[0]
    rows = f"account_key,service,melon_member_id,linked_at,ended_at\n{account},melon,m1,2026-01-01T00:00:00+09:00,\n"
    export_instead(workspace, "linked_accounts", rows)
    deliver(workspace, "linked", LINKED, {**LINKED, "event": "like"})
    derive_linked_days(workspace)


def cookies_that_ended(workspace: Workspace) -> None:
    """Let every member's cookie end at the first instant of the last day, and derive the day anew."""
    day = max(read_day_states(workspace.home.events))
    logins = people_of(workspace.registry, day).members["login_id"].to_pylist()
    ended = {**COOKIE, "event": "ended", "time": f"{day}T00:00:00+09:00"}
    deliver(workspace, "cookies", *({**ended, "member_id": login} for login in logins))
    derive_stale_days(workspace)


def request_that_shows(cookies: str) -> Corruption:
    """Deliver a request of the last day with the header `cookies`, take it in, and derive the day anew."""

    def corrupt(workspace: Workspace) -> None:
        day = max(read_day_states(workspace.home.events))
        line = f'203.0.113.9 - - [{day:%d/%b/%Y}:10:00:00 +0900] "GET / HTTP/1.1" 200 5 "-" "Firefox" "{cookies}"\n'
        (workspace.home.landing / "access" / "demo-web" / "shown.log").write_text(line)
        assert import_landing(workspace).accepted == 1
        derive_stale_days(workspace)

    return corrupt


def sign_up_of_who_left(workspace: Workspace) -> None:
    """Let a member leave, and give the member's phone number to one who joined today."""
    rows = workspace.registry.load("members")
    present = [row for row in rows.to_pylist() if row["valid_to"] is None]
    gone, new = present[0], present[1]
    at, phone = workspace.clock.now(), "010-0000-7777"
    former = workspace.sign_ups.former("0" * 64, at - timedelta(days=1), {"contact_phone": phone})
    workspace.sign_ups.add(seoul_day(former.left_at), [former])
    rest = [row for row in rows.to_pylist() if row["account_key"] not in (gone["account_key"], new["account_key"])]
    sign_up = {**new, "joined_at": at, "contact_phone": phone}
    workspace.registry.rewrite("members", pa.Table.from_pylist([*rest, sign_up], schema=rows.schema), changed_from=None)


def consents_of_one_alone(workspace: Workspace) -> None:
    """Deliver a table of consents in which one member alone has one; all others are held back."""
    account = people_of(workspace.registry, DAY).members["account_key"].to_pylist()[0]
    rows = f"account_key,consent,given_at,until,withdrawn_at\n{account},sign_up,2026-01-01T00:00:00+09:00,,\n"
    export_instead(workspace, "consents", rows)


def consents_never_delivered(workspace: Workspace) -> None:
    """Take the table of consents away, as if none had ever come."""
    (workspace.home.registry / "consents.json").unlink()


def event_of_who_is(status: str) -> Corruption:
    """Put somebody into the registry who was never more than `status`, and their pseudonym into one event."""

    def corrupt(workspace: Workspace) -> None:
        rows = workspace.registry.load("members")
        changed = {"account_key": "AKNEW", "login_id": "new", "status": status, "valid_to": None}
        rows = pa.Table.from_pylist([*rows.to_pylist(), {**rows.to_pylist()[0], **changed}], schema=rows.schema)
        workspace.registry.rewrite("members", rows, changed_from=None)
        pseudonymiser = Pseudonymiser(workspace.keyring.pseudonym_key().secret)
        (pseudonym,) = pseudonymiser.pseudonyms(Purpose.MEMBER, [member_text("AKNEW")])
        one_event("member_pseudonym", f"'{pseudonym}'", "member_pseudonym IS NOT NULL")(workspace)

    return corrupt


def event_of_nobody(workspace: Workspace) -> None:
    """Derive what is due, and put a pseudonym into one event that is no member's."""
    derive_stale_days(workspace)
    one_event("member_pseudonym", "repeat('a', 64)", "member_pseudonym IS NOT NULL")(workspace)


def hold_past_its_review(workspace: Workspace) -> None:
    """Leave a hold in force whose review date was yesterday."""
    now = workspace.clock.now()
    review_on = workspace.today - timedelta(days=1)
    workspace.holds.add(
        Hold("", On.DATASET, "a complaint", "a court", "operator", review_on, now, dataset="access_logs")
    )


def hold_that_is_gone(workspace: Workspace) -> None:
    """Add a hold, and leave nothing of it but its keys: neither chain nor order, and no copy beside the keys."""
    now = workspace.clock.now()
    hold_id = workspace.holds.add(
        Hold("", On.DATASET, "a complaint", "a court", "operator", workspace.today, now, dataset="access_logs")
    ).hold_id
    (workspace.settings.key_folder / "holds" / f"{hold_id}.json").unlink()
    for path in [*workspace.home.ledger.glob("holds.jsonl*"), *workspace.home.ledger.glob("holds/*.age")]:
        path.unlink()


def request_left_open(workspace: Workspace) -> None:
    """Write a request down and do nothing more."""
    now = workspace.clock.now()
    workspace.requests.ask(Request("", "erased", "AK0", (), (), now, "operator", {}, {}))


def linked_event_without_a_link(workspace: Workspace) -> None:
    """Deliver an event of ten days ago whose ID no link record names any more."""
    day = workspace.today - timedelta(days=10)
    deliver(workspace, "linked", {**LINKED, "time": f"{day}T12:00:00+09:00", "melon_member_id": "m-ended"})


def linked_rows_lost(workspace: Workspace) -> None:
    """Let the ledger lose the rows of a day, as a home does that is restored from before somebody was erased from it."""
    segments = [segment for found in segments_by_day(workspace).values() for segment in found]
    assert note_lost_rows(workspace, {f"vault/{segment.path}" for segment in segments}) > 0


def export_instead(workspace: Workspace, table: str, rows: str) -> None:
    """Deliver a CSV export in the place of the one that lies there, and confirm that other rows are gone."""
    folder = workspace.home.landing / "registry"
    for path in folder.glob(f"{table}.*"):
        path.unlink()
    (folder / f"{table}.csv").write_text(rows)
    digest = hashlib.sha256(rows.encode()).hexdigest()
    confirming = Workspace.open(workspace.settings.model_copy(update={"confirm_vanished": (f"{table}={digest}",)}))
    assert registry.import_registry(confirming, table).total("added") == 1
