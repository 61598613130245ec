"""Ways to sign in: accounts of this house, with password and code; OpenID Connect would be another behind the same interface."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from dashboard.accounts.desk import Desk
from dashboard.accounts.entering import Entering
from dashboard.accounts.second_step import SecondStep
from dashboard.accounts.targets import own_path
from dashboard.pages.errors import answer
from dashboard.rendering import render
from dashboard.security.forms import form_of
from dashboard.viewer import SIGN_IN, viewer_of
from pipelines.accounts.account import Account, login_name
from pipelines.errors import UsageError


class SignIn(Protocol):
    """A way to be known. It ends with `Desk.enter(request, response, account)` for an account that `Desk.may_enter`.

    One by OpenID Connect would answer `/sign-in` with the way to the provider, `/sign-in/back` with the account whose login is
    the verified e-mail, and leave the rest (sessions, roles, partners, records) as it is.
    """

    def routes(self) -> Sequence[BaseRoute]:
        """Return the routes of this way; `/sign-in` is where readers are sent."""
        ...


class LocalSignIn:
    """Accounts of this house: login and password, then the second factor; limited by account and by address."""

    def __init__(self, entering: Entering) -> None:
        """Take what leads on from the password."""
        self._entering: Entering = entering
        self._desk: Desk = entering.desk

    def routes(self) -> Sequence[BaseRoute]:
        """Return the form, and what takes it."""
        return [
            Route(SIGN_IN, self.form, methods=["GET"]),
            Route(SIGN_IN, self.sign_in, methods=["POST"]),
            *SecondStep(self._entering).routes(),
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
        form = form_of(request)
        target = own_path(form.get("next", ""))
        wait = self._entering.per_address.wait_for(request.client.host if request.client else "")
        if wait:
            return answer(request, 429, {"Retry-After": str(wait)})
        account = await self._verified(request, form.get("login", ""), form.get("password", ""))
        if account is None:
            context = {"next": target, "failed": True, "login": form.get("login", "")[:64]}
            return render(request, "accounts/sign_in.html", context, 401)
        return await run_in_threadpool(self._entering.after_password, request, account, target)

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
        return await run_in_threadpool(self._with_costs_of_today, account, password)

    def _failed(self, request: Request, account_id: str, account: Account | None, is_locked: bool) -> None:
        desk = self._desk
        if not is_locked:
            count = desk.accounts.failures.add(account_id, desk.clock.now())
            is_locked = count == desk.accounts.rules.failures_lock
        desk.record(request, "sign-in refused, the account is locked" if is_locked else "sign-in refused", account)

    def _with_costs_of_today(self, account: Account, password: str) -> Account:
        """Return the account, its password hashed anew if that was done with other costs. Failures wait for the second step."""
        desk, former = self._desk, account.password_hash
        if former is None or not desk.passwords.is_outdated(former):
            return account
        hashed = desk.passwords.hashed(password)
        return desk.accounts.store.change(
            account.account_id,
            lambda present: replace(present, password_hash=hashed) if present.password_hash == former else present,
        )


def _name(login: str) -> str:
    """Return the login as it is compared; what cannot be one counts its failures under what was typed, by its digest."""
    try:
        return login_name(login)
    except UsageError:
        return login[:256]
