"""Keys from the terminal: what there is, rotated with what was counted, and destroyed by the privacy officer alone."""

import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from pipelines.accounts.account import AccountRole
from pipelines.accounts.changes import invite
from pipelines.cli.app import app
from pipelines.errors import KeyMissingError, UsageError
from pipelines.retention.entries import Destroyed, Rotated
from pipelines.settings import load_settings
from pipelines.steps.retention.register import open_register
from pipelines.steps.workspace import Workspace

CLOCK = "2026-11-21T12:00:00+09:00"
LOG_KEY = "access_logs.2026-11-20.until-2027-02-25"
OFFICER = ("--role", "privacy_officer", "--reason", "asked by counsel")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A rehearsal home with two data keys and two files of a registry table, the former superseded."""
    monkeypatch.setattr("os.fsync", lambda _descriptor: None)
    workspace = Workspace.open(load_settings(home=tmp_path / "home", clock=CLOCK))
    workspace.keyring.data_key("access_logs", date(2026, 11, 20))
    workspace.keyring.data_key("events", date(2026, 11, 20))
    key = workspace.keyring.fresh_key("members", date(2026, 11, 20))
    workspace.keyring.supersede(key.name)
    return tmp_path / "home"


def opened(home: Path) -> Workspace:
    return Workspace.open(load_settings(home=home))


def run(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["keys", *arguments, "--home", str(home)])


def document(home: Path, *arguments: str) -> dict:
    result = run(home, *arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_the_status_shows_generations_and_until_when_superseded_keys_stay_and_no_key(home):
    told = document(home, "status")
    assert told["pseudonym_generations"] == [1]
    (superseded,) = told["superseded"]
    assert superseded["name"].startswith("members.")
    assert superseded["destroy_by"] == "2026-11-26"
    assert {key["superseded_on"] for key in told["keys"]} == {None, "2026-11-21"}
    table = run(home, "status").output
    assert "2026-11-26" in table
    assert "3 data keys, 1 superseded; pseudonyms of generation 1; master key" in table
    assert not [
        info for info in opened(home).keyring.list() if opened(home).keyring.get(info.name).secret.hex() in table
    ]


def test_a_rotation_says_what_moved_and_what_was_destroyed(home):
    (told,) = document(home, "rotate", "--pseudonyms")["rotations"]
    assert (told["what"], told["moved"], told["days"], told["is_equal"]) == (["pseudonyms"], 0, 0, True)
    assert told["keys_destroyed"] == 1
    assert document(home, "status")["pseudonym_generations"] == [2]
    (entry,) = open_register(opened(home)).entries()
    assert isinstance(entry.body, Rotated)
    assert entry.body.approved_by == "operator"
    output = run(home, "rotate", "--pseudonyms", *OFFICER).output
    assert "pseudonyms: 0 of 0 days moved." in output
    assert "equal before and after" in output
    (month,) = opened(home).access_records.months()
    actions = [(access.action, access.role) for access in opened(home).access_records.read(month)]
    assert actions == [("rotate pseudonyms", "operator"), ("rotate pseudonyms", "privacy_officer")]


def test_the_keys_of_the_dashboard_are_shown_and_rotated_apart(home):
    assert document(home, "status")["dashboard"] is None
    assert document(home, "rotate", "--dashboard")["dashboard"] == {"accounts": 0, "keys_destroyed": 0}
    role = AccountRole.PRIVACY_OFFICER
    invite(opened(home).accounts, "kim.minji", role, None)
    before = document(home, "status")
    (key,) = before["dashboard"]["keys"]
    assert key["dataset"] == "dashboard_accounts"
    assert document(home, "rotate", "--dashboard")["dashboard"] == {"accounts": 1, "keys_destroyed": 1}
    after = document(home, "status")
    assert after["dashboard"]["keys"][0]["name"] != key["name"]
    assert after["dashboard"]["master_key_fingerprint"] != before["dashboard"]["master_key_fingerprint"]
    assert after["master_key_fingerprint"] == before["master_key_fingerprint"]
    assert opened(home).accounts.store.find("kim.minji").role is role
    assert "1 data keys of the dashboard" in run(home, "status").output
    assert "dashboard: 1 accounts under new keys, 1 keys destroyed." in run(home, "rotate", "--dashboard").output


def test_a_rotation_of_nothing_is_refused(home):
    assert isinstance(run(home, "rotate").exception, UsageError)


def test_a_key_is_destroyed_by_name_and_entered_in_the_register(home):
    before = opened(home).keyring.fingerprint
    assert document(home, "destroy", LOG_KEY, *OFFICER) == {"destroyed": [LOG_KEY]}
    with pytest.raises(KeyMissingError):
        opened(home).keyring.get(LOG_KEY)
    assert opened(home).keyring.fingerprint != before
    entry = open_register(opened(home)).entries()[-1].body
    assert isinstance(entry, Destroyed)
    assert (entry.dataset, entry.days, entry.keys, entry.approved_by) == (
        "access_logs",
        (date(2026, 11, 20),),
        1,
        "privacy_officer",
    )


@pytest.mark.parametrize(
    ("names", "options", "error"),
    [
        ([LOG_KEY], ("--reason", "asked by counsel"), UsageError),
        ([LOG_KEY], ("--role", "operator", "--reason", "asked by counsel"), UsageError),
        ([LOG_KEY], ("--role", "privacy_officer"), UsageError),
        ([LOG_KEY, "access_logs.2026-11-19.until-2027-02-24"], OFFICER, KeyMissingError),
        (["pseudonyms.1"], OFFICER, KeyMissingError),
        (["subjects.1"], OFFICER, KeyMissingError),
    ],
    ids=["no role", "another role", "no reason", "one unknown", "the root key", "the subjects' key"],
)
def test_no_other_destroys_a_key_and_nobody_one_that_is_no_data_key(home, names, options, error):
    before = {info.name for info in opened(home).keyring.list()}
    assert isinstance(run(home, "destroy", *names, *options).exception, error)
    assert before <= {info.name for info in opened(home).keyring.list()}
    assert open_register(opened(home)).entries() == []
