"""`partnerstats dashboard`: the partners' web application."""

from typing import Annotated

import typer

from pipelines.cli.options import ClockOption, HomeOption, settings_from
from pipelines.cli.output import console, print_table
from pipelines.errors import UsageError
from pipelines.settings import Settings
from pipelines.steps.demo_accounts import DemoAccount, make_demo_accounts
from pipelines.steps.workspace import Workspace, existing_home, open_home

LOOPBACK = "127.0.0.1"


def dashboard(
    home: HomeOption = None,
    clock: ClockOption = None,
    host: Annotated[
        str | None,
        typer.Option(help="Address. Default: $PARTNERSTATS_DASHBOARD_HOST, else 127.0.0.1.", show_default=False),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(help="Port. Default: $PARTNERSTATS_DASHBOARD_PORT, else 8250.", show_default=False),
    ] = None,
) -> None:
    """Serve the partners' dashboard; Ctrl-C ends it. A demo home gets demo accounts with passwords of this run.

    Demo accounts sign in without a second factor, and only they: everybody else sets one up at the first sign-in.

    Partners reach it through a proxy that ends TLS: set PARTNERSTATS_DASHBOARD_IS_TLS=true then. Accounts are made with
    `partnerstats account`. A newer release is shown as soon as the night published it; nothing has to be started again.
    """
    from dashboard.serving import require_free, serve  # noqa: PLC0415 -- only this command needs a web server
    from dashboard.settings import load_dashboard_settings  # noqa: PLC0415

    settings = settings_from(home, clock)
    own = load_dashboard_settings(home=settings.home, policy=settings.policy, sql=settings.sql, host=host, port=port)
    existing_home(settings)
    opened = open_home(settings)
    require_free(own.host, own.port)
    _tell(settings, f"http://{own.host}:{own.port}")
    without_factor: frozenset[str] = frozenset()
    if opened.home.state().kind == "demo":
        if own.host != LOOPBACK:
            raise UsageError(f"a demo home has accounts whose passwords are printed: it is served on {LOOPBACK} alone")
        made = _demo_accounts(settings)
        _print(made)
        without_factor = frozenset(one.account_id for one in made)
    elif not opened.has_accounts:
        console(stderr=True).print("Nobody can sign in yet: make an account with `partnerstats account add`")
    serve(own, opened.accounts, without_factor=without_factor)


def _demo_accounts(settings: Settings) -> list[DemoAccount]:
    """Make the accounts; only here are the home's own keys opened, which the server never has."""
    return make_demo_accounts(Workspace.open(settings))


def _tell(settings: Settings, address: str) -> None:
    console(stderr=True).print(f"The dashboard serves {settings.home} at {address}", markup=False)


def _print(accounts: list[DemoAccount]) -> None:
    if not accounts:
        console(stderr=True).print("Nothing was published yet: run `partnerstats nightly`, then start again")
        return
    rows = [(one.login, one.password, one.role.value, one.partner or "") for one in accounts]
    print_table("Demo accounts of this run", ["login", "password", "may", "partner"], rows)
    console(stderr=True).print(
        "They sign in without a second factor, because this home is a demo; an account of `partnerstats account add` needs one"
    )
