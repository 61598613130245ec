"""The dashboard over a sample of releases, with whom a test wants signed in."""

import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send

sys.path.insert(0, str(Path(__file__).parent))

from dashboard_sample import reader_of, write_release

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


@pytest.fixture(scope="session")
def sample_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a release of the sample; never written to."""
    home = tmp_path_factory.mktemp("dashboard") / "home"
    write_release(home)
    return home


@pytest.fixture
def client_of(sample_home: Path) -> Callable[[Viewer | None], TestClient]:
    """Return a browser of whom a test wants signed in; errors are answers, not exceptions."""
    return lambda viewer=None: TestClient(
        app_for(sample_home, viewer), raise_server_exceptions=False, follow_redirects=False
    )


@pytest.fixture
def client(client_of: Callable[[Viewer | None], TestClient]) -> TestClient:
    """A browser of a reader of `p-001`."""
    return client_of(reader_of())
