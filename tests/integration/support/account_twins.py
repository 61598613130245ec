"""Twins of the checks on accounts of the dashboard: what is kept otherwise than the policy says."""

from dataclasses import replace
from datetime import timedelta

from support.corruption import Corruption
from support.twin import Twin

from pipelines.accounts.account import Account, AccountRole
from pipelines.accounts.changes import invite
from pipelines.steps.workspace import Workspace
from pipelines.storage.atomic import write_bytes


def _account(workspace: Workspace) -> Account:
    return invite(workspace.accounts, "planted.reader", AccountRole.PARTNER_READER, ("P1", "1" * 64)).account


def _with_password(password_hash: str, days: int | None) -> Corruption:
    """Keep an account with a password that is to be renewed in so many days."""

    def corrupt(workspace: Workspace) -> None:
        until = None if days is None else workspace.today + timedelta(days=days)
        workspace.accounts.store.save(replace(_account(workspace), password_hash=password_hash, expires_on=until))

    return corrupt


def _with_session(*, days_ago: int, is_there: bool = True) -> Corruption:
    """Leave a session that was last used so many days ago."""

    def corrupt(workspace: Workspace) -> None:
        account_id = _account(workspace).account_id if is_there else "f" * 32
        workspace.accounts.sessions.begin(account_id, workspace.clock.now() - timedelta(days=days_ago))

    return corrupt


def _put_there(workspace: Workspace) -> None:
    _account(workspace)
    write_bytes(workspace.home.accounts / f"{'e' * 32}.age", b"put there by hand")


def _changed(workspace: Workspace) -> None:
    path = workspace.accounts.store.path_of(_account(workspace).account_id)
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    write_bytes(path, bytes(content))


ACCOUNT_TWINS = (
    Twin("accounts_are_readable", "an account put there by hand", _put_there),
    Twin("accounts_are_readable", "an account of which a bit changed", _changed),
    Twin("accounts_have_passwords_of_their_own", "a password as it was typed", _with_password("seven lamps", 10)),
    Twin("accounts_have_passwords_of_their_own", "a fast hash", _with_password("5f4dcc3b5aa765d61d8327deb882cf99", 10)),
    Twin("accounts_have_passwords_of_their_own", "a password without an end", _with_password("$argon2id$x", None)),
    Twin(
        "accounts_have_passwords_of_their_own",
        "a password that is renewed too late",
        _with_password("$argon2id$x", 181),
    ),
    Twin("dashboard_sessions_end", "a session that was over six days ago", _with_session(days_ago=7)),
    Twin("dashboard_sessions_end", "a session of an account that is gone", _with_session(days_ago=0, is_there=False)),
    Twin("dashboard_sessions_have_a_second_factor", "a session after the password alone", _with_session(days_ago=0)),
)
