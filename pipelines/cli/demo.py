"""`partnerstats demo`: sample input of any size."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.options import ClockOption, HomeOption, JsonOption, settings_from
from pipelines.cli.output import console, print_json, progress_bar
from pipelines.clock import parse_day
from pipelines.demo.plan import DemoPlan
from pipelines.steps.demo import SAMPLE_MEMBERS, SAMPLE_PARTNERS, SAMPLE_REQUESTS, write_nights, write_sample
from pipelines.steps.workspace import open_home

_MEMBERS = (
    "How many members act for them. The last partners have 1, 9, 10 and 500 people, as far as two thirds of the members suffice: "
    "500 takes 780 members, the first three 30. Nobody else comes for what the three small ones have."
)
_FLAWS = (
    "Also what the policy forbids and a check flags with a warning: other cookies, two in one request, one that outlasts the "
    "session or is used after logout, members under 14 or without consent. Without flaws every check holds."
)
_NIGHTS = (
    "Write what arrives each night below DIR/<date of the night> instead of the landing folder: a log of the day before, what "
    "comes late, a log that grew, exports as they stand."
)


def demo(
    home: HomeOption = None,
    days: Annotated[int, typer.Option(min=1, help="How many days, up to and including --to.")] = 7,
    requests_per_day: Annotated[int, typer.Option(min=1, help="About how many log lines a day.")] = SAMPLE_REQUESTS,
    partners: Annotated[int, typer.Option(min=1, help="How many labels, distributors and artists.")] = SAMPLE_PARTNERS,
    members: Annotated[int, typer.Option(min=1, help=_MEMBERS)] = SAMPLE_MEMBERS,
    seed: Annotated[int, typer.Option(help="The same seed writes the same bytes.")] = 1,
    to: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="The last day, Asia/Seoul. Default: yesterday.", show_default=False),
    ] = None,
    flaws: Annotated[bool, typer.Option("--flaws/--no-flaws", help=_FLAWS)] = True,
    nights: Annotated[Path | None, typer.Option(metavar="DIR", help=_NIGHTS, show_default=False)] = None,
    clock: ClockOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a full, deterministic landing folder: logs, cookie records, linked events, and exports of people who do not exist.

    The home becomes a demo home, and refuses real input from then on.
    """
    settings = settings_from(home, clock)
    opened = open_home(settings)
    plan = DemoPlan(
        to=parse_day(to) if to else opened.yesterday,
        days=days,
        requests_per_day=requests_per_day,
        partners=partners,
        members=members,
        seed=seed,
        flaws=flaws,
    )
    with progress_bar(is_shown=not as_json) as report:
        written = write_nights(nights, plan, report) if nights else write_sample(opened, plan, progress=report)
    folder = nights or opened.home.landing
    if as_json:
        print_json({"landing": folder, **written})
    else:
        console().print(f"{written['lines']:,} lines in {written['files']} files below {folder}")
