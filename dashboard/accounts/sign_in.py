"""Ways to sign in: accounts of this house, with a password; OpenID Connect would be another behind the same interface."""

import re
from collections.abc import Sequence
from typing import Protocol

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from dashboard.accounts.desk import Desk
from dashboard.pages.errors import answer
from dashboard.rendering import render
from dashboard.security.forms import form_of
from dashboard.security.rates import Rates
from dashboard.viewer import SIGN_IN, viewer_of
from pipelines.accounts.account import Account, login_name
from pipelines.accounts.changes import send_link
from pipelines.errors import UsageError

SET_PASSWORD = "/set-password"  # noqa: S105 -- a path
_OWN_PATH = re.compile(r"/(?![/\\])[!-\[\]-~]*")
"""A path of this site: one slash, no second one, printable, no backslash (browsers read it as a slash)."""


class SignIn(Protocol):
    """A way to be known. It ends with `Desk.enter(request, response, account)` for an account that `Desk.may_enter`.

    One by OpenID Connect would answer `/sign-in` with the way to the provider, `/sign-in/back` with the account whose login is
    the verified e-mail, and leave the rest (sessions, roles, partners, records) as it is.
    """

    def routes(self) -> Sequence[BaseRoute]:
        """Return the routes of this way; `/sign-in` is where readers are sent."""
        ...


class LocalSignIn:
    """Accounts of this house: login and password, limited by account and by address."""

    def __init__(self, desk: Desk, per_address: Rates) -> None:
        """Take the desk, and how often one address may try."""
        self._desk, self._per_address = desk, per_address

    def routes(self) -> Sequence[BaseRoute]:
        """Return the form, and what takes it."""
        return [
            Route(SIGN_IN, self.form, methods=["GET"]),
            Route(SIGN_IN, self.sign_in, methods=["POST"]),
            Route("/sign-out", self.sign_out, methods=["POST"]),
        ]

    async def form(self, request: Request) -> Response:
        """Show the form; who is signed in already goes on."""
        target = own_path(request.query_params.get("next", ""))
        if viewer_of(request) is not None:
            return RedirectResponse(target, 303)
        return render(request, "accounts/sign_in.html", {"next": target, "failed": False, "login": ""})

    async def sign_in(self, request: Request) -> Response:
        """Take login and password. Whatever is wrong with them, the answer is the same and takes as long (ASVS 6.3.8)."""
        form, desk = form_of(request), self._desk
        target = own_path(form.get("next", ""))
        wait = self._per_address.wait_for(request.client.host if request.client else "")
        if wait:
            return answer(request, 429, {"Retry-After": str(wait)})
        account = await self._verified(request, form.get("login", ""), form.get("password", ""))
        if account is None:
            context = {"next": target, "failed": True, "login": form.get("login", "")[:64]}
            return render(request, "accounts/sign_in.html", context, 401)
        if not desk.may_enter(account):
            invited = await run_in_threadpool(send_link, desk.accounts, account)
            return RedirectResponse(f"{SET_PASSWORD}/{invited.token}", 303)
        return desk.enter(request, RedirectResponse(target, 303), account)

    async def sign_out(self, request: Request) -> Response:
        """End the session."""
        account = self._desk.own(request)
        if account is not None:
            await run_in_threadpool(self._desk.record, request, "signed out", account)
        return self._desk.leave(request, RedirectResponse(SIGN_IN, 303))

    async def _verified(self, request: Request, login: str, password: str) -> Account | None:
        """Return the account that login and password open, None for every reason why they do not."""
        desk, now = self._desk, self._desk.clock.now()
        account_id = desk.accounts.store.id_of(_name(login))
        account = await run_in_threadpool(desk.account, account_id)
        is_locked = desk.accounts.failures.locked_until(account_id, now) is not None
        is_shut = account is None or account.is_disabled or is_locked
        matches = await desk.matches(password, account.password_hash if account else None)
        if account is None or is_shut or not matches:
            await run_in_threadpool(self._failed, request, account_id, account, is_locked)
            return None
        await run_in_threadpool(self._succeeded, request, account, password)
        return account

    def _failed(self, request: Request, account_id: str, account: Account | None, is_locked: bool) -> None:
        desk = self._desk
        if not is_locked:
            count = desk.accounts.failures.add(account_id, desk.clock.now())
            is_locked = count == desk.accounts.rules.failures_lock
        desk.record(request, "sign-in refused, the account is locked" if is_locked else "sign-in refused", account)

    def _succeeded(self, request: Request, account: Account, password: str) -> None:
        desk = self._desk
        desk.accounts.failures.clear(account.account_id)
        if account.password_hash is not None and desk.passwords.is_outdated(account.password_hash):
            hashed = desk.passwords.hashed(password)
            desk.accounts.store.save(account.with_password(hashed, account.expires_on or desk.clock.now().date()))
        desk.record(request, "signed in", account)


def own_path(text: str) -> str:
    """Return a path of this site that somebody was on the way to, the overview for anything else."""
    return text if _OWN_PATH.fullmatch(text) and not text.startswith((SIGN_IN, SET_PASSWORD)) else "/"


def _name(login: str) -> str:
    """Return the login as it is compared; what cannot be one counts its failures under what was typed, by its digest."""
    try:
        return login_name(login)
    except UsageError:
        return login[:256]
