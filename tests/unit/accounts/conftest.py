"""Accounts of an empty home, at noon of 2026-11-20 in Seoul, under a clock that tests move."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.accounts.account import Account, AccountRole, login_name
from pipelines.accounts.opening import Accounts
from pipelines.home import Home
from pipelines.policy import load_policy

NOON = datetime(2026, 11, 20, 3, tzinfo=UTC)


@dataclass
class MovedClock:
    """A clock that stands until it is moved."""

    instant: datetime = NOON

    def now(self) -> datetime:
        """Return the instant."""
        return self.instant

    def move(self, **by: float) -> datetime:
        """Go on by some minutes, hours or days."""
        self.instant += timedelta(**by)
        return self.instant


@pytest.fixture(autouse=True)
def unsynced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing here outlives a crash of the machine."""
    monkeypatch.setattr("os.fsync", lambda _descriptor: None)


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
def accounts(tmp_path: Path, repository: Path, clock: MovedClock) -> Accounts:
    policy = load_policy(repository / "policy", date(2026, 11, 20))
    return Accounts.open(Home(tmp_path / "home"), tmp_path / "home.keys" / "dashboard", policy, clock)


@pytest.fixture
def person(accounts: Accounts) -> Callable[..., Account]:
    """Make an account that is not kept yet."""

    def make(login: str = "kim.minji", role: str = "partner-reader", partner: str | None = "P1") -> Account:
        name = login_name(login)
        partner_file = None if partner is None else partner[-1] * 64
        return Account(accounts.store.id_of(name), name, AccountRole(role), partner, partner_file, NOON)

    return make
