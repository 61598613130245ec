"""The console script as people and programs use it: what it prints, what it refuses, and with which exit code."""

import json
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from support.finished import environment
from support.nights import PROGRAM, Nights, Said
from typer.main import get_command
from typer.testing import CliRunner

from pipelines.cli.app import app

CLOCK = "2015-05-21T12:00:00+09:00"
LINE = '192.0.2.7 - - [20/May/2015:21:05:15 +0000] "GET /contents HTTP/1.1" 200 12 "-" "Firefox"\n'

pytestmark = pytest.mark.slow


def run(*arguments: str | Path, **settings: str) -> Said:
    """Run a command in a process of its own, whose libraries are loaded already."""
    with TemporaryDirectory() as folder:
        return Nights().command([*map(str, arguments)], Path(folder), settings)


def document(*arguments: str | Path) -> dict:
    """Run with `--json`; what is on stdout is one JSON document and nothing else."""
    done = run(*arguments, "--json")
    assert done.code == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A rehearsal home after one night on three lines, one of them broken and one a health check."""
    folder = tmp_path_factory.mktemp("cli")
    log = folder / "access.log"
    health = LINE.replace("/contents", "/healthz").replace('"Firefox"', '"Firefox" "-"')
    log.write_text(LINE.replace('"Firefox"', '"Firefox" "-"') + health + "broken\n")
    done = run("import", log, "--source", "web", "--home", folder / "home", "--clock", CLOCK)
    assert done.code == 0, done.stderr
    done = run("nightly", "--home", folder / "home", "--clock", CLOCK)
    assert done.code == 0, done.stderr
    return folder / "home"


def test_the_program_stands_where_it_is_installed_and_loads_what_it_needs():
    shown = subprocess.run([PROGRAM, "--help"], env=environment(), capture_output=True, text=True, check=True)
    assert shown.stdout == run("--help").stdout


def test_help_teaches_each_command():
    commands = list(get_command(app).commands)
    assert {"nightly", "retention", "subject"} < set(commands)
    overview = run("--help")
    assert overview.code == 0
    assert all(command in overview.stdout for command in commands)
    for command in commands:
        shown = CliRunner().invoke(app, [command, "--help"], prog_name="partnerstats")
        assert shown.exit_code == 0
        assert f"Usage: partnerstats {command}" in shown.stdout


def test_status_balances_and_says_so(home: Path):
    shown = document("status", "--home", home)
    (file,) = shown["files"]
    counts = (file["lines"], file["accepted"], file["filtered"], file["quarantined"])
    assert counts == (3, 1, 1, 1)
    assert file["filtered_by_rule"] == {"health_check": 1}
    assert shown["is_balanced"] is True
    assert [day["day"] for day in shown["days"]] == ["2015-05-21"]
    assert "3 lines = 1 accepted + 1 filtered + 1 quarantined: balances" in run("status", "--home", home).stdout


def test_sql_answers_and_only_reads(home: Path):
    answer = document("sql", "select requests, page_views from service_daily_usage", "--home", home)
    assert answer == {"columns": ["requests", "page_views"], "rows": [[1, 1]]}
    for query in (
        "drop table service_daily_usage",
        "select 1; select 2",
        "select * from read_text('README.md')",
        "nonsense",
    ):
        refused = run("sql", query, "--home", home)
        assert refused.code == 2, query
        assert refused.stdout == ""
        assert "error:" in refused.stderr


def test_every_check_is_printed_with_its_clause(home: Path):
    shown = document("check", "--home", home)
    failed = [check["name"] for check in shown["checks"] if not check["passed"]]
    # One line in three is broken, and that is a warning: it fails nobody's night.
    assert failed == ["quarantine_stays_small"]
    assert shown["passed"] is True
    assert {"lines_are_accounted_for", "days_are_in_the_warehouse", "events_not_over_retained"} <= {
        check["name"] for check in shown["checks"]
    }
    assert all(check["clause"] and check["sentence"] and check["sentence_ko"] for check in shown["checks"])


def test_the_keyring_is_listed_without_a_secret(home: Path):
    shown = document("keys", "status", "--home", home)
    names = [key["name"] for key in shown["keys"]]
    assert "access_logs.2015-05-21.until-2015-08-26" in names
    assert "AGE-SECRET-KEY" not in json.dumps(shown)


def test_identified_data_is_touched_in_a_role_of_the_policy_and_for_a_reason(home: Path, tmp_path: Path):
    log = tmp_path / "another.log"
    log.write_text(LINE)
    arguments = ("import", log, "--source", "web", "--home", home)
    for refused, why in (((*arguments, "--role", "visitor"), "visitor"), ((*arguments, "--reason", " "), "--reason")):
        done = run(*refused)
        assert done.code == 2
        assert why in done.stderr
    assert [file["name"] for file in document("status", "--home", home)["files"]] == ["access.log"]
    records = sorted((home / "ledger" / "access").glob("*.sealed"))
    assert [path.name for path in records] == ["2015-05-01.sealed"]


def test_a_home_that_is_not_there_is_not_made_by_looking(tmp_path: Path):
    refused = run("status", "--home", tmp_path / "nowhere")
    assert refused.code == 2
    assert "partnerstats nightly" in refused.stderr
    assert not (tmp_path / "nowhere").exists()


def test_errors_are_json_too_and_say_what_to_do(home: Path):
    refused = run("import", "nowhere.log", "--source", "unheard-of", "--home", home, "--json")
    assert refused.code == 2
    assert "--format" in json.loads(refused.stdout)["error"]


def test_a_wrong_setting_is_named(tmp_path: Path):
    refused = run("status", "--home", tmp_path, PARTNERSTATS_THREADS="none")
    assert refused.code == 2
    assert "PARTNERSTATS_THREADS" in refused.stderr


def test_a_clock_without_offset_or_in_a_live_home_is_refused(home: Path, tmp_path: Path):
    assert run("nightly", "--home", home, "--clock", "2015-05-21T12:00:00").code == 2
    assert run("demo", "--home", tmp_path / "live", "--days", "1", "--requests-per-day", "100").code == 0
    refused = run("nightly", "--home", tmp_path / "live", "--clock", CLOCK)
    assert refused.code == 2
    assert "--clock" in refused.stderr


def test_a_demo_home_refuses_real_input_and_a_real_one_the_demo(home: Path, tmp_path: Path):
    log = tmp_path / "access.log"
    log.write_text(LINE)
    run("demo", "--home", tmp_path / "demo", "--days", "1", "--requests-per-day", "100")
    refused = run("import", log, "--source", "archive", "--format", "combined", "--home", tmp_path / "demo")
    assert refused.code == 2
    assert "demo" in refused.stderr
    assert run("demo", "--home", home, "--clock", CLOCK).code == 2


def test_time_in_a_home_never_runs_backwards(home: Path):
    refused = run("nightly", "--home", home, "--clock", "2015-05-21T11:59:59+09:00")
    assert refused.code == 2
    assert "backwards" in refused.stderr


def test_a_day_that_has_not_begun_is_refused(home: Path):
    refused = run("nightly", "--home", home, "--date", "2015-05-22", "--clock", CLOCK)
    assert refused.code == 2
    assert "has not begun" in refused.stderr


def test_a_rehearsal_opened_without_a_clock_stands_where_it_was(home: Path):
    assert document("status", "--home", home)["is_rehearsal"] is True
    refused = run("nightly", "--home", home, "--date", "2015-05-22")
    assert refused.code == 2
    assert "it is 2015-05-21 in Asia/Seoul" in refused.stderr
