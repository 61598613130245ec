"""Setting a password: with the one-time link, or with the present one."""

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from dashboard import words
from dashboard.accounts.desk import Desk
from dashboard.accounts.sign_in import SET_PASSWORD
from dashboard.rendering import render
from dashboard.security.forms import form_of
from dashboard.security.rates import Rates
from pipelines.accounts.account import Account
from pipelines.accounts.changes import account_of_link, set_password
from pipelines.accounts.passwords import LONGEST, SHORTEST, fault_of

N_ = words.marked
FAULTS = {
    "too-short": N_("Too short: at least 12 characters. Any words, in any language, with spaces if you like."),
    "too-long": N_("Too long: at most 256 characters."),
    "common": N_("Everybody tries this one first. Choose another."),
    "guessable": N_(
        "Too easy to guess. Some words that have nothing to do with each other, or with you, are hard to guess."
    ),
    "not-the-same": N_("The two are not the same."),
    "not-yours": N_("That is not your present password."),
}


class Passwords:
    """The pages that set a password."""

    def __init__(self, desk: Desk, per_address: Rates) -> None:
        """Take the desk, and how often one address may try."""
        self._desk, self._per_address = desk, per_address

    def routes(self) -> list[BaseRoute]:
        """Return the routes."""
        path = f"{SET_PASSWORD}/{{token}}"
        return [
            Route(path, self.with_link, methods=["GET"]),
            Route(path, self.take_link, methods=["POST"]),
            Route("/account/password", self.change, methods=["POST"]),
        ]

    async def with_link(self, request: Request) -> Response:
        """Show the form of a link, which is not used up by looking; 404 for one that does not hold."""
        await self._linked(request)
        return self._form(request, None)

    async def take_link(self, request: Request) -> Response:
        """Set the password, and sign in: the link is used up."""
        account, form = await self._linked(request), form_of(request)
        fault = fault_in(form, account)
        if fault is not None:
            return self._form(request, fault, 422)
        hashed = await self._desk.hashed(form["new"])
        changed = await run_in_threadpool(self._kept, request, account, hashed)
        return self._desk.enter(request, RedirectResponse("/", 303), changed)

    async def change(self, request: Request) -> Response:
        """Set a new password for the present one (ASVS 6.2.3); every session ends, and a new one begins here."""
        account, form = await run_in_threadpool(self._desk.own, request), form_of(request)
        if account is None:
            raise HTTPException(404)
        is_own = await self._desk.confirms(request, account, form.get("present", ""))
        fault = fault_in(form, account) if is_own else "not-yours"
        if fault is not None:
            return RedirectResponse(f"/account?fault={fault}", 303)
        hashed = await self._desk.hashed(form["new"])
        changed = await run_in_threadpool(self._kept, request, account, hashed)
        return self._desk.enter(request, RedirectResponse("/account?done=password", 303), changed)

    async def _linked(self, request: Request) -> Account:
        wait = self._per_address.wait_for(request.client.host if request.client else "")
        if wait:
            raise HTTPException(429, headers={"Retry-After": str(wait)})
        account = await run_in_threadpool(account_of_link, self._desk.accounts, request.path_params["token"])
        if account is None:
            raise HTTPException(404)
        return account

    def _kept(self, request: Request, account: Account, hashed: str) -> Account:
        self._desk.record(request, "password set", account)
        return set_password(self._desk.accounts, account, hashed)

    @staticmethod
    def _form(request: Request, fault: str | None, status: int = 200) -> Response:
        context = {"fault": FAULTS.get(fault or ""), "shortest": SHORTEST, "longest": LONGEST}
        return render(request, "accounts/set_password.html", context, status)


def fault_in(form: dict[str, str], account: Account) -> str | None:
    """Return why a form's new password is refused, None when it is not."""
    new = form.get("new", "")
    return "not-the-same" if new != form.get("again") else fault_of(new, account.login)
