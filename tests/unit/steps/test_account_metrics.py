"""The figures on accounts: nothing is at fault in a home as the commands keep it, on both sides of each limit."""

from dataclasses import replace
from datetime import timedelta

import pytest

from pipelines.accounts.account import DEMO_LOGINS, AccountRole, SecondFactor
from pipelines.accounts.changes import invite, set_password
from pipelines.steps.metrics.accounts import accounts


def figures(workspace):
    return accounts(workspace, None).to_dict("records")[0]


def with_factor(workspace, account):
    factor = SecondFactor("S" * 32, workspace.clock.now())
    workspace.accounts.store.change(account.account_id, lambda kept: replace(kept, second_factor=factor))


@pytest.fixture
def reader(house):
    return invite(house.workspace.accounts, "kim.minji", AccountRole.PARTNER_READER, ("P1", "1" * 64)).account


def test_a_home_without_accounts_has_no_fault_and_gets_no_keyring(house):
    assert set(figures(house.workspace).values()) == {0}
    assert not house.settings.dashboard_key_folder.exists()


def test_accounts_as_they_are_made_have_no_fault(house, reader):
    workspace = house.workspace
    set_password(workspace.accounts, reader, "$argon2id$x")
    with_factor(workspace, reader)
    workspace.accounts.sessions.begin(reader.account_id, workspace.clock.now())
    assert set(figures(workspace).values()) == {0}


def test_a_session_of_who_lacks_the_second_factor_is_counted_in_every_home(house, reader):
    workspace = house.workspace
    workspace.accounts.sessions.begin(reader.account_id, workspace.clock.now())
    assert figures(workspace)["sessions_without_factor"] == 1
    workspace.home.enter("demo")
    assert figures(workspace)["sessions_without_factor"] == 1
    with_factor(workspace, reader)
    assert figures(workspace)["sessions_without_factor"] == 0


@pytest.mark.parametrize(("kind", "counted"), [("demo", 0), ("real", 1)])
def test_a_demo_account_has_a_session_without_one_in_a_demo_home_and_nowhere_else(house, kind, counted):
    workspace = house.workspace
    workspace.home.enter(kind)
    for login in DEMO_LOGINS[:1]:
        account = invite(workspace.accounts, login, AccountRole.PARTNER_READER, ("P1", "1" * 64)).account
        workspace.accounts.sessions.begin(account.account_id, workspace.clock.now())
    assert figures(workspace)["sessions_without_factor"] == counted


def test_a_session_that_ended_is_left_over_after_the_days_of_grace(house, reader):
    house.workspace.accounts.sessions.begin(reader.account_id, house.workspace.clock.now())
    assert figures(house.at("2015-05-26T23:59:59+09:00").workspace)["sessions_left_over"] == 0
    assert figures(house.at("2015-05-27T00:00:00+09:00").workspace)["sessions_left_over"] == 1


def test_a_password_is_renewed_after_180_days_at_most(house, reader):
    store, today = house.workspace.accounts.store, house.workspace.today
    for days, fault in ((180, 0), (181, 1)):
        store.save(reader.with_password("$argon2id$x", today + timedelta(days=days)))
        assert figures(house.workspace)["accounts_at_fault"] == fault
