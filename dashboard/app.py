"""The application: the one place where pages, exports, sign-in and static files come together."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from dashboard.assets import PREFIX as STATIC
from dashboard.exports import api, files
from dashboard.kept import Kept
from dashboard.pages import privacy
from dashboard.pages.answering import endpoint_of
from dashboard.pages.errors import HANDLERS
from dashboard.pages.registry import PAGES
from dashboard.rendering import make_rendering
from dashboard.settings import DashboardSettings
from dashboard.shelf import Shelf
from pipelines.clock import Clock, seoul_day
from pipelines.errors import PartnerstatsError
from pipelines.policy import load_policy
from pipelines.warehouse.semantics import load_semantics


@dataclass(frozen=True)
class SigningIn:
    """What makes a request someone's: the middleware that sets `request.state.viewer`, and the routes of accounts."""

    middleware: Sequence[Middleware] = field(default_factory=tuple)
    routes: Sequence[BaseRoute] = field(default_factory=tuple)


def build_app(settings: DashboardSettings, *, clock: Clock, signing_in: SigningIn) -> Starlette:
    """Return the application. Policy, definitions, catalogs and static files are read here; figures when they are asked for.

    Raises PolicyError and UsageError when policy or definitions cannot be read.
    """
    rendering = make_rendering()
    app = Starlette(
        routes=[
            Route("/health", health),
            Route("/ready", ready),
            Route(f"{STATIC}/{{digest}}/{{name:path}}", rendering.assets.serve),
            *(Route(page.path, endpoint_of(page)) for page in PAGES),
            Route(privacy.PATH, privacy.privacy),
            *_exports(),
            *signing_in.routes,
        ],
        middleware=list(signing_in.middleware),
        exception_handlers=HANDLERS,
    )
    # A path with a slash too many is not there: the redirect would be built from the name that the request gives the site.
    app.router.redirect_slashes = False
    app.state.settings = settings
    app.state.clock = clock
    app.state.shelf = Shelf(settings)
    app.state.kept = Kept(settings.kept_bytes)
    app.state.rendering = rendering
    app.state.policy = load_policy(settings.policy, seoul_day(clock.now()))
    app.state.semantics = load_semantics(settings.sql)
    return app


async def health(_request: Request) -> Response:
    """Say that the process answers."""
    return JSONResponse({"status": "up"}, headers={"Cache-Control": "no-store"})


async def ready(request: Request) -> Response:
    """Say whether there is a release to show (200), or none that can be read (503)."""
    try:
        release = await run_in_threadpool(request.app.state.shelf.current)
    except PartnerstatsError:
        release = None
    said = {"status": "ready", "release": release.id} if release is not None else {"status": "no release"}
    return JSONResponse(said, 200 if release is not None else 503, headers={"Cache-Control": "no-store"})


def _exports() -> list[BaseRoute]:
    prefix = api.PREFIX
    return [
        Route("/exports/{page}.xlsx", files.page_workbook),
        Route("/exports/{page}/{table}.csv", files.page_csv),
        Route("/downloads/{table}.csv", files.table_csv),
        Route("/downloads/{table}.xlsx", files.table_workbook),
        Route(f"{prefix}/openapi.json", api.openapi),
        Route(f"{prefix}/release", api.endpoint_of(api.release)),
        Route(f"{prefix}/tables", api.endpoint_of(api.tables)),
        Route(f"{prefix}/tables/{{table}}", api.endpoint_of(api.rows)),
        Route(f"{prefix}/measures", api.endpoint_of(api.measures)),
    ]
