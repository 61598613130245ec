"""From the right password to a session: the second factor in between, for a browser that holds a token which opens nothing."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dashboard.accounts.desk import Desk
from dashboard.pages.errors import answer
from dashboard.rendering import link
from dashboard.security.csrf import FIELD, HEADER, is_own
from dashboard.security.forms import form_of
from dashboard.security.rates import Rates
from dashboard.viewer import SIGN_IN
from pipelines.accounts.account import Account
from pipelines.accounts.factors import is_required, make_offer
from pipelines.accounts.pending import Stage
from pipelines.clock import seoul_day

PATHS = {Stage.CODE: f"{SIGN_IN}/code", Stage.SET_UP: f"{SIGN_IN}/set-up", Stage.RENEW: f"{SIGN_IN}/renew"}
Staged = Callable[[Request, Account, str], Awaitable[Response]]
_RECORDED = {
    Stage.CODE: "password accepted, the code is asked for",
    Stage.SET_UP: "password accepted, a second factor is to be set up",
    Stage.RENEW: "everything accepted, the password is to be renewed",
}


@dataclass(frozen=True)
class Entering:
    """What leads from one stage of signing in to the next. The browser's one cookie is the stage's token, or the session's."""

    desk: Desk
    per_address: Rates
    """How often one address may try a password."""
    steps_per_address: Rates
    """How often it may take another step, which it only can once a password was right."""

    def after_password(self, request: Request, account: Account, target: str) -> Response:
        """Lead on whoever knows the password, to the second factor, and to `target` in the end."""
        if account.second_factor is not None:
            token, where = self._pend(request, account, Stage.CODE, target)
        elif is_required(self.desk.accounts, account) and account.account_id not in self.desk.without_factor:
            token, where = self._pend(request, account, Stage.SET_UP, target)
            make_offer(self.desk.accounts, account, token)
        else:
            token, where = self.onward(request, account, target, "signed in")
        return self.desk.give(RedirectResponse(where, 303), token)

    def onward(self, request: Request, account: Account, target: str, action: str) -> tuple[str, str]:
        """Begin the session of who has shown everything; return its token, and where it leads.

        With a password past its day that is a page to renew it, and no session yet.
        """
        if account.has_expired(seoul_day(self.desk.clock.now())):
            return self._pend(request, account, Stage.RENEW, target)
        self.desk.accounts.failures.clear(account.account_id)
        self.desk.record(request, action, account)
        return self.desk.begin(request, account), target

    def at(self, stage: Stage, endpoint: Staged) -> Callable[[Request], Awaitable[Response]]:
        """Let only a browser at this stage in, with forms of its own; everybody else is sent to the beginning."""

        async def guarded(request: Request) -> Response:
            token = request.cookies.get(self.desk.cookie, "")
            account = await run_in_threadpool(self._account_at, stage, token)
            if account is None:
                return self.to_beginning(request)
            if request.method == "POST":
                if not is_own(request.headers.get(HEADER) or form_of(request).get(FIELD, ""), token):
                    raise HTTPException(403)
                wait = self.steps_per_address.wait_for(request.client.host if request.client else "")
                if wait:
                    return answer(request, 429, {"Retry-After": str(wait)})
            return await endpoint(request, account, token)

        return guarded

    def to_beginning(self, request: Request) -> Response:
        """Send a browser to sign in anew."""
        return RedirectResponse(link(request, SIGN_IN), 303)

    def _account_at(self, stage: Stage, token: str) -> Account | None:
        halfway = self.desk.accounts.pending.find(token, self.desk.clock.now())
        if halfway is None or halfway.stage is not stage:
            return None
        account = self.desk.account(halfway.account_id)
        return None if account is None or account.is_disabled or account.password_hash is None else account

    def _pend(self, request: Request, account: Account, stage: Stage, target: str) -> tuple[str, str]:
        """Begin a stage in place of what the request came with, in the account's language; return its token and path."""
        desk, former = self.desk, request.cookies.get(self.desk.cookie, "")
        desk.accounts.sessions.end(former)
        desk.accounts.pending.take(former, desk.clock.now())
        desk.record(request, _RECORDED[stage], account)
        token = desk.accounts.pending.begin(account.account_id, stage, desk.clock.now())
        language = request.query_params.get("lang") or account.language
        return token, link(request, PATHS[stage], lang=language, next=None if target == "/" else target)
