"""The options every command takes, and the settings they make."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.settings import Settings, load_settings

HomeOption = Annotated[
    Path | None,
    typer.Option(
        "--home",
        metavar="DIR",
        help="Folder of the data. Default: $PARTNERSTATS_HOME, else ./data.",
        show_default=False,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document to stdout and nothing else there.")]
ClockOption = Annotated[
    str | None,
    typer.Option(
        "--clock",
        metavar="INSTANT",
        help="Run as if it were then, for rehearsals and archives, e.g. 2015-05-21T12:00:00+09:00. "
        "Works only in a home first made with it.",
        show_default=False,
    ),
]
RoleOption = Annotated[
    str | None,
    typer.Option(
        metavar="ROLE",
        help="Your role, one of the policy's; recorded with this access. Default: $PARTNERSTATS_ROLE, else operator.",
        show_default=False,
    ),
]
ReasonOption = Annotated[
    str | None,
    typer.Option(
        metavar="TEXT",
        help="Why identified data is touched; recorded. Default: $PARTNERSTATS_REASON, else scheduled run.",
        show_default=False,
    ),
]


def settings_from(
    home: Path | None, clock: str | None = None, role: str | None = None, reason: str | None = None
) -> Settings:
    """Return the settings of the environment with the command's own options on top."""
    return load_settings(home=home, clock=clock, role=role, reason=reason)
