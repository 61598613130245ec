"""A person's own account: what it is, its sessions, its language; every role has one."""

from collections.abc import Awaitable, Callable

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from dashboard import words
from dashboard.accounts.desk import Desk
from dashboard.accounts.passwords import FAULTS
from dashboard.rendering import render
from dashboard.security.forms import form_of
from dashboard.viewer import to_sign_in, viewer_of
from pipelines.accounts.account import Account
from pipelines.accounts.passwords import LONGEST, SHORTEST

N_ = words.marked
DONE = {
    "password": N_("The new password holds. Every other session has ended."),
    "sessions": N_("The other sessions have ended."),
    "language": N_("The language is kept."),
}
ROLES = {
    "partner-reader": N_("Reader"),
    "partner-administrator": N_("Administrator"),
    "privacy-officer": N_("Privacy officer"),
}
Own = Callable[[Request, Account], Awaitable[Response]]


class OwnAccount:
    """The account page."""

    def __init__(self, desk: Desk) -> None:
        """Take the desk."""
        self._desk = desk

    def routes(self) -> list[BaseRoute]:
        """Return the routes."""
        desk = self._desk
        return [
            Route("/account", for_person(desk, self.page), methods=["GET"]),
            Route("/account/sessions", for_person(desk, self.end_sessions), methods=["POST"]),
            Route("/account/language", for_person(desk, self.speak), methods=["POST"]),
        ]

    async def page(self, request: Request, account: Account) -> Response:
        """Show the account."""
        sessions = await run_in_threadpool(self._desk.accounts.sessions.of, account.account_id, self._desk.clock.now())
        query = request.query_params
        context = {
            "account": account,
            "role": ROLES[account.role.value],
            "sessions": sessions,
            "present": request.state.session.session_id,
            "rules": self._desk.accounts.rules,
            "fault": FAULTS.get(query.get("fault", "")),
            "done": DONE.get(query.get("done", "")),
            "shortest": SHORTEST,
            "longest": LONGEST,
        }
        return render(request, "accounts/account.html", context)

    async def end_sessions(self, request: Request, account: Account) -> Response:
        """End one's other sessions, or one of them, for the present password (ASVS 7.5.2)."""
        form = form_of(request)
        if not await self._desk.confirms(request, account, form.get("present", "")):
            return RedirectResponse("/account?fault=not-yours", 303)
        await run_in_threadpool(self._desk.record, request, "own sessions ended", account)
        sessions, only = self._desk.accounts.sessions, form.get("session") or None
        await run_in_threadpool(
            lambda: sessions.end_all(account.account_id, but=request.state.session.session_id, only=only)
        )
        return RedirectResponse("/account?done=sessions", 303)

    async def speak(self, request: Request, account: Account) -> Response:
        """Keep the language a person wants on every device."""
        language = form_of(request).get("language")
        if language not in ("ko", "en"):
            raise HTTPException(400)
        await run_in_threadpool(self._desk.speak, account, language)
        return RedirectResponse("/account?done=language", 303)


def for_person(desk: Desk, endpoint: Own) -> Callable[[Request], Awaitable[Response]]:
    """Let only people who are signed in reach an endpoint."""

    async def guarded(request: Request) -> Response:
        if viewer_of(request) is None:
            return to_sign_in(request)
        account = await run_in_threadpool(desk.own, request)
        if account is None:
            raise HTTPException(404)
        return await endpoint(request, account)

    return guarded
