"""The commands on members' rights: nothing without an identification, a withdrawal in two steps, and no name in what is said."""

import json
import sys
from datetime import date

import pytest

from pipelines.cli import app
from pipelines.settings import load_settings
from pipelines.steps.registry import import_registry
from pipelines.steps.workspace import Workspace

CLOCK = "2015-05-21T12:00:00+09:00"


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A demo home with one member."""
    monkeypatch.setattr("os.fsync", lambda _descriptor: None)
    root = tmp_path / "home"
    workspace = Workspace.open(load_settings(home=root, clock=CLOCK, threads=1))
    workspace.home.enter("demo")
    folder = workspace.home.landing / "registry"
    folder.mkdir()
    (folder / "members.csv").write_text(
        "account_key,login_id,partner_id,member_type,status,joined_at,withdrawn_at\n"
        "canary-account,canary-login,p1,agency,approved,2015-01-01T00:00:00+09:00,\n"
    )
    import_registry(workspace, "members")
    return root


@pytest.fixture
def run(home, monkeypatch, capsys):
    """Run the command line; return its exit code and what it printed."""

    def command(*arguments):
        monkeypatch.setattr(sys, "argv", ["partnerstats", *arguments, "--home", str(home), "--clock", CLOCK])
        with pytest.raises(SystemExit) as left:
            app.main()
        said = capsys.readouterr()
        assert "canary" not in said.out + said.err
        return left.value.code or 0, said.out

    return command


def test_a_request_without_an_identification_is_refused(run):
    assert run("subject", "erase", "--login", "canary-login")[0] == 2
    assert run("subject", "find", "--login", "canary-login", "--identification", " ")[0] == 2
    assert run("subject", "find", "--login", "canary-nobody", "--identification", "passport")[0] == 2


def test_a_member_is_looked_for_only_once_what_a_backup_brought_back_is_gone(run, home):
    workspace = Workspace.open(load_settings(home=home, clock=CLOCK, threads=1))
    workspace.keyring.destroy(workspace.keyring.data_key("events", date(2015, 5, 18)).name)
    back = home / "events" / "2015-05-18.parquet"
    back.write_bytes(b"under a key that was destroyed")
    assert run("subject", "find", "--login", "canary-login", "--identification", "passport")[0] == 0
    assert not back.exists()


def test_a_withdrawal_takes_two_steps_and_leaves_nothing_to_find(run):
    asked = ("subject", "withdraw", "--login", "canary-login", "--identification", "passport", "--json")
    code, out = run(*asked)
    told = json.loads(out)
    assert (code, told["carried_out"]) == (0, False)
    assert run(*asked, "--confirm", "nonsense")[0] == 2
    code, out = run(*asked, "--confirm", told["confirmation_code"])
    done = json.loads(out)
    assert (code, done["carried_out"]) == (0, True)
    assert {line["dataset"]: line["outcome"] for line in done["datasets"]}["members"] == "erased"
    code, out = run("subject", "find", "--account", "canary-account", "--identification", "passport", "--json")
    assert "members" not in {one["dataset"] for one in json.loads(out)["found"]}


def test_a_hold_is_added_listed_reviewed_and_released(run):
    given = ("--reason", "a complaint", "--authority", "a court", "--review", "2015-06-01")
    code, out = run("hold", "add", "--member", "canary-login", *given, "--json")
    assert code == 0
    hold = json.loads(out)["hold_id"]
    assert run("hold", "add", "--member", "canary-login", "--partner", "p1", *given)[0] == 2
    assert run("hold", "add", "--dataset", "access_logs", *given)[0] == 2
    assert run("hold", "review", hold, "--review", "2015-07-01")[0] == 0
    (listed,) = json.loads(run("hold", "list", "--json")[1])["holds"]
    assert (listed["on"], listed["review_on"], listed["released_on"]) == ("member", "2015-07-01", None)
    assert run("hold", "release", hold)[0] == 0
    assert run("hold", "release", hold)[0] == 2
