"""A person's own second factor: new recovery codes, another device. Each for the password and a code (ASVS 7.5.1)."""

from dataclasses import replace

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from dashboard import words
from dashboard.accounts.desk import Desk
from dashboard.accounts.own import for_person
from dashboard.accounts.second_step import NOT_SET_UP, shown_of
from dashboard.rendering import render
from dashboard.security.csrf import masked
from dashboard.security.forms import form_of
from pipelines.accounts.account import Account, Offer
from pipelines.accounts.factors import (
    SetUp,
    make_offer,
    offer_to,
    renew_recovery_codes,
    set_up,
    takes_code,
    takes_recovery_code,
)

N_ = words.marked
PATH = "/account/second-factor"
NOT_PROVED = N_("Password and code do not go together, or the code was used already: wait for the next one.")


class OwnFactor:
    """The page of a person's own second factor."""

    def __init__(self, desk: Desk) -> None:
        """Take the desk."""
        self._desk = desk

    def routes(self) -> list[BaseRoute]:
        """Return the routes."""
        return [
            Route(PATH, for_person(self._desk, self.page), methods=["GET"]),
            Route(PATH, for_person(self._desk, self.change), methods=["POST"]),
        ]

    async def page(self, request: Request, account: Account) -> Response:
        """Show what there is, and what can be done."""
        return self._page(request, account)

    async def change(self, request: Request, account: Account) -> Response:
        """Make recovery codes, or begin with another device, for password and code; or end that with its first code."""
        form, action = form_of(request), form_of(request).get("action", "")
        if action == "confirm":
            return await self._confirm(request, account, form.get("code", ""))
        if action not in ("codes", "replace") or (action == "codes" and account.second_factor is None):
            raise HTTPException(400)
        if not await self._is_proved(request, account, form):
            return self._page(request, account, fault=NOT_PROVED, status=422)
        if action == "codes":
            await run_in_threadpool(self._desk.record, request, "recovery codes made anew", account)
            done = await run_in_threadpool(renew_recovery_codes, self._desk.accounts, account)
            return render(request, "accounts/recovery_codes.html", {"codes": done.recovery_codes, "onward": "/account"})
        token = request.state.session_token
        offering = await run_in_threadpool(make_offer, self._desk.accounts, account, token)
        return self._offering(request, offering, offering.offer)

    async def _is_proved(self, request: Request, account: Account, form: dict[str, str]) -> bool:
        """Say whether password and code are right: the authenticator's code, or a recovery code when it is lost."""
        accounts, code = self._desk.accounts, form.get("code", "")

        def proves() -> bool:
            return takes_code(accounts, account, code) or takes_recovery_code(accounts, account, code)

        asked = proves if account.second_factor is not None else None
        return await self._desk.confirms(request, account, form.get("present", ""), asked)

    async def _confirm(self, request: Request, account: Account, code: str) -> Response:
        """Let the new device take the former's place; every other session ends, and this one goes on with a new token."""
        desk, token = self._desk, request.state.session_token
        offered = offer_to(desk.accounts, account, token)
        if offered is None:
            return RedirectResponse(PATH, 303)
        done: SetUp | None = await run_in_threadpool(set_up, desk.accounts, account, token, code)
        if done is None:
            return self._offering(request, account, offered, fault=NOT_SET_UP, status=422)
        await run_in_threadpool(desk.record, request, "second factor set up", account)
        session = await run_in_threadpool(desk.begin, request, done.account)
        request.state.viewer = replace(request.state.viewer, csrf_token=masked(session))
        shown = render(request, "accounts/recovery_codes.html", {"codes": done.recovery_codes, "onward": "/account"})
        return desk.give(shown, session)

    def _page(self, request: Request, account: Account, *, fault: str | None = None, status: int = 200) -> Response:
        context = {"account": account, "fault": fault, "rules": self._desk.accounts.rules}
        return render(request, "accounts/second_factor.html", context, status)

    def _offering(
        self, request: Request, account: Account, offered: Offer | None, *, fault: str | None = None, status: int = 200
    ) -> Response:
        shown = {} if offered is None else shown_of(account, offered)
        context = {"csrf": request.state.viewer.csrf_token, "next": "/account", "action": PATH, "step": "confirm"}
        rules = self._desk.accounts.rules
        return render(request, "accounts/set_up.html", {**context, **shown, "fault": fault, "rules": rules}, status)
