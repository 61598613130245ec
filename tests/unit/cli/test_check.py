"""Checks read identified data: in a role, for a reason, and on record before anything is read."""

import sys
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from pipelines.cli.app import app
from pipelines.errors import UsageError
from pipelines.settings import load_settings
from pipelines.steps.workspace import Workspace

CLOCK = "2026-11-21T12:00:00+09:00"


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[Workspace]:
    """The workspaces that were judged, by checks that take no seconds to load and always hold."""
    seen: list[Workspace] = []
    monkeypatch.setitem(
        sys.modules, "expectations.judging", SimpleNamespace(judge_everything=lambda w, _runs: seen.append(w) or [])
    )
    monkeypatch.setattr("os.fsync", lambda _descriptor: None)
    return seen


def _check(home: Path, *options: str):
    return CliRunner().invoke(app, ["check", "--home", str(home), "--clock", CLOCK, *options])


def test_a_check_is_on_record_with_role_and_reason(tmp_path, judged):
    done = _check(tmp_path / "home", "--role", "privacy_officer", "--reason", "quarterly review")
    assert done.exit_code == 0, done.output
    assert len(judged) == 1
    (access,) = Workspace.open(load_settings(home=tmp_path / "home")).access_records.read(date(2026, 11, 1))
    assert (access.role, access.reason, access.action) == (
        "privacy_officer",
        "quarterly review",
        "checks of everything stored",
    )


@pytest.mark.parametrize("options", [("--role", "passer_by"), ("--reason", " ")])
def test_nothing_is_read_for_no_reason_or_in_no_role(tmp_path, judged, options):
    refused = _check(tmp_path / "home", *options)
    assert isinstance(refused.exception, UsageError)
    assert judged == []
