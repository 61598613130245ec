"""The second step of signing in: the code of the authenticator, or setting one up at the first time."""

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from dashboard import words
from dashboard.accounts.entering import PATHS, Entering
from dashboard.accounts.pictures import picture_of
from dashboard.accounts.targets import own_path
from dashboard.rendering import render
from dashboard.security.csrf import masked
from dashboard.security.forms import form_of
from pipelines.accounts.account import Account, Offer
from pipelines.accounts.factors import count_wrong_code, offer_to, set_up, takes_code, takes_recovery_code
from pipelines.accounts.pending import Stage
from pipelines.accounts.second_factor import address_of, grouped

N_ = words.marked
WRONG_CODE = N_("That is not the code of this moment, or it was used already: wait for the next one.")
WRONG_RECOVERY = N_("That is none of the recovery codes that are left.")
NOT_SET_UP = N_(
    "That is not the code the app shows now. Scan the picture again, or see whether the phone's clock is right."
)


class SecondStep:
    """The pages between the password and the session."""

    def __init__(self, entering: Entering) -> None:
        """Take what leads from stage to stage."""
        self._entering, self._desk = entering, entering.desk

    def routes(self) -> list[BaseRoute]:
        """Return the routes; each is there for a browser at its stage alone."""
        at = self._entering.at
        return [
            Route(PATHS[Stage.CODE], at(Stage.CODE, self.ask), methods=["GET"]),
            Route(PATHS[Stage.CODE], at(Stage.CODE, self.take), methods=["POST"]),
            Route(PATHS[Stage.SET_UP], at(Stage.SET_UP, self.offer), methods=["GET"]),
            Route(PATHS[Stage.SET_UP], at(Stage.SET_UP, self.confirm), methods=["POST"]),
        ]

    async def ask(self, request: Request, _account: Account, token: str) -> Response:
        """Ask for the code."""
        return self._asking(request, token)

    async def take(self, request: Request, account: Account, token: str) -> Response:
        """Take a code, or a recovery code in its place; failures count as those of the password do, to the same lock."""
        form, desk = form_of(request), self._desk
        if await run_in_threadpool(self._accepts, account, form):
            if await run_in_threadpool(desk.accounts.pending.take, token, desk.clock.now()) is None:
                return self._entering.to_beginning(request)
            how = "signed in with a recovery code" if "recovery" in form else "signed in"
            target = own_path(form.get("next", ""))
            session, where = await run_in_threadpool(self._entering.onward, request, account, target, how)
            return desk.give(RedirectResponse(where, 303), session)
        if await run_in_threadpool(self._refused, request, account):
            return render(request, "accounts/sign_in.html", {"next": "/", "failed": True, "login": ""}, 401)
        faults = {"recovery": WRONG_RECOVERY} if "recovery" in form else {"code": WRONG_CODE}
        return self._asking(request, token, faults, 401)

    async def offer(self, request: Request, account: Account, token: str) -> Response:
        """Show what the authenticator takes over: as a picture, a link and letters."""
        offered = offer_to(self._desk.accounts, account, token)
        if offered is None:
            return self._entering.to_beginning(request)
        return render(request, "accounts/set_up.html", self._offered(request, account, offered, token))

    async def confirm(self, request: Request, account: Account, token: str) -> Response:
        """Set the second factor up with its first code, show the recovery codes once, and begin the session."""
        form, desk = form_of(request), self._desk
        offered = offer_to(desk.accounts, account, token)
        if offered is None:
            return self._entering.to_beginning(request)
        done = await run_in_threadpool(set_up, desk.accounts, account, token, form.get("code", ""))
        if done is None:
            context = self._offered(request, account, offered, token, NOT_SET_UP)
            return render(request, "accounts/set_up.html", context, 422)
        await run_in_threadpool(desk.record, request, "second factor set up", account)
        await run_in_threadpool(desk.accounts.pending.end_all, account.account_id)
        target = own_path(form.get("next", ""))
        session, where = await run_in_threadpool(self._entering.onward, request, done.account, target, "signed in")
        shown = render(request, "accounts/recovery_codes.html", {"codes": done.recovery_codes, "onward": where})
        return desk.give(shown, session)

    def _accepts(self, account: Account, form: dict[str, str]) -> bool:
        accounts = self._desk.accounts
        if accounts.failures.locked_until(account.account_id, self._desk.clock.now()) is not None:
            return False
        if "recovery" in form:
            return takes_recovery_code(accounts, account, form["recovery"])
        return takes_code(accounts, account, form.get("code", ""))

    def _refused(self, request: Request, account: Account) -> bool:
        """Count a wrong code; return whether this sign-in is over, because of a lock or because the password ended."""
        desk, now = self._desk, self._desk.clock.now()
        is_locked = desk.accounts.failures.locked_until(account.account_id, now) is not None
        is_ended = False
        if not is_locked:
            is_ended = count_wrong_code(desk.accounts, account)
            is_locked = desk.accounts.failures.add(account.account_id, now) >= desk.accounts.rules.failures_lock
        if is_locked:
            desk.accounts.pending.end_all(account.account_id)
        why = ", too many: the password ended" if is_ended else ", the account is locked" if is_locked else ""
        desk.record(request, f"code refused{why}", account)
        return is_locked or is_ended

    def _asking(
        self, request: Request, token: str, faults: dict[str, str] | None = None, status: int = 200
    ) -> Response:
        context = {"csrf": masked(token), "next": _target_of(request), "faults": faults or {}}
        rules = self._desk.accounts.rules
        return render(request, "accounts/second_step.html", {**context, "rules": rules}, status)

    def _offered(
        self, request: Request, account: Account, offered: Offer, token: str, fault: str | None = None
    ) -> dict[str, Any]:
        context = {"csrf": masked(token), "next": _target_of(request), "action": PATHS[Stage.SET_UP], "step": None}
        return {**context, **shown_of(account, offered), "fault": fault, "rules": self._desk.accounts.rules}


def shown_of(account: Account, offered: Offer) -> dict[str, str]:
    """Return what a page shows of a secret that is offered: the picture, the link, and the letters in groups."""
    address = address_of(offered.secret, account.login)
    return {"picture": picture_of(address), "address": address, "letters": grouped(offered.secret)}


def _target_of(request: Request) -> str:
    return own_path(request.query_params.get("next", "") or form_of(request).get("next", ""))
