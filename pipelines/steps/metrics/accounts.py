"""Whether accounts of the dashboard are kept as the policy says, and sessions end in time."""

from datetime import datetime, timedelta

import pandas as pd

from pipelines.accounts.account import DEMO_LOGINS, Account
from pipelines.accounts.opening import Accounts
from pipelines.clock import seoul_day
from pipelines.errors import DamagedError
from pipelines.steps.metrics.scope import Only
from pipelines.steps.workspace import Workspace

SESSIONS = "dashboard_sessions"
_ONE_WAY = "$argon2id$"


def accounts(workspace: Workspace, _: Only) -> pd.DataFrame:
    """One row: `accounts_unreadable`; `accounts_at_fault`, a password not one-way or not renewed; and of sessions two counts.

    `sessions_left_over` outlived their end; `sessions_without_factor` are of accounts whose role needs one and that have none.
    """
    row = {"accounts_unreadable": 0, "accounts_at_fault": 0, "sessions_left_over": 0, "sessions_without_factor": 0}
    if workspace.has_accounts:
        opened = workspace.accounts
        found = [_read(opened, path.stem) for path in opened.store.paths()]
        there = {account.account_id: account for account in found if account is not None}
        row["accounts_unreadable"] = found.count(None)
        row["accounts_at_fault"] = sum(_is_at_fault(workspace, account) for account in there.values())
        row["sessions_left_over"] = _left_over(workspace, there)
        row["sessions_without_factor"] = _without_factor(workspace, there)
    return pd.DataFrame([row])


def _read(opened: Accounts, account_id: str) -> Account | None:
    try:
        return opened.store.get(account_id)
    except DamagedError:
        return None


def _is_at_fault(workspace: Workspace, account: Account) -> bool:
    if account.password_hash is None:
        return False
    latest = workspace.today + timedelta(days=workspace.accounts.rules.password_days)
    is_renewed = account.expires_on is not None and account.expires_on <= latest
    return not (account.password_hash.startswith(_ONE_WAY) and is_renewed)


def _left_over(workspace: Workspace, there: dict[str, Account]) -> int:
    """Count the sessions of who may not sign in, and those that ended longer ago than the days of grace."""
    rules, period = workspace.accounts.rules, workspace.policy.dataset(SESSIONS).period
    rows = workspace.accounts.database.rows("SELECT account_id, began_at, seen_at FROM sessions")
    left = 0
    for row in rows:
        account = there.get(row["account_id"])
        ended = min(
            row["seen_at"] / 1000 + rules.idle.total_seconds(), row["began_at"] / 1000 + rules.absolute.total_seconds()
        )
        gone_by = (
            None
            if period is None
            else period.destroy_by(seoul_day(datetime.fromtimestamp(ended, workspace.clock.now().tzinfo)))
        )
        is_over = gone_by is not None and workspace.today > gone_by
        left += account is None or account.is_disabled or is_over
    return left


def _without_factor(workspace: Workspace, there: dict[str, Account]) -> int:
    """Count the sessions that a password alone cannot have begun, but for those of demo accounts in a demo home."""
    exempt = DEMO_LOGINS if workspace.home.state().kind == "demo" else ()
    required = workspace.accounts.rules.second_factor.required_of
    lacking = {
        account.account_id
        for account in there.values()
        if account.second_factor is None and account.role.value in required and account.login not in exempt
    }
    rows = workspace.accounts.database.rows("SELECT account_id FROM sessions")
    return sum(row["account_id"] in lacking for row in rows)
