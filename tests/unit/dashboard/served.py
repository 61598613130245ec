"""The whole application over the sample, with accounts of every role, as browsers and programs meet it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from unittest.mock import patch

import pytest
from argon2 import PasswordHasher
from dashboard_sample import FILES
from starlette.applications import Starlette
from starlette.testclient import TestClient

from dashboard.accounts.desk import Desk
from dashboard.accounts.routes import routes
from dashboard.app import SigningIn, build_app
from dashboard.rendering import make_rendering
from dashboard.security.middleware import middleware
from dashboard.settings import DashboardSettings
from pipelines.accounts.account import Account, AccountRole, SecondFactor
from pipelines.accounts.changes import invite, set_password
from pipelines.accounts.opening import Accounts
from pipelines.accounts.passwords import Passwords
from pipelines.accounts.second_factor import code_at
from pipelines.clock import parse_instant
from pipelines.home import Home
from pipelines.policy import load_policy
from pipelines.privacy.access_records import Access
from pipelines.warehouse.semantics import load_semantics

PASSWORD = "seven lamps over the harbour"  # noqa: S105
CHEAP = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105
"""Of every account's authenticator."""
SITE = "https://stats.example"
WHO = {
    "reader": (AccountRole.PARTNER_READER, "p-001"),
    "administrator": (AccountRole.PARTNER_ADMINISTRATOR, "p-001"),
    "other.reader": (AccountRole.PARTNER_READER, "p-003"),
    "other.administrator": (AccountRole.PARTNER_ADMINISTRATOR, "p-003"),
    "officer": (AccountRole.PRIVACY_OFFICER, None),
}
"""Logins, with role and partner."""
_RENDERING, _SEMANTICS, _POLICY = cache(make_rendering), cache(load_semantics), cache(load_policy)
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass
class MovedClock:
    """A clock that stands until it is moved."""

    instant: datetime = field(default_factory=lambda: parse_instant("2026-11-03T12:00:00+09:00"))

    def now(self) -> datetime:
        """Return the instant."""
        return self.instant

    def move(self, **by: float) -> datetime:
        """Go on by some days, hours or minutes."""
        self.instant += timedelta(**by)
        return self.instant


class Browser(TestClient):
    """A browser that keeps its cookie, and sends forms as a page of the site would."""

    phone: Callable[[str], str]
    """Returns the code that the authenticator of a login shows."""

    def sign_in(self, login: str, password: str = PASSWORD, **more: str):
        """Send the sign-in form and, if it is asked for, the code; return the last answer."""
        answer = self.give_password(login, password, **more)
        if not answer.headers.get("location", "").startswith("/sign-in/code"):
            return answer
        return self.give_code(self.phone(login), **more)

    def give_password(self, login: str, password: str = PASSWORD, **more: str):
        """Send the sign-in form alone."""
        return self.submit("/sign-in", {"login": login, "password": password, **more}, token="")

    def give_code(self, code: str, **more: str):
        """Send the code as the page that asks for it does."""
        return self.submit("/sign-in/code", {"code": code, **more}, token=self.token_on("/sign-in/code"))

    def token_on(self, path: str) -> str:
        """Return the token that the forms of a page carry, nothing if it has none."""
        found = _TOKEN.search(self.get(path).text)
        return found[1] if found else ""

    def submit(self, path: str, form: Mapping[str, str], *, token: str | None = None):
        """Send a form with the token of a page of this session, or with `token`."""
        given = self.csrf() if token is None else token
        return self.post(path, data={**form, **({"csrf_token": given} if given else {})})

    def csrf(self) -> str:
        """Return a token of this session from a page."""
        return self.token_on("/account")


@dataclass
class Served:
    """A home, its desk, and the application over it."""

    home: Path
    policy: Path
    clock: MovedClock = field(default_factory=MovedClock)
    is_tls: bool = True
    limits: Mapping[str, int] = field(default_factory=dict)
    passwords: Passwords = CHEAP

    def __post_init__(self) -> None:
        """Open the desk and make the accounts."""
        policy = _POLICY(self.policy, date(2026, 11, 3))
        self.accounts = Accounts.open(
            Home(self.home), self.home.with_name("home.keys") / "dashboard", policy, self.clock
        )
        self.desk = Desk(self.accounts, self.clock, self.is_tls, self.passwords)
        self.settings = DashboardSettings(home=self.home, is_tls=self.is_tls, **self.limits)
        self.app = self._app()

    def _app(self) -> Starlette:
        """Build the application; what is read from the checkout is read once a session."""
        limits = self.settings
        signing_in = SigningIn(
            middleware(self.desk, limits.requests_per_minute), routes(self.desk, limits.sign_ins_per_minute)
        )
        with patch.multiple("dashboard.app", make_rendering=_RENDERING, load_semantics=_SEMANTICS, load_policy=_POLICY):
            return build_app(limits, clock=self.clock, signing_in=signing_in)

    def add(self, login: str) -> Account:
        """Make one of the accounts, with its password."""
        role, partner = WHO[login]
        named = None if partner is None else (partner, FILES[partner])
        account = invite(self.accounts, login, role, named, "en").account
        set_password(self.accounts, account, self.passwords.hashed(PASSWORD))
        factor = SecondFactor(SECRET, self.clock.now())
        return self.accounts.store.change(account.account_id, lambda kept: replace(kept, second_factor=factor))

    def code(self, login: str) -> str:
        """Return the code a login's authenticator shows, as if none was used: many sign in at one moment of these tests."""
        self.accounts.used_codes.forget(self.accounts.store.id_of(login.lower()))
        return code_at(SECRET, self.clock.now())

    def account(self, login: str) -> Account:
        """Return an account as it is now."""
        found = self.accounts.store.find(login)
        assert found is not None
        return found

    def browser(self, login: str | None = None) -> Browser:
        """Return a new browser, of nobody or signed in."""
        made = Browser(
            self.app, base_url=SITE if self.is_tls else "http://stats.example", raise_server_exceptions=False,
            follow_redirects=False, client=("198.51.100.7", 5000),
        )  # fmt: skip
        made.phone = self.code
        if login is not None:
            assert made.sign_in(login).headers.get("location") == "/", login
        return made

    def program(self, login: str = "administrator", *, partner_file: str | None = None) -> Browser:
        """Return a program with a token of a partner."""
        account = self.account(login)
        partner = str(account.partner_id), partner_file or str(account.partner_file)
        token = self.accounts.tokens.make(*partner, "a program", account.account_id, self.clock.now())
        made = self.browser()
        made.headers["Authorization"] = f"Bearer {token}"
        return made

    def records(self) -> list[Access]:
        """Return what was recorded."""
        return self.accounts.records.waiting()

    def actions(self) -> list[str]:
        """Return what was recorded to be done, in order."""
        return [access.action for access in self.records()]


def offered_on(page: str) -> str:
    """Return the secret that a page offers, as somebody without a camera reads it."""
    return re.sub(r"[^A-Z2-7]", "", re.search(r'<code class="once">([A-Z2-7-]+)<', page)[1])


def set_up(browser: Browser, served: Served, path: str = "/sign-in/set-up", **more: str):
    """Set the second factor up that a page offers, and return the answer, which shows the recovery codes."""
    secret = offered_on(browser.get(path).text)
    form = {"code": code_at(secret, served.clock.now()), **more}
    return browser.submit(path, form, token=browser.token_on(path))


@pytest.fixture(autouse=True)
def unsynced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing here outlives a crash of the machine."""
    monkeypatch.setattr("os.fsync", lambda _descriptor: None)


@pytest.fixture
def served(tmp_path: Path, sample_home: Path, repository: Path) -> Served:
    """The sample with an account of every role."""
    return served_at(tmp_path, sample_home, repository)


def served_at(folder: Path, sample_home: Path, repository: Path, **given: object) -> Served:
    """Serve the sample from a home in `folder`, with an account of every role."""
    home = folder / "home"
    home.mkdir()
    (home / "published").symlink_to(sample_home / "published")
    made = Served(home, repository / "policy", **given)
    for login in WHO:
        made.add(login)
    return made
