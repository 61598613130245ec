"""What is done with a second factor: offered, set up, asked for, replaced. Whoever calls records it; see `records`."""

import secrets
from dataclasses import dataclass, field, replace

from pipelines.accounts.account import Account, Offer, SecondFactor
from pipelines.accounts.opening import Accounts
from pipelines.accounts.second_factor import (
    new_recovery_codes,
    new_secret,
    recovery_digest,
    step_of,
)
from pipelines.accounts.sessions import token_digest


class _NotSoError(Exception):
    """An account is not what it was taken for: nothing of it is changed."""


@dataclass(frozen=True)
class SetUp:
    """An account with a second factor, and its recovery codes, which are told once and never kept."""

    account: Account
    recovery_codes: tuple[str, ...] = field(repr=False)


def is_required(accounts: Accounts, account: Account) -> bool:
    """Say whether an account's role signs in with a second factor."""
    return account.role.value in accounts.rules.second_factor.required_of


def make_offer(accounts: Accounts, account: Account, token: str) -> Account:
    """Offer an account a new secret, for whoever holds `token` alone; a former offer is void, what is set up stays."""
    offer = Offer(new_secret(), accounts.clock.now(), token_digest(token))
    return accounts.store.change(account.account_id, lambda present: replace(present, offer=offer))


def offer_to(accounts: Accounts, account: Account, token: str) -> Offer | None:
    """Return what is offered to the holder of `token`; None when nothing is, or no more."""
    offer = account.offer
    if offer is None or not secrets.compare_digest(offer.bound_to, token_digest(token)):
        return None
    is_over = accounts.clock.now() - offer.made_at >= accounts.rules.second_factor.pending
    return None if is_over else offer


def set_up(accounts: Accounts, account: Account, token: str, code: str) -> SetUp | None:
    """Let what is offered to `token` hold, in the place of what was set up, if `code` is of it; None when it is not.

    The code is used up with that. Every session ends: whoever comes next has the new one.
    """
    now, codes = accounts.clock.now(), new_recovery_codes(accounts.rules.second_factor.recovery_codes)

    def changed(present: Account) -> Account:
        offer = offer_to(accounts, present, token)
        step = None if offer is None else step_of(offer.secret, code, now)
        if offer is None or step is None:
            raise _NotSoError
        accounts.used_codes.begin(account.account_id, step)
        factor = SecondFactor(offer.secret, now, tuple(map(recovery_digest, codes)))
        return replace(present, second_factor=factor, offer=None)

    try:
        kept = accounts.store.change(account.account_id, changed)
    except _NotSoError:
        return None
    accounts.sessions.end_all(account.account_id)
    return SetUp(kept, codes)


def renew_recovery_codes(accounts: Accounts, account: Account) -> SetUp:
    """Give an account new recovery codes; those that were left open nothing any more."""
    codes = new_recovery_codes(accounts.rules.second_factor.recovery_codes)
    digests = tuple(map(recovery_digest, codes))

    def changed(present: Account) -> Account:
        factor = present.second_factor
        return replace(present, second_factor=factor and replace(factor, recovery_digests=digests))

    return SetUp(accounts.store.change(account.account_id, changed), codes)


def takes_code(accounts: Accounts, account: Account, code: str) -> bool:
    """Say whether a code is the authenticator's, of now and not used yet; it is used up with that (ASVS 6.5.1)."""
    factor = account.second_factor
    step = None if factor is None else step_of(factor.secret, code, accounts.clock.now())
    return step is not None and accounts.used_codes.use(account.account_id, step)


def takes_recovery_code(accounts: Accounts, account: Account, code: str) -> bool:
    """Say whether a code is one of the recovery codes that are left; it is gone with that."""
    digest = recovery_digest(code)

    def changed(present: Account) -> Account:
        factor = present.second_factor
        left = () if factor is None else tuple(one for one in factor.recovery_digests if one != digest)
        if factor is None or len(left) == len(factor.recovery_digests):
            raise _NotSoError
        return replace(present, second_factor=replace(factor, recovery_digests=left))

    try:
        accounts.store.change(account.account_id, changed)
    except _NotSoError:
        return False
    accounts.used_codes.forgive(account.account_id)
    return True


def count_wrong_code(accounts: Accounts, account: Account) -> bool:
    """Count a code that was wrong after the right password; return whether it was one too many, and the password ended.

    Who tries codes knows the password. A lock of some minutes would leave a thousand tries a day; this leaves a few in all.
    """
    if accounts.used_codes.count_wrong(account.account_id) < accounts.rules.second_factor.wrong_codes:
        return False
    accounts.store.change(account.account_id, lambda present: present.without_password())
    accounts.pending.end_all(account.account_id)
    accounts.sessions.end_all(account.account_id)
    return True
