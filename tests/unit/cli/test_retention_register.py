"""The register from the terminal: listed, verified with the right exit code, and certified only when it holds."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from pipelines.cli.app import app
from pipelines.clock import FixedClock
from pipelines.errors import CheckFailedError, DamagedError, HomeError, UsageError
from pipelines.home import Home
from pipelines.retention.entries import NIGHTLY, Begun, Destroyed, Method, Verified
from pipelines.retention.items import Kind
from pipelines.settings import load_settings
from pipelines.steps.retention.register import open_register
from pipelines.steps.workspace import existing_home

AT = datetime(2026, 11, 20, 17, tzinfo=UTC)
PLAN = "5e" * 32


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A rehearsal home whose register holds one night: begun, destroyed, verified."""
    folder = tmp_path / "home"
    Home.open(folder, FixedClock(AT), rehearsal=True)
    register = open_register(existing_home(load_settings(home=folder)))
    shared = {"policy_version": "2014-06-16", "plan": PLAN}
    register.append(Begun(**shared, approved_by=NIGHTLY, items=2), AT)
    destroyed = {
        "dataset": "access_logs",
        "stored_as": Kind.FILE,
        "days": (date(2026, 8, 20),),
        "files": 2,
        "rows": 9_981,
    }
    method = {"keys": 1, "clause": "keep.visits", "method": Method.KEY_THEN_FILE, "approved_by": NIGHTLY}
    register.append(Destroyed(**shared, **destroyed, **method), AT)
    counts = {"probes": 3, "probes_found": 0, "controls": 1, "controls_found": 1, "files": 9, "bytes": 90}
    register.append(Verified(**shared, scope="changed", **counts), AT)
    return folder


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["retention", "register", *map(str, arguments)])


def document(*arguments: str | Path) -> dict:
    return json.loads(run(*arguments, "--json").stdout)


def spoil(home: Path) -> None:
    path = home / "ledger" / "destructions.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"rows":9981', b'"rows":9982'))


def test_entries_are_listed_with_what_was_destroyed(home):
    shown = document("list", "--home", home)
    assert shown["size"] == 3
    assert [entry["kind"] for entry in shown["entries"]] == ["begun", "destroyed", "verified"]
    assert shown["entries"][1]["rows"] == 9_981
    printed = run("list", "--home", home).stdout
    assert "access_logs" in printed
    assert "9,981" in printed


def test_a_period_is_given_in_days_of_seoul(home):
    assert len(document("list", "--home", home, "--from", "2026-11-21", "--to", "2026-11-21")["entries"]) == 3
    assert document("list", "--home", home, "--to", "2026-11-20")["entries"] == []


def test_a_register_as_written_verifies_and_a_changed_one_exits_one_with_the_entry(home):
    assert run("verify", "--home", home).exit_code == 0
    assert document("verify", "--home", home)["holds"] is True
    spoil(home)
    refused = run("verify", "--home", home)
    assert refused.exit_code == 1
    assert "entry 2 is not what was written" in refused.stdout
    assert [finding["entry"] for finding in document("verify", "--home", home)["findings"]] == [2]
    assert isinstance(run("list", "--home", home).exception, DamagedError)


def test_a_register_is_compared_with_the_root_on_a_certificate(home):
    root = document("verify", "--home", home)["root"]
    assert run("verify", "--home", home, "--issued", f"3:{root}").exit_code == 0
    assert "has 3" in run("verify", "--home", home, "--issued", f"4:{root}").stdout
    other = run("verify", "--home", home, "--issued", f"3:{'0' * 64}")
    assert other.exit_code == 1
    assert "not those that were certified" in other.stdout
    assert isinstance(run("verify", "--home", home, "--issued", "3").exception, UsageError)


def test_a_certificate_is_written_for_a_period_and_verifies_against_the_register(home, tmp_path):
    out = tmp_path / "certificate.html"
    told = document("certificate", "--home", home, "--from", "2026-11-01", "--to", "2026-11-21", "--out", out)
    assert (told["entries"], told["plans"]) == (3, {"passed": 1})
    assert f"--issued 3:{told['root']}" in out.read_text("utf-8")
    assert run("verify", "--home", home, "--issued", f"3:{told['root']}").exit_code == 0


def test_a_register_that_does_not_hold_is_not_certified(home, tmp_path):
    spoil(home)
    out = tmp_path / "certificate.html"
    refused = run("certificate", "--home", home, "--from", "2026-11-01", "--to", "2026-11-21", "--out", out)
    assert isinstance(refused.exception, CheckFailedError)
    assert refused.exception.exit_code == 1
    assert not out.exists()


def test_a_certificate_is_not_written_into_the_home(home):
    out = home / "certificate.html"
    refused = run("certificate", "--home", home, "--from", "2026-11-01", "--to", "2026-11-21", "--out", out)
    assert isinstance(refused.exception, UsageError)
    assert not out.exists()


def test_the_copy_lies_beside_the_keys_or_where_the_setting_says_and_never_in_the_home(home, tmp_path, monkeypatch):
    assert (tmp_path / "home.keys" / "destructions.head").exists()
    monkeypatch.setenv("PARTNERSTATS_REGISTER_COPY", str(tmp_path / "elsewhere" / "head"))
    refused = run("verify", "--home", home)
    assert refused.exit_code == 1
    assert "the copy of the head is missing" in refused.stdout
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "home.keys" / "destructions.head").rename(tmp_path / "elsewhere" / "head")
    assert run("verify", "--home", home).exit_code == 0
    monkeypatch.setenv("PARTNERSTATS_REGISTER_COPY", str(home / "ledger" / "copy"))
    assert isinstance(run("verify", "--home", home).exception, HomeError)


@pytest.mark.parametrize("command", [(), ("list",), ("verify",), ("certificate",), ("restore",)])
def test_help_teaches_each_command_of_the_register(command):
    shown = run(*command, "--help")
    assert shown.exit_code == 0
    assert "Usage" in shown.stdout
