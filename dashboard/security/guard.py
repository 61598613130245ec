"""The outermost layer: one line of log for each request, and for whatever goes wrong a page that tells nothing of the cause."""

import logging
import secrets
import time
from typing import Any

from starlette.requests import Request
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.pages.errors import answer
from dashboard.security.logs import REQUESTS, places_of

QUIET = ("/health", "/ready")
_log = logging.getLogger(REQUESTS)


class Guard:
    """Numbers and times requests, logs each, and answers for what nothing else answered for."""

    def __init__(self, app: ASGIApp) -> None:
        """Take the application."""
        self._app = app
        self._templates: dict[object, str] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, and log. A failure after the answer began ends the connection; it cannot be told any more."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id, began, status = secrets.token_hex(8), time.perf_counter(), 0
        scope.setdefault("state", {})["request_id"] = request_id

        async def counted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (b"x-request-id", request_id.encode())]
            await send(message)

        fault: list[str] | None = None
        try:
            await self._app(scope, receive, counted)
        except Exception as cause:  # noqa: BLE001 -- whatever it is: nobody sees what it says
            fault = places_of(cause)
            if not status:
                await answer(Request(scope), 500)(scope, receive, counted)
        finally:
            self._tell(scope, request_id, status, time.perf_counter() - began, fault)

    def _tell(self, scope: Scope, request_id: str, status: int, seconds: float, fault: list[str] | None) -> None:
        route = self._template_of(scope)
        if route in QUIET and status == 200:
            return
        told: dict[str, Any] = {
            "request_id": request_id,
            "method": scope["method"] if scope["method"] in _METHODS else "other",
            "route": route,
            "status": status,
            "milliseconds": round(seconds * 1000, 1),
            "release": scope.get("state", {}).get("release"),
            "fault": fault,
        }
        _log.log(logging.ERROR if fault or status >= 500 else logging.INFO, "", extra=told)

    def _template_of(self, scope: Scope) -> str:
        """Return the path as the routing table has it, with names in place of what was asked for."""
        if not self._templates and "app" in scope:
            self._templates = {route.endpoint: route.path for route in _routes(scope)}
        found = self._templates.get(scope.get("endpoint"))
        return found or next(
            (route.path for route in _routes(scope) if route.matches(scope)[0] is not Match.NONE), "none"
        )


def _routes(scope: Scope) -> list[Route]:
    return [route for route in scope["app"].routes if isinstance(route, Route)] if "app" in scope else []


_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})
