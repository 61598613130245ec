"""What changes an account: invited, given a link, a password set, disabled, ended. Whoever calls records it; see `records`."""

import secrets
from dataclasses import dataclass, field, replace
from typing import Any

from pipelines.accounts.account import Account, AccountRole, login_name
from pipelines.accounts.opening import Accounts
from pipelines.accounts.sessions import token_digest
from pipelines.clock import seoul_day
from pipelines.errors import UsageError


@dataclass(frozen=True)
class Invited:
    """An account and the one-time link's token, which is told once and never kept."""

    account: Account
    token: str = field(repr=False)


def invite(
    accounts: Accounts, login: str, role: AccountRole, partner: tuple[str, str] | None, language: str = "ko"
) -> Invited:
    """Make an account for a person, who sets the password with the link; `partner` is its id and the name of its file.

    Raises UsageError for a login that cannot be one or is taken, and for a role that does not fit the partner.
    """
    if (role is AccountRole.PRIVACY_OFFICER) != (partner is None):
        raise UsageError("a privacy officer sees no partner, and everybody else exactly one")
    name, now = login_name(login), accounts.clock.now()
    partner_id, partner_file = partner or (None, None)
    secret, link = _link(accounts)
    made = Account(
        accounts.store.id_of(name), name, role, partner_id, partner_file, added_at=now, language=language, **link
    )
    return Invited(accounts.store.add(made), f"{made.account_id}.{secret}")


def send_link(accounts: Accounts, account: Account, *, ends_factor: bool = False) -> Invited:
    """Give an account a new link in place of its password: the former password and every session end at once.

    The second factor stays and is asked for as before (ASVS 6.4.3), unless it ends too because its owner lost it.
    """
    return _linked(accounts, account, {"second_factor": None} if ends_factor else {})


def account_of_link(accounts: Accounts, token: str) -> Account | None:
    """Return the account a link's token is for; None when it is unknown, used, past its time, or the account is disabled."""
    account_id, _, secret = token.partition(".")
    try:
        account = accounts.store.get(account_id)
    except ValueError:
        return None
    if account is None or account.is_disabled or account.link_digest is None or account.link_expires_at is None:
        return None
    is_same = secrets.compare_digest(account.link_digest, token_digest(secret))
    return account if is_same and accounts.clock.now() < account.link_expires_at else None


def set_password(accounts: Accounts, account: Account, password_hash: str) -> Account:
    """Give an account a new password: a link is used up, failures are forgotten, every session and sign-in halfway ends."""
    until = seoul_day(accounts.clock.now() + accounts.rules.password)
    changed = accounts.store.change(account.account_id, lambda present: present.with_password(password_hash, until))
    accounts.failures.clear(account.account_id)
    accounts.used_codes.forgive(account.account_id)
    accounts.pending.end_all(account.account_id)
    accounts.sessions.end_all(account.account_id)
    return changed


def disable(accounts: Accounts, account: Account) -> Account:
    """Disable an account: its sessions and tokens end at once, nobody signs in until it is enabled."""
    now = accounts.clock.now()
    changed = accounts.store.change(
        account.account_id, lambda present: replace(present, disabled_at=now, link_digest=None, offer=None)
    )
    accounts.shut_out(account.account_id)
    return changed


def enable(accounts: Accounts, account: Account) -> Invited:
    """Let a disabled account in again, with a new password."""
    return _linked(accounts, account, {"disabled_at": None})


def end(accounts: Accounts, account: Account) -> None:
    """End an account: nothing of it is left but what was done with it, in the access records."""
    accounts.shut_out(account.account_id)
    accounts.used_codes.forget(account.account_id)
    if accounts.store.end(account.account_id):
        accounts.ended.add(account.account_id, accounts.clock.now())


def _linked(accounts: Accounts, account: Account, more: dict[str, Any]) -> Invited:
    secret, link = _link(accounts)
    kept = accounts.store.change(
        account.account_id, lambda present: replace(present.without_password(), **link, **more)
    )
    accounts.shut_out(account.account_id)
    return Invited(kept, f"{account.account_id}.{secret}")


def _link(accounts: Accounts) -> tuple[str, dict[str, Any]]:
    """Return the secret of a new link, and what of it is kept."""
    secret = secrets.token_urlsafe(32)
    until = accounts.clock.now() + accounts.rules.link
    return secret, {"link_digest": token_digest(secret), "link_expires_at": until}
