"""The dashboard's application with whom a test wants signed in."""

from functools import cache
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard.app import SigningIn, build_app
from dashboard.settings import DashboardSettings
from dashboard.viewer import Viewer
from pipelines.clock import FixedClock, parse_instant

NOW = FixedClock(parse_instant("2026-11-03T12:00:00+09:00"))


class StaticSignIn:
    """Middleware by which every request is of one viewer."""

    def __init__(self, app: ASGIApp, viewer: Viewer | None) -> None:
        """Keep who is signed in."""
        self._app, self._viewer = app, viewer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Set the viewer and go on."""
        scope.setdefault("state", {})["viewer"] = self._viewer
        await self._app(scope, receive, send)


@cache
def app_for(home: Path, viewer: Viewer | None) -> Starlette:
    """Return the application of a home, with `viewer` signed in; made once for all tests."""
    signing_in = SigningIn(middleware=[Middleware(StaticSignIn, viewer=viewer)])
    return build_app(DashboardSettings(home=home), clock=NOW, signing_in=signing_in)
