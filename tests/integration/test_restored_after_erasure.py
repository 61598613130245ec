"""A member is erased, delivered again, and the whole home restored from before: erased again before anything else runs."""

import json
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyrage
import pytest
from support.quick import decoded_events, quick_intake
from test_leaving import FIRST_NIGHT, export, log
from typer.testing import CliRunner

from pipelines.cli.app import app
from pipelines.resources import WorkspaceResource
from pipelines.retention.entries import Replayed, Restored
from pipelines.settings import PREFIX, load_settings
from pipelines.steps.day_files import read_day_states
from pipelines.steps.linked import linked_folder
from pipelines.steps.retention.distinct_counts import distinct_counts
from pipelines.steps.retention.register import open_register
from pipelines.steps.subjects.erasing import carry_out
from pipelines.steps.subjects.finding import Search
from pipelines.steps.subjects.person import person_of
from pipelines.steps.workspace import Workspace

pytestmark = pytest.mark.slow
MEMBERS = ("kim", "lee", "park")
NOT_OF_THE_RESTORE = {"consents_were_delivered", "days_are_in_the_warehouse"}
"""What fails here anyway: no consents are delivered, and no warehouse is built."""


def deliver(workspace: Workspace) -> None:
    """Deliver the registry with links and consents, a day of lines, linked events and cookie records of each member."""
    export(workspace)
    log(workspace, 4)
    early = "2026-01-01T00:00:00+09:00"
    links = [
        {
            "account_key": f"AK{n}",
            "service": "melon",
            "melon_member_id": f"m-{who}",
            "linked_at": early,
            "ended_at": None,
        }
        for n, who in enumerate(MEMBERS, 1)
    ]
    as_lines(workspace, "registry/linked_accounts.jsonl", links)
    as_lines(workspace, "linked/late.jsonl", [linked(who) for who in MEMBERS])
    cookies = [
        {"time": NOON, "event": "issued", "cookie_name": "pc_member", "member_id": who, "expires": None}
        for who in MEMBERS
    ]
    as_lines(workspace, "cookies/cookies.jsonl", cookies)


NOON = "2026-03-04T09:00:00+09:00"


def linked(who: str, minute: int = 0) -> dict[str, str]:
    at = f"2026-03-04T12:{minute:02}:00+09:00"
    return {"time": at, "service": "melon", "event": "stream", "partner_id": "P1", "melon_member_id": f"m-{who}"}


def as_lines(workspace: Workspace, place: str, rows: list[dict[str, Any]]) -> None:
    path = workspace.home.landing / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


@pytest.fixture(scope="module")
def erased(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The settings of a home in which kim was erased after a backup was taken."""
    folder = tmp_path_factory.mktemp("erased")
    recipient = str(pyrage.x25519.Identity.generate().to_public())
    found = {"home": folder / "home", "clock": FIRST_NIGHT, "threads": 1, "sealed_recipient": recipient}
    workspace = Workspace.open(load_settings(**found))
    deliver(workspace)
    quick_intake(workspace)
    assert members(workspace) == (3, 3)
    shutil.copytree(folder / "home", folder / "backup")
    carry_out(workspace, person_of(workspace, "kim", "AK1"), "erased", "passport")
    assert members(workspace) == (2, 2)
    assert planted(workspace) == {}
    return found


@pytest.fixture
def given(erased: dict[str, Any], tmp_path: Path) -> dict[str, Any]:
    """A copy of it, with its keys and its backup."""
    for name in ("home", "home.keys", "backup"):
        shutil.copytree(erased["home"].with_name(name), tmp_path / name)
    return {**erased, "home": tmp_path / "home"}


def members(workspace: Workspace) -> tuple[int, int]:
    """How many members the events count, and the linked events."""
    known = {event["member_pseudonym"] for event in decoded_events(workspace)} - {None}
    days = read_day_states(linked_folder(workspace)).values()
    return len(known), sum(state.rows for state in days)


def planted(workspace: Workspace) -> dict[str, int]:
    """Where kim is found, by dataset, but for what a law or the policy keeps, and names of delivered files in the ledger."""
    search = Search(workspace, person_of(workspace, "kim", "AK1"))
    kept_by_law = {"access_records", "tombstones", "former_members_1y", "former_members_permanent"}
    kept_by_law |= {"access_logs", "cookie_records", "import_ledger", "sign_up_digests"}
    counts = {one.dataset: one.count for one in search.all() if one.count and one.dataset not in kept_by_law}
    assert search.faults == []
    return counts


def restored(given: dict[str, Any]) -> Workspace:
    """Put the backup in the place of the whole home; keys and tombstones lie outside and stay."""
    shutil.rmtree(given["home"])
    shutil.copytree(given["home"].with_name("backup"), given["home"])
    return Workspace.open(load_settings(**given))


def begin_a_night(given: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Do what a run of Dagster does before its first step."""
    for name, value in given.items():
        monkeypatch.setenv(f"{PREFIX}{name.upper()}", str(value))
    run = SimpleNamespace(job_name="nightly", tags={})
    context = SimpleNamespace(run=run, run_id="5e5e", instance=None)
    resource = WorkspaceResource()
    resource.setup_for_execution(context)
    resource.teardown_after_execution(context)


def test_the_night_after_a_restore_erases_again_before_anything_else_and_counts_nobody(given, monkeypatch):
    back = restored(given)
    assert "members" in planted_unread(back)
    begin_a_night(given, monkeypatch)
    workspace = Workspace.open(load_settings(**given))
    assert planted_unread(workspace) == set()
    bodies = [entry.body for entry in open_register(workspace).entries()]
    assert {Restored, Replayed} <= {type(body) for body in bodies}
    assert "linked_events" in {body.dataset for body in bodies if isinstance(body, Replayed)}
    # The same files once more, and a late one with new lines of the day.
    deliver(workspace)
    as_lines(workspace, "linked/later.jsonl", [linked(who, 30) for who in MEMBERS])
    quick_intake(workspace)
    assert members(workspace)[0] == 2
    assert members(workspace)[1] % 2 == 0
    assert planted(workspace) == {}
    assert distinct_counts(workspace)["all"]["members"] == 2
    assert quick_intake(workspace) == []


def planted_unread(workspace: Workspace) -> set[str]:
    """The registry tables that have kim's row, read without looking for anything else."""
    tables = workspace.registry.tables()
    return {table for table in tables if "AK1" in str(workspace.registry.load(table).to_pylist())}


@pytest.mark.parametrize("command", [["retention", "audit"], ["check"]])
def test_audit_and_checks_of_a_home_that_is_older_say_what_is_wrong_and_end(command, given, monkeypatch):
    restored(given)
    for name, value in given.items():
        monkeypatch.setenv(f"{PREFIX}{name.upper()}", str(value))
    said = CliRunner().invoke(app, [*command, "--json"])
    assert isinstance(said.exception, SystemExit | None), said.exception
    told = json.loads(said.stdout)
    if command == ["check"]:
        failed = {check["name"] for check in told["checks"] if not check["passed"]}
        # Rows of others that stood in the same rewritten file wait to be delivered again (decision 65).
        assert failed == {*NOT_OF_THE_RESTORE, "lost_linked_events_came_again"}
    else:
        assert (told["faults"], told["has_passed"]) == ([], True)
    assert said.exit_code == (1 if command == ["check"] else 0)
    kinds = {entry.body.kind for entry in open_register(Workspace.open(load_settings(**given))).entries()}
    assert {"restored", "replayed"} <= kinds
