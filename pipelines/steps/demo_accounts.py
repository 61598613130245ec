"""Accounts for a demo home, so that its dashboard can be looked at: one of each role, with a password made anew at each start.

Whoever starts the dashboard of a demo home lets them in without a second factor; see `dashboard.serving.make_app`.
"""

import secrets
from dataclasses import dataclass, field, replace
from pathlib import Path

from pipelines.accounts.account import DEMO_LOGINS, AccountRole
from pipelines.accounts.changes import set_password
from pipelines.accounts.passwords import Passwords
from pipelines.errors import UsageError
from pipelines.releases.published import Published
from pipelines.steps.accounts import add_account
from pipelines.steps.publishing.publishing import FileNames, registered_partners
from pipelines.steps.workspace import Workspace
from pipelines.warehouse.reading import open_read_only

LOGINS = dict(zip(DEMO_LOGINS, AccountRole, strict=True))
_PASSWORD_BYTES = 12


@dataclass(frozen=True)
class DemoAccount:
    """An account and the password it has until the next start; `partner` is None for who sees none."""

    account_id: str
    login: str
    role: AccountRole
    partner: str | None
    password: str = field(repr=False)


def make_demo_accounts(workspace: Workspace, passwords: Passwords | None = None) -> list[DemoAccount]:
    """Give each role its account, of the partner with the most figures shown; none before anything was published.

    Raises UsageError in a home that is no demo: its accounts belong to people.
    """
    if workspace.home.state().kind != "demo":
        raise UsageError("only a demo home has demo accounts")
    partner = _partner_with_most(workspace)
    if partner is None:
        return []
    hashing = passwords or Passwords()
    return [_made(workspace, login, role, partner, hashing) for login, role in LOGINS.items()]


def _made(workspace: Workspace, login: str, role: AccountRole, partner: str, hashing: Passwords) -> DemoAccount:
    of = None if role is AccountRole.PRIVACY_OFFICER else partner
    accounts = workspace.accounts
    account = accounts.store.find(login) if workspace.has_accounts else None
    if account is None:
        account = add_account(workspace, login, role, of).account
    password = secrets.token_urlsafe(_PASSWORD_BYTES)
    accounts.store.change(account.account_id, lambda present: replace(present, second_factor=None))
    set_password(accounts, account, hashing.hashed(password))
    return DemoAccount(account.account_id, login, role, account.partner_id, password)


def _partner_with_most(workspace: Workspace) -> str | None:
    """Return the partner of whose days and months most are shown, None when there is no release."""
    published, names = Published(workspace.home.published), FileNames(workspace.keyring.subject_key())
    shown = {
        partner: _months_and_days_shown(path)
        for partner in registered_partners(workspace)
        if (path := published.file_of(names.of(partner))) is not None
    }
    return max(sorted(shown), key=lambda partner: shown[partner], default=None)


def _months_and_days_shown(path: Path) -> tuple[int, int]:
    counts = (
        f"(SELECT count(*) FROM {table} WHERE NOT is_suppressed)"  # noqa: S608 -- own names
        for table in ("partner_monthly_usage", "partner_daily_usage")
    )
    with open_read_only(path) as connection:
        ((months, days),) = connection.execute(f"SELECT {', '.join(counts)}").fetchall()
    return months, days
