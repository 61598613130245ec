"""`partnerstats publish` and `publish export` as a person types them."""

import json
import sys

import pytest

from pipelines.cli import app
from pipelines.settings import load_settings
from pipelines.steps.workspace import Workspace

CLOCK = "2026-11-05T05:00:00+09:00"


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Run the command line on a home in which nothing was built; return its exit code and what it printed."""
    Workspace.open(load_settings(home=tmp_path / "home", clock=CLOCK, threads=1))

    def command(*arguments):
        monkeypatch.setattr(sys, "argv", ["partnerstats", *map(str, arguments)])
        with pytest.raises(SystemExit) as left:
            app.main()
        said = capsys.readouterr()
        return left.value.code or 0, said.out + said.err

    return command


def test_an_export_says_whose_and_is_refused_before_the_first_release(run, tmp_path):
    home = ("--home", tmp_path / "home", "--clock", CLOCK)
    code, said = run("publish", "export", "--partner", "p-1", "--to", tmp_path / "bi", "--json", *home)
    assert (code, json.loads(said.partition("}")[0] + "}")["kind"]) == (2, "UsageError")
    assert "partnerstats publish` first" in said
    for whose in ((), ("--partner", "p-1", "--all")):
        code, said = run("publish", "export", "--to", tmp_path / "bi", *whose, *home)
        assert (code, "--partner ID, or --all" in said) == (2, True)
    assert run("publish", "export", "--all", "--format", "xlsx", "--to", tmp_path / "bi", *home)[0] == 2


def test_options_before_the_further_command_are_not_silently_ignored(run, tmp_path):
    code, said = run("publish", "--home", tmp_path / "home", "export", "--all", "--to", tmp_path / "bi")
    assert (code, "give the options after `export`" in said) == (2, True)


def test_publish_alone_still_publishes(run, tmp_path):
    code, said = run("publish", "--json", "--home", tmp_path / "home", "--clock", CLOCK)
    assert "Missing command" not in said
    assert code in (0, 1)


def test_why_says_what_is_wrong_with_a_question(run, tmp_path):
    home = ("--home", tmp_path / "home", "--clock", CLOCK)
    asked = ("publish", "why", "--partner", "p-1", "--from", "2026-11-02", "--to", "2026-11-08")
    code, said = run(*asked, *home)
    assert (code, "partnerstats publish` first" in said) == (2, True)
    code, said = run(*asked, "--table", "people", *home)
    assert (code, "unknown table: one of partner_daily_usage" in said) == (2, True)
    code, said = run(*asked[:-1], "2026-11-01", *home)
    assert (code, "ends before it begins" in said) == (2, True)
