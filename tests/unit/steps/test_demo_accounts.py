"""Demo accounts: one of each role in a demo home that published something, with passwords of this start; never in a real home."""

from dataclasses import replace
from datetime import date

import duckdb
import pytest
from argon2 import PasswordHasher
from typer.testing import CliRunner

from pipelines.accounts.account import SecondFactor
from pipelines.accounts.passwords import Passwords
from pipelines.cli.app import app
from pipelines.errors import UsageError
from pipelines.steps.demo_accounts import LOGINS, make_demo_accounts
from pipelines.steps.publishing.publishing import FileNames

CHEAP = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
MONTHS = {"P1": 1, "P2": 2}


@pytest.fixture
def demo(house):
    """A demo home with a release in which more months of P2 are shown."""
    workspace = house.workspace
    workspace.home.enter("demo")
    house.export("partners", [{"partner_id": p, "name": f"Label {p}", "type": "agency"} for p in MONTHS])
    names = FileNames(workspace.keyring.subject_key())
    folder = workspace.home.published / "2026-03-06-0001"
    folder.mkdir(parents=True)
    for partner, months in MONTHS.items():
        with duckdb.connect(str(folder / f"{names.of(partner)}.duckdb")) as file:
            file.execute("CREATE TABLE partner_daily_usage (day DATE, is_suppressed BOOLEAN)")
            file.execute("CREATE TABLE partner_monthly_usage (month DATE, is_suppressed BOOLEAN)")
            for month in range(1, months + 1):
                file.execute("INSERT INTO partner_monthly_usage VALUES (?, false)", [date(2026, month, 1)])
    (workspace.home.published / "current").write_text("2026-03-06-0001\n")
    return house


def test_each_role_gets_an_account_of_the_partner_of_whom_most_is_shown(demo):
    workspace = demo.workspace
    made = make_demo_accounts(workspace, CHEAP)
    assert [(one.login, one.role) for one in made] == list(LOGINS.items())
    assert {one.partner for one in made} == {"P2", None}
    for one in made:
        account = workspace.accounts.store.find(one.login)
        assert CHEAP.matches(one.password, account.password_hash)
        assert one.password not in repr(one)


def test_the_next_start_gives_new_passwords_to_the_same_accounts(demo):
    first, second = (make_demo_accounts(demo.workspace, CHEAP) for _ in range(2))
    assert [one.login for one in first] == [one.login for one in second]
    assert not {one.password for one in first} & {one.password for one in second}
    assert len(demo.workspace.accounts.store.all()) == len(LOGINS)


def test_a_second_factor_of_a_former_run_is_gone_with_its_password(demo):
    """Whoever tried it out and lost the phone is not shut out of the demo."""
    accounts = demo.workspace.accounts
    one = make_demo_accounts(demo.workspace, CHEAP)[0]
    factor = SecondFactor("S" * 32, demo.workspace.clock.now())
    accounts.store.change(one.account_id, lambda kept: replace(kept, second_factor=factor))
    assert make_demo_accounts(demo.workspace, CHEAP)[0].account_id == one.account_id
    assert accounts.store.find(one.login).second_factor is None


def test_before_anything_was_published_there_are_none(house):
    house.workspace.home.enter("demo")
    house.export("partners", [{"partner_id": "P1", "name": "Label", "type": "agency"}])
    assert make_demo_accounts(house.workspace) == []


def test_a_real_home_is_refused(house):
    house.export("partners", [{"partner_id": "P1", "name": "Label", "type": "agency"}])
    house.workspace.home.enter("real")
    with pytest.raises(UsageError, match="only a demo home"):
        make_demo_accounts(house.workspace)
    assert not house.workspace.has_accounts


@pytest.fixture
def started(monkeypatch):
    """What the command hands to the server, which does not start."""
    handed = {}
    monkeypatch.setattr("dashboard.serving.serve", lambda _settings, _accounts, **named: handed.update(named))
    monkeypatch.setattr("dashboard.serving.require_free", lambda _host, _port: None)

    def run(house):
        monkeypatch.setenv("PARTNERSTATS_CLOCK", house.settings.clock)
        outcome = CliRunner().invoke(app, ["dashboard", "--home", str(house.settings.home)])
        assert outcome.exit_code == 0, (outcome.output, outcome.exception)
        return handed, outcome

    return run


def test_the_command_lets_the_demo_accounts_in_without_a_second_factor_and_says_so(demo, started):
    handed, outcome = started(demo)
    found = [demo.workspace.accounts.store.find(login).account_id for login in LOGINS]
    assert handed == {"without_factor": set(found)}
    assert "without a second factor, because this home is a demo" in " ".join(outcome.stderr.split())


def test_the_command_lets_nobody_of_a_real_home_in_without_one(house, started):
    house.workspace.home.enter("real")
    handed, outcome = started(house)
    assert handed == {"without_factor": frozenset()}
    assert "second factor" not in outcome.output
