"""The desk: accounts, passwords and records as the web application uses them, and the session's cookie."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import Response

from dashboard.security.csrf import masked
from dashboard.viewer import Language, Role, Viewer, viewer_of
from pipelines.accounts.account import Account
from pipelines.accounts.opening import Accounts
from pipelines.accounts.passwords import Passwords
from pipelines.accounts.sessions import Session
from pipelines.accounts.tokens import Token
from pipelines.clock import Clock, seoul_day
from pipelines.privacy.access_records import Access

HASHED_AT_ONCE = 2
"""Each takes 64 MiB for a while: what comes beyond waits."""
_KEPT = 2_000


@dataclass(frozen=True)
class Desk:
    """Everything that sign-in and account pages share."""

    accounts: Accounts
    clock: Clock
    is_tls: bool
    passwords: Passwords = field(default_factory=Passwords)
    without_factor: frozenset[str] = frozenset()
    """Ids of demo accounts, which are not asked to set a second factor up; see `dashboard.serving.make_app`."""
    _read: dict[str, tuple[object, Account]] = field(default_factory=dict, repr=False)

    @property
    def cookie(self) -> str:
        """What the session's cookie is called."""
        name = self.accounts.rules.cookie.name
        return f"__Host-{name}" if self.is_tls else name

    @cached_property
    def hashing(self) -> CapacityLimiter:
        """Lets so many hash at once."""
        return CapacityLimiter(HASHED_AT_ONCE)

    async def matches(self, password: str, password_hash: str | None) -> bool:
        """Compare a password, waiting for a turn."""
        return await to_thread.run_sync(self.passwords.matches, password, password_hash, limiter=self.hashing)

    async def hashed(self, password: str) -> str:
        """Hash a password, waiting for a turn."""
        return await to_thread.run_sync(self.passwords.hashed, password, limiter=self.hashing)

    async def confirms(
        self, request: Request, account: Account, password: str, proves: Callable[[], bool] | None = None
    ) -> bool:
        """Say whether who is signed in knows the password, and `proves` to have the second factor where that is asked for.

        Failures count as in signing in, and a lock ends every session. Without it, a session that somebody else got hold of could
        be used to guess.
        """
        failures, now = self.accounts.failures, self.clock.now()
        if failures.locked_until(account.account_id, now) is None:
            is_known = await self.matches(password, account.password_hash)
            if is_known and (proves is None or await to_thread.run_sync(proves)):
                failures.clear(account.account_id)
                return True
            if failures.add(account.account_id, now) >= self.accounts.rules.failures_lock:
                self.accounts.sessions.end_all(account.account_id)
        await to_thread.run_sync(self.record, request, "password or code refused", account)
        return False

    def account(self, account_id: str) -> Account | None:
        """Return an account as it is now; its file is opened only when it changed."""
        try:
            facts = self.accounts.store.path_of(account_id).stat()
        except (OSError, ValueError):
            self._read.pop(account_id, None)
            return None
        version = (facts.st_ino, facts.st_size, facts.st_mtime_ns)
        known = self._read.get(account_id)
        if known is not None and known[0] == version:
            return known[1]
        found = self.accounts.store.get(account_id)
        if found is not None:
            if len(self._read) >= _KEPT:
                self._read.clear()
            self._read[account_id] = (version, found)
        return found

    def viewer_of_session(self, token: str) -> tuple[Viewer, Session] | None:
        """Return who a session's token stands for; None when it is over, or the account may not sign in any more."""
        session = self.accounts.sessions.find(token, self.clock.now())
        if session is None:
            return None
        account = self.account(session.account_id)
        if account is None or not self.may_enter(account):
            self.accounts.sessions.end(token)
            return None
        return viewer_for(account, masked(token)), session

    def viewer_of_program(self, token: str) -> Viewer | None:
        """Return the viewer that a program's token stands for."""
        found: Token | None = self.accounts.tokens.find(token, self.clock.now())
        if found is None:
            return None
        return Viewer(f"program:{found.token_id}", Role.PARTNER_READER, found.partner_id, found.partner_file, "en", "")

    def may_enter(self, account: Account) -> bool:
        """Say whether an account may be signed in with: not disabled, its password not past its day."""
        today = seoul_day(self.clock.now())
        return not account.is_disabled and account.password_hash is not None and not account.has_expired(today)

    def enter(self, request: Request, response: Response, account: Account) -> Response:
        """Begin a session, in place of the one the request came with, and give it to the browser."""
        return self.give(response, self.begin(request, account))

    def begin(self, request: Request, account: Account) -> str:
        """Begin a session, in place of the one the request came with, and return its token."""
        former = request.cookies.get(self.cookie)
        agent = browser_of(request.headers.get("user-agent", ""))
        return self.accounts.sessions.begin(account.account_id, self.clock.now(), agent, former)

    def give(self, response: Response, token: str) -> Response:
        """Give the browser its one cookie."""
        response.set_cookie(self.cookie, token, path="/", secure=self.is_tls, httponly=True, samesite="lax")
        return response

    def leave(self, request: Request, response: Response) -> Response:
        """End the session of a request, and let the browser forget it and what it kept."""
        self.accounts.sessions.end(request.cookies.get(self.cookie, ""))
        response.delete_cookie(self.cookie, path="/", secure=self.is_tls, httponly=True, samesite="lax")
        # Not "cookies": that takes those of the whole domain, and the site's own sign-in with them.
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response

    def own(self, request: Request) -> Account | None:
        """Return the account of who asks; None for a program and for nobody."""
        viewer = viewer_of(request)
        return None if viewer is None else self.account(viewer.account_id)

    def record(self, request: Request, action: str, account: Account | None) -> None:
        """Record what somebody does, with where they sit; who is unknown stays unnamed, whatever they typed."""
        self.accounts.records.add(
            Access(
                accessed_at=self.clock.now(),
                handler=account.login if account else "unknown",
                origin=request.client.host if request.client else "unknown",
                role=account.role.value if account else "none",
                reason="dashboard",
                action=action,
            )
        )

    def speak(self, account: Account, language: str) -> Account:
        """Keep the language a person wants."""
        return self.accounts.store.change(account.account_id, lambda present: replace(present, language=language))


def viewer_for(account: Account, csrf_token: str) -> Viewer:
    """Return the viewer of an account."""
    language: Language = "en" if account.language == "en" else "ko"
    role = Role(account.role.value)
    return Viewer(account.account_id, role, account.partner_id, account.partner_file, language, csrf_token)


_BROWSERS = ("Edg", "SamsungBrowser", "Whale", "OPR", "Firefox", "Chrome", "Safari")
_SYSTEMS = ("Windows", "Android", "iPhone", "iPad", "Mac OS X", "Linux")


def browser_of(header: str) -> str:
    """Return the kind of browser in words of this house, so that its owner tells one session from another."""
    browser = next((name for name in _BROWSERS if name in header), "")
    system = next((name for name in _SYSTEMS if name in header), "")
    return " · ".join(filter(None, (browser, system)))
