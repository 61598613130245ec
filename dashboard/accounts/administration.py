"""What a partner's administrator does: the partner's own readers, and tokens for its programs. Nobody else's, ever."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from dashboard.accounts.desk import Desk
from dashboard.accounts.targets import SET_PASSWORD
from dashboard.rendering import render
from dashboard.security.forms import form_of
from dashboard.viewer import to_sign_in, viewer_of
from pipelines.accounts.account import Account, AccountRole
from pipelines.accounts.changes import disable, enable, end, invite, send_link
from pipelines.errors import UsageError

MOST_READERS = 50
"""Accounts of one partner: more are made by the operators."""
Administered = Callable[[Request, Account], Awaitable[Response]]
_CHANGES: dict[str, Callable[..., Any]] = {
    "reset": send_link,
    "lost": partial(send_link, ends_factor=True),
    "disable": disable,
    "enable": enable,
    "end": end,
}


class Administration:
    """The pages of a partner's administrator."""

    def __init__(self, desk: Desk) -> None:
        """Take the desk."""
        self._desk = desk

    def routes(self) -> list[BaseRoute]:
        """Return the routes. None takes a partner: it is the administrator's own."""
        guarded = self._for_administrator
        return [
            Route("/account/readers", guarded(self.readers), methods=["GET"]),
            Route("/account/readers", guarded(self.change_reader), methods=["POST"]),
            Route("/account/programs", guarded(self.programs), methods=["GET"]),
            Route("/account/programs", guarded(self.change_programs), methods=["POST"]),
        ]

    async def readers(self, request: Request, account: Account) -> Response:
        """Show the partner's readers."""
        return await self._readers(request, account)

    async def change_reader(self, request: Request, account: Account) -> Response:
        """Add a reader, or disable, enable or end one of the partner's own, or give one a link: `reset`, and `lost` for all."""
        form = form_of(request)
        action = form.get("action", "")
        if action == "add":
            link: str | None
            try:
                link = await run_in_threadpool(self._invite, request, account, form.get("login", ""))
            except UsageError:
                return await self._readers(request, account, is_refused=True, status=422)
            return await self._readers(request, account, link=link)
        if action not in _CHANGES:
            raise HTTPException(400)
        link = await run_in_threadpool(self._change, request, account, form.get("reader", ""), action)
        if link is not None:
            return await self._readers(request, account, link=link)
        return RedirectResponse("/account/readers", 303)

    async def programs(self, request: Request, account: Account) -> Response:
        """Show the tokens of the partner's programs."""
        return await self._programs(request, account)

    async def change_programs(self, request: Request, account: Account) -> Response:
        """Make a token, which is shown once, or end one."""
        form = form_of(request)
        if form.get("action") == "end":
            is_ended = await run_in_threadpool(self._end_token, request, account, form.get("token", ""))
            if not is_ended:
                raise HTTPException(404)
            return RedirectResponse("/account/programs", 303)
        try:
            token = await run_in_threadpool(self._make_token, request, account, form.get("label", ""))
        except UsageError:
            return await self._programs(request, account, is_refused=True, status=422)
        return await self._programs(request, account, token=token)

    async def _readers(
        self,
        request: Request,
        account: Account,
        *,
        link: str | None = None,
        is_refused: bool = False,
        status: int = 200,
    ) -> Response:
        found = await run_in_threadpool(self._of_partner, account)
        now = self._desk.clock.now()
        context = {"account": account, "readers": found, "link_once": link, "is_refused": is_refused, "now": now}
        return render(request, "accounts/readers.html", {**context, "rules": self._desk.accounts.rules}, status)

    async def _programs(
        self,
        request: Request,
        account: Account,
        *,
        token: str | None = None,
        is_refused: bool = False,
        status: int = 200,
    ) -> Response:
        tokens = self._desk.accounts.tokens
        found = await run_in_threadpool(tokens.of, str(account.partner_file), self._desk.clock.now())
        context = {"account": account, "tokens": found, "token_once": token, "is_refused": is_refused}
        return render(request, "accounts/programs.html", {**context, "rules": self._desk.accounts.rules}, status)

    def _of_partner(self, account: Account) -> list[Account]:
        return [
            other
            for other in self._desk.accounts.store.all()
            if other.partner_file == account.partner_file and other.role is not AccountRole.PRIVACY_OFFICER
        ]

    def _invite(self, request: Request, account: Account, login: str) -> str:
        if len(self._of_partner(account)) >= MOST_READERS:
            raise UsageError(f"a partner has {MOST_READERS} accounts at most")
        partner = (str(account.partner_id), str(account.partner_file))
        invited = invite(self._desk.accounts, login, AccountRole.PARTNER_READER, partner, account.language)
        self._desk.record(request, "reader added", account)
        return _link(request, invited.token, is_tls=self._desk.is_tls)

    def _change(self, request: Request, account: Account, reader_id: str, action: str) -> str | None:
        """Change a reader of the partner's own and return the link it got, if any; 404 for anybody else's account."""
        reader = self._desk.account(reader_id)
        is_own = reader is not None and reader.partner_file == account.partner_file
        if reader is None or not is_own or reader.role is not AccountRole.PARTNER_READER:
            self._desk.record(request, "refused: not a reader of the partner", account)
            raise HTTPException(404)
        self._desk.record(request, f"reader: {action}", account)
        token = getattr(_CHANGES[action](self._desk.accounts, reader), "token", None)
        return None if token is None else _link(request, token, is_tls=self._desk.is_tls)

    def _make_token(self, request: Request, account: Account, label: str) -> str:
        self._desk.record(request, "token for programs made", account)
        made = self._desk.accounts.tokens.make
        partner = (str(account.partner_id), str(account.partner_file))
        return made(*partner, label, account.account_id, self._desk.clock.now())

    def _end_token(self, request: Request, account: Account, token_id: str) -> bool:
        self._desk.record(request, "token for programs ended", account)
        return self._desk.accounts.tokens.end(str(account.partner_file), token_id)

    def _for_administrator(self, endpoint: Administered) -> Callable[[Request], Awaitable[Response]]:
        """Let only an administrator in: nobody is sent to sign in, another role finds nothing there, which is recorded."""

        async def guarded(request: Request) -> Response:
            if viewer_of(request) is None:
                return to_sign_in(request)
            account = await run_in_threadpool(self._desk.own, request)
            if account is None or account.role is not AccountRole.PARTNER_ADMINISTRATOR or account.partner_file is None:
                await run_in_threadpool(self._desk.record, request, "refused: not an administrator", account)
                raise HTTPException(404)
            return await endpoint(request, account)

        return guarded


def _link(request: Request, token: str, *, is_tls: bool) -> str:
    scheme = "https" if is_tls else request.url.scheme
    return f"{scheme}://{request.url.netloc}{SET_PASSWORD}/{token}"
