"""Whose a request is: the session's cookie on pages, a program's token in the interface for programs, and how many there are."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard.accounts.desk import Desk
from dashboard.pages.errors import answer
from dashboard.security.rates import Rates

FOR_EVERYBODY = ("/static/", "/health", "/ready")
PROGRAMS = "/api/"
_BEARER = "bearer "


class Viewing:
    """Sets `request.state.viewer`, or leaves it None; what comes too often is refused (429)."""

    def __init__(self, app: ASGIApp, *, desk: Desk, requests: Rates) -> None:
        """Take the application, the desk, and how many requests one may make."""
        self._app, self._desk, self._requests = app, desk, requests

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the viewer in place."""
        if scope["type"] != "http" or scope["path"].startswith(FOR_EVERYBODY):
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        request.state.viewer = request.state.session = request.state.session_token = None
        await run_in_threadpool(self._look, request)
        viewer = request.state.viewer
        address = request.client.host if request.client else ""
        wait = self._requests.wait_for(viewer.account_id if viewer else address)
        if wait:
            await answer(request, 429, {"Retry-After": str(wait)})(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _look(self, request: Request) -> None:
        authorization = request.headers.get("authorization", "")
        if request.url.path.startswith(PROGRAMS) and authorization[: len(_BEARER)].lower() == _BEARER:
            request.state.viewer = self._desk.viewer_of_program(authorization[len(_BEARER) :].strip())
            return
        token = request.cookies.get(self._desk.cookie)
        found = self._desk.viewer_of_session(token) if token else None
        if found is not None:
            request.state.viewer, request.state.session = found
            request.state.session_token = token
