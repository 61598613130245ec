"""The application with its accounts, served: what the command starts, and what another server is given."""

import socket
from collections.abc import Collection

import uvicorn
from starlette.applications import Starlette

from dashboard.accounts.desk import Desk
from dashboard.accounts.routes import routes
from dashboard.app import SigningIn, build_app
from dashboard.security.logs import logging_config
from dashboard.security.middleware import middleware
from dashboard.settings import DashboardSettings
from pipelines.accounts.opening import Accounts
from pipelines.errors import UsageError

_ENDS_WITHIN_SECONDS = 10
"""How long requests that run may take to end when the server is stopped."""
_LONGEST_HEAD_BYTES = 32 * 1024


def make_app(
    settings: DashboardSettings, accounts: Accounts, *, without_factor: Collection[str] = frozenset()
) -> Starlette:
    """Return the application with the accounts of a home. Raises as `build_app`.

    `without_factor` names demo accounts by their ids, which need no second factor. Raises UsageError when the home is no demo,
    and HomeError when it does not say what it is: nothing but a demo leaves the second factor out.
    """
    if without_factor and accounts.home.state().kind != "demo":
        raise UsageError("only a demo home lets accounts in without a second factor")
    desk = Desk(accounts, accounts.clock, settings.is_tls, without_factor=frozenset(without_factor))
    signing_in = SigningIn(middleware(desk, settings.requests_per_minute), routes(desk, settings.sign_ins_per_minute))
    return build_app(settings, clock=accounts.clock, signing_in=signing_in)


def require_free(host: str, port: int) -> None:
    """Raise UsageError when something else listens there already."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((host, port))
        except OSError:
            raise UsageError(
                f"{host}:{port} cannot be served: something listens there already, or the address is not this machine's. "
                "Choose another with --port or --host"
            ) from None


def serve(settings: DashboardSettings, accounts: Accounts, *, without_factor: Collection[str] = frozenset()) -> None:
    """Serve until Ctrl-C or SIGTERM; then requests that run are answered, and new ones are not taken. Raises as `make_app`."""
    app = make_app(settings, accounts, without_factor=without_factor)
    app.state.rendering.prepare()
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        log_config=dict(logging_config()),
        access_log=False,
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_graceful_shutdown=_ENDS_WITHIN_SECONDS,
        h11_max_incomplete_event_size=_LONGEST_HEAD_BYTES,
    )
