"""The accounts of a home opened: store, sessions, tokens and records under the dashboard's own keyring."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pipelines.accounts.database import Database
from pipelines.accounts.pending import Pending, UsedCodes
from pipelines.accounts.records import DashboardRecords
from pipelines.accounts.sessions import Ended, Failures, Sessions
from pipelines.accounts.store import AccountStore
from pipelines.accounts.tokens import Tokens
from pipelines.clock import Clock
from pipelines.errors import KeyMissingError, UsageError
from pipelines.home import Home
from pipelines.policy import Policy
from pipelines.policy.accounts import AccountRules
from pipelines.privacy.keyring import Keyring, open_keyring

MASTER_KEY = "master.key"


@dataclass(frozen=True)
class Accounts:
    """Everything about accounts of one home."""

    home: Home
    keyring: Keyring
    rules: AccountRules
    clock: Clock

    @classmethod
    def open(cls, home: Home, keys: Path, policy: Policy, clock: Clock) -> "Accounts":
        """Open the accounts of `home` under the keyring in the folder `keys`, made when there was never an account.

        Raises UsageError when the policy sets no rules for accounts, HomeError for keys inside the home, KeyMissingError when
        there are accounts and no keys.
        """
        if policy.accounts is None:
            raise UsageError(f"policy {policy.version} declares no rules for accounts")
        home.keep_outside(keys)
        is_new = not any(path.is_file() for path in home.accounts.glob("[!.]*"))
        keyring = open_keyring(
            keys, keys / MASTER_KEY, destroy_by=lambda _dataset, _day: None, now=clock.now, allow_create=is_new
        )
        return cls(home, keyring, policy.accounts, clock)

    @cached_property
    def store(self) -> AccountStore:
        """The accounts."""
        return AccountStore(self.home.accounts, self.keyring)

    @cached_property
    def database(self) -> Database:
        """Sessions, failures and tokens."""
        return Database(self.home.dashboard / "sessions.sqlite")

    @cached_property
    def sessions(self) -> Sessions:
        """The sessions."""
        return Sessions(self.database, self.rules)

    @cached_property
    def failures(self) -> Failures:
        """Failed sign-ins."""
        return Failures(self.database, self.rules)

    @cached_property
    def pending(self) -> Pending:
        """Sign-ins halfway."""
        return Pending(self.database, self.rules)

    @cached_property
    def used_codes(self) -> UsedCodes:
        """Codes of second factors that were used."""
        return UsedCodes(self.database)

    @cached_property
    def tokens(self) -> Tokens:
        """Tokens of programs."""
        return Tokens(self.database, self.rules)

    @cached_property
    def ended(self) -> Ended:
        """Accounts that ended and are not entered yet."""
        return Ended(self.database)

    @cached_property
    def records(self) -> DashboardRecords:
        """What was done and was not handed over yet."""
        return DashboardRecords(self.home.dashboard / "access", self.keyring)

    def shut_out(self, account_id: str) -> int:
        """End every session of an account and what it left open; return how many sessions."""
        self.tokens.end_made_by(account_id)
        self.failures.clear(account_id)
        self.pending.end_all(account_id)
        return self.sessions.end_all(account_id)


def has_accounts(home: Home, keys: Path) -> bool:
    """Say whether a home ever had accounts. Raises KeyMissingError when it has, but no keys of them."""
    if (keys / "keyring.json").exists():
        return True
    if any(path.suffix == ".age" for path in home.accounts.glob("*")):
        raise KeyMissingError(f"there are accounts, but no keys of them: {keys}")
    return False
