"""`partnerstats ui`: the Dagster UI for the analytics team."""

import os
import sys
from typing import Annotated

import typer

from pipelines.cli.options import HomeOption, settings_from
from pipelines.cli.output import console
from pipelines.settings import REPOSITORY
from pipelines.steps.workspace import open_home

LOOPBACK = "127.0.0.1"


def ui(
    home: HomeOption = None,
    port: Annotated[
        int | None,
        typer.Option(help="Port on loopback. Default: $PARTNERSTATS_UI_PORT, else 3000.", show_default=False),
    ] = None,
    read_only: Annotated[
        bool,
        typer.Option("--read-only", help="Serve the UI alone, without its daemon, so that nobody can start anything."),
    ] = False,
) -> None:
    """Serve the Dagster UI and its schedules on this machine's loopback address; Ctrl-C ends it.

    Dagster itself asks nobody for a password: reach it from elsewhere only through an authenticating proxy.
    """
    from pipelines.instance import ensure_dagster_home  # noqa: PLC0415 -- Dagster takes a second to import

    settings = settings_from(home)
    opened = open_home(settings)
    ensure_dagster_home(opened.home.dagster)
    environment = {
        **os.environ,
        "PARTNERSTATS_HOME": str(opened.home.root),
        "DAGSTER_HOME": str(opened.home.dagster),
        "DAGSTER_DISABLE_TELEMETRY": "yes",
    }
    served_port = str(port or settings.ui_port)
    console(stderr=True).print(f"Dagster serves {opened.home.root} at http://{LOOPBACK}:{served_port}", markup=False)
    served = ["-w", str(REPOSITORY / "workspace.yaml"), "-h", LOOPBACK, "-p", served_port]
    module = ["-m", "dagster_webserver", *served, "--read-only"] if read_only else ["-m", "dagster", "dev", *served]
    os.execve(sys.executable, [sys.executable, *module], environment)  # noqa: S606 -- the server takes this process's place
