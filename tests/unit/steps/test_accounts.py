"""Accounts over a workspace: made for partners there are, recorded, found, erased, and entered in the register when they end."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from pipelines.accounts.account import AccountRole, SecondFactor
from pipelines.accounts.changes import account_of_link, end, set_password
from pipelines.accounts.pending import Stage
from pipelines.cli.app import app
from pipelines.errors import UsageError
from pipelines.privacy.access_records import Access
from pipelines.retention.entries import Destroyed, Rotated
from pipelines.steps.accounts import (
    RotatedKeys,
    add_account,
    end_account,
    list_accounts,
    reset_account,
    rotate_dashboard,
    take_over,
)
from pipelines.steps.publishing.publishing import FileNames
from pipelines.steps.retention.auditing import audit
from pipelines.steps.retention.register import open_register
from pipelines.steps.subjects.erasing import carry_out, find
from pipelines.steps.subjects.person import person_of
from pipelines.steps.subjects.reach import unreached
from pipelines.steps.workspace import existing_home

READER = AccountRole.PARTNER_READER


@pytest.fixture
def served(house):
    """A home with two partners."""
    house.export("partners", [{"partner_id": p, "name": f"Label {p}", "type": "agency"} for p in ("P1", "P2")])
    house.export("members", [{"account_key": "a-1", "login_id": "kim.minji", "partner_id": "P1"}])
    return house


def records(workspace):
    return [access for month in workspace.access_records.months() for access in workspace.access_records.read(month)]


def test_an_account_is_made_for_a_partner_there_is_and_recorded_without_a_name(served):
    workspace = served.workspace
    invited = add_account(workspace, "Kim.Minji", READER, "P1")
    assert invited.account.partner_file == FileNames(workspace.keyring.subject_key()).of("P1")
    assert account_of_link(workspace.accounts, invited.token) == invited.account
    assert [access.action for access in records(workspace)][-1] == "dashboard account added (partner-reader)"
    assert [found.login for found in list_accounts(workspace)] == ["kim.minji"]


@pytest.mark.parametrize(("role", "partner"), [(READER, "P9"), (READER, None), (AccountRole.PRIVACY_OFFICER, "P1")])
def test_an_account_of_no_partner_or_of_one_too_many_is_refused(served, role, partner):
    with pytest.raises(UsageError):
        add_account(served.workspace, "kim.minji", role, partner)
    assert list_accounts(served.workspace) == []


def test_the_accounts_open_without_the_keyring_of_everything_else(served):
    add_account(served.workspace, "kim.minji", READER, "P1")
    opened = existing_home(served.settings)
    found = opened.accounts.store.find("kim.minji")
    assert found is not None
    assert {info.dataset for info in opened.accounts.keyring.list()} == {"dashboard_accounts"}
    assert {info.dataset for info in served.workspace.keyring.list()}.isdisjoint({"dashboard_accounts"})


def test_a_link_works_once_and_for_a_day(served):
    workspace, accounts = served.workspace, served.workspace.accounts
    token = add_account(workspace, "kim.minji", READER, "P1").token
    assert account_of_link(accounts, token + "x") is None
    assert account_of_link(accounts, "../../x.y") is None
    later = served.at("2015-05-22T11:59:59+09:00").workspace.accounts
    over = served.at("2015-05-22T12:00:00+09:00").workspace.accounts
    assert account_of_link(later, token)
    assert account_of_link(over, token) is None
    set_password(accounts, account_of_link(accounts, token), "hash")
    assert account_of_link(accounts, token) is None


def test_a_new_link_ends_the_password_the_sessions_and_the_former_link(served):
    workspace, accounts = served.workspace, served.workspace.accounts
    first = add_account(workspace, "kim.minji", READER, "P1")
    account = set_password(accounts, first.account, "hash")
    session = accounts.sessions.begin(account.account_id, workspace.clock.now())
    second = reset_account(workspace, "kim.minji")
    assert accounts.sessions.find(session, workspace.clock.now()) is None
    assert accounts.store.find("kim.minji").password_hash is None
    assert account_of_link(accounts, first.token) is None
    assert account_of_link(accounts, second.token)


@pytest.mark.parametrize("ends_factor", [False, True])
def test_a_link_ends_the_second_factor_only_for_who_lost_it(served, ends_factor):
    workspace, accounts = served.workspace, served.workspace.accounts
    account = add_account(workspace, "kim.minji", READER, "P1").account
    factor = SecondFactor("S" * 32, workspace.clock.now(), ("d" * 64,))
    accounts.store.change(account.account_id, lambda kept: replace(kept, second_factor=factor))
    halfway = accounts.pending.begin(account.account_id, Stage.CODE, workspace.clock.now())
    reset_account(workspace, "kim.minji", ends_factor=ends_factor)
    assert accounts.store.find("kim.minji").second_factor == (None if ends_factor else factor)
    assert accounts.pending.find(halfway, workspace.clock.now()) is None
    said = (
        "dashboard account given a link, its second factor ended" if ends_factor else "dashboard account given a link"
    )
    assert records(workspace)[-1].action == said


def test_an_ended_account_is_entered_in_the_register_and_gone(served):
    workspace = served.workspace
    add_account(workspace, "kim.minji", READER, "P1")
    end_account(workspace, "kim.minji")
    (entry,) = [entry.body for entry in open_register(workspace).entries() if isinstance(entry.body, Destroyed)]
    assert (entry.dataset, entry.files, entry.keys, entry.clause) == ("dashboard_accounts", 1, 1, "secure.accounts")
    assert list_accounts(workspace) == []
    with pytest.raises(UsageError, match="no account"):
        end_account(workspace, "kim.minji")


def test_the_night_enters_what_ended_in_the_dashboard_and_takes_its_records_over_once(served):
    workspace, accounts = served.workspace, served.workspace.accounts
    account = add_account(workspace, "kim.minji", READER, "P1").account
    now, before = workspace.clock.now(), len(records(workspace))
    done = [
        Access(now + timedelta(seconds=n), "kim.minji", "198.51.100.7", "partner-reader", "-", action)
        for n, action in enumerate(("signed in", "figures downloaded", "signed out"))
    ]
    for access in done:
        accounts.records.add(access)
    workspace.access_records.add(done[0])  # as after a night that was cut short
    end(accounts, account)
    told = take_over(workspace)
    assert (told.records, told.ended) == (3, 1)
    assert sorted(records(workspace)[before:], key=lambda access: access.accessed_at) == done
    assert take_over(workspace) == type(told)()


def test_rotated_accounts_stand_under_new_keys_and_it_is_entered(served):
    workspace, accounts = served.workspace, served.workspace.accounts
    kept = add_account(workspace, "kim.minji", READER, "P1").account
    session = accounts.sessions.begin(kept.account_id, workspace.clock.now())
    done = Access(workspace.clock.now(), "kim.minji", "198.51.100.7", "partner-reader", "-", "signed in")
    accounts.records.add(done)
    former, fingerprint = {info.name for info in accounts.keyring.list()}, accounts.keyring.fingerprint
    told = rotate_dashboard(workspace)
    assert (told.accounts, told.keys_destroyed) == (1, 2)
    assert former.isdisjoint(info.name for info in accounts.keyring.list())
    assert accounts.keyring.fingerprint != fingerprint
    assert existing_home(served.settings).accounts.store.all() == [kept]
    assert accounts.sessions.find(session, workspace.clock.now())
    assert records(workspace)[-1] == done
    (entry,) = [entry.body for entry in open_register(workspace).entries() if isinstance(entry.body, Rotated)]
    assert (entry.what, entry.moved, entry.of) == ("dashboard-keys", 1, 1)


def test_a_home_without_accounts_has_nothing_to_rotate(served):
    assert rotate_dashboard(served.workspace) == RotatedKeys()
    assert open_register(served.workspace).entries() == []


def test_a_home_without_accounts_gets_none_by_a_night(served):
    assert take_over(served.workspace).records == 0
    assert not served.workspace.accounts.home.dashboard.exists()


def test_every_file_of_accounts_is_known_and_none_is_past_its_period(served):
    workspace = served.workspace
    account = add_account(workspace, "kim.minji", READER, "P1").account
    workspace.accounts.sessions.begin(account.account_id, workspace.clock.now())
    workspace.accounts.records.add(Access(workspace.clock.now(), "h", "o", "r", "-", "a"))
    assert unreached(workspace) == []
    found = [one for one in audit(workspace, workspace.today).statuses if one.dataset.startswith("dashboard_")]
    assert {one.dataset for one in found} == {"dashboard_accounts", "dashboard_sessions"}
    assert {one.state.value for one in found} == {"kept"}


def test_a_member_with_an_account_is_found_there_and_an_erasure_ends_it(served):
    workspace = served.workspace
    add_account(workspace, "kim.minji", READER, "P1")
    add_account(workspace, "other.minji", READER, "P1")
    person = person_of(workspace, "kim.minji", None)
    counts = {one.dataset: one.count for one in find(workspace, person, "passport").found}
    assert counts["dashboard_accounts"] == 1
    answer = carry_out(workspace, person, "erased", "passport")
    assert answer.removed["dashboard_accounts"] == 1
    assert [account.login for account in workspace.accounts.store.all()] == ["other.minji"]
    counts = {one.dataset: one.count for one in find(workspace, person, "passport").found}
    assert counts["dashboard_accounts"] == 0


def test_the_commands_make_list_reset_disable_enable_and_end(served, monkeypatch):
    monkeypatch.setenv("PARTNERSTATS_CLOCK", served.settings.clock)
    home = ["--home", str(served.settings.home), "--json"]

    def run(*arguments):
        outcome = CliRunner().invoke(app, ["account", *arguments, *home])
        assert outcome.exit_code == 0, (outcome.output, outcome.exception)
        return json.loads(outcome.stdout)

    made = run(
        "add", "kim.minji", "--partner", "P1", "--as", "partner-administrator", "--url", "https://stats.example/"
    )
    assert made["link"].startswith("https://stats.example/set-password/")
    assert (made["state"], made["second_factor"]) == ("invited", "none yet")
    assert [one["login"] for one in run("list")["accounts"]] == ["kim.minji"]
    assert run("reset", "kim.minji")["link"] != made["link"]
    assert run("reset", "kim.minji", "--second-factor")["second_factor"] == "none yet"
    assert run("disable", "kim.minji")["state"] == "disabled"
    assert run("enable", "kim.minji")["state"] == "invited"
    assert run("end", "kim.minji") == {"ended": 1}
    assert run("list") == {"accounts": []}


def test_a_command_names_no_login_when_it_fails(served, monkeypatch):
    monkeypatch.setenv("PARTNERSTATS_CLOCK", served.settings.clock)
    for arguments in (
        ("end", "lee.nobody"),
        ("add", "lee nobody", "--partner", "P1"),
        ("add", "lee.nobody", "--partner", "X"),
    ):
        outcome = CliRunner().invoke(app, ["account", *arguments, "--home", str(served.settings.home)])
        assert isinstance(outcome.exception, UsageError)
        assert "lee" not in str(outcome.exception)
