"""Setting a password: with the one-time link, with the present one, or when the present one is past its day."""

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from dashboard import words
from dashboard.accounts.entering import PATHS, Entering
from dashboard.accounts.targets import SET_PASSWORD, own_path
from dashboard.rendering import render
from dashboard.security.csrf import masked
from dashboard.security.forms import form_of
from dashboard.viewer import viewer_of
from pipelines.accounts.account import Account
from pipelines.accounts.changes import account_of_link, set_password
from pipelines.accounts.passwords import LONGEST, SHORTEST, fault_of
from pipelines.accounts.pending import Stage

N_ = words.marked
FAULTS = {
    "too-short": N_("Too short: at least 12 characters. Any words, in any language, with spaces if you like."),
    "too-long": N_("Too long: at most 256 characters."),
    "common": N_("Everybody tries this one first. Choose another."),
    "guessable": N_(
        "Too easy to guess. Some words that have nothing to do with each other, or with you, are hard to guess."
    ),
    "not-the-same": N_("The two are not the same."),
    "the-same": N_("That is the password you had. Choose another."),
    "not-yours": N_("That is not your present password."),
}


class Passwords:
    """The pages that set a password."""

    def __init__(self, entering: Entering) -> None:
        """Take what leads on from a password."""
        self._entering, self._desk = entering, entering.desk

    def routes(self) -> list[BaseRoute]:
        """Return the routes."""
        path, at = f"{SET_PASSWORD}/{{token}}", self._entering.at
        return [
            Route(path, self.with_link, methods=["GET"]),
            Route(path, self.take_link, methods=["POST"]),
            Route(PATHS[Stage.RENEW], at(Stage.RENEW, self.past_its_day), methods=["GET"]),
            Route(PATHS[Stage.RENEW], at(Stage.RENEW, self.renew), methods=["POST"]),
            Route("/account/password", self.change, methods=["POST"]),
        ]

    async def with_link(self, request: Request) -> Response:
        """Show the form of a link, which is not used up by looking; 404 for one that does not hold."""
        await self._linked(request)
        return self._form(request, None)

    async def take_link(self, request: Request) -> Response:
        """Set the password, and go on to the second factor: the link is used up."""
        account, form = await self._linked(request), form_of(request)
        fault = fault_in(form, account)
        if fault is not None:
            return self._form(request, fault, 422)
        hashed = await self._desk.hashed(form["new"])
        changed = await run_in_threadpool(self._kept, request, account, hashed)
        return await run_in_threadpool(self._entering.after_password, request, changed, "/")

    async def past_its_day(self, request: Request, _account: Account, token: str) -> Response:
        """Ask whoever has shown everything for a new password: the former is past its day."""
        return self._form(request, None, token=token)

    async def renew(self, request: Request, account: Account, token: str) -> Response:
        """Set the new password and begin the session."""
        form, desk = form_of(request), self._desk
        fault = fault_in(form, account)
        if fault is None and await desk.matches(form["new"], account.password_hash):
            fault = "the-same"
        if fault is not None:
            return self._form(request, fault, 422, token=token)
        hashed = await desk.hashed(form["new"])
        if await run_in_threadpool(desk.accounts.pending.take, token, desk.clock.now()) is None:
            return self._entering.to_beginning(request)
        changed, target = await run_in_threadpool(self._kept, request, account, hashed), own_path(form.get("next", ""))
        session, where = await run_in_threadpool(self._entering.onward, request, changed, target, "signed in")
        return desk.give(RedirectResponse(where, 303), session)

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
        wait = self._entering.per_address.wait_for(request.client.host if request.client else "")
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
    def _form(request: Request, fault: str | None, status: int = 200, *, token: str | None = None) -> Response:
        """Return the form; `token` is that of a sign-in halfway, whose password is past its day."""
        context = {"fault": FAULTS.get(fault or ""), "shortest": SHORTEST, "longest": LONGEST}
        viewer = viewer_of(request)
        csrf = masked(token) if token is not None else viewer.csrf_token if viewer else ""
        target = own_path(request.query_params.get("next", "") or form_of(request).get("next", ""))
        shown = {**context, "csrf": csrf, "is_renewal": token is not None, "next": target}
        return render(request, "accounts/set_password.html", shown, status)


def fault_in(form: dict[str, str], account: Account) -> str | None:
    """Return why a form's new password is refused, None when it is not."""
    new = form.get("new", "")
    return "not-the-same" if new != form.get("again") else fault_of(new, account.login)
